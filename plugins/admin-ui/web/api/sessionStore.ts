// Whether somebody is logged in, and the token that changes need.
import { createStore } from './store.js';

export interface SessionState {
  readonly state: 'loading' | 'setup' | 'login' | 'locked' | 'open' | 'unreachable';
  readonly csrf?: string;
  readonly session?: string;
  readonly idleMinutes?: number;
  readonly codeNeeded?: boolean;
  readonly shortestPassword?: number;
}

export const session = createStore<SessionState>({ state: 'loading' });
