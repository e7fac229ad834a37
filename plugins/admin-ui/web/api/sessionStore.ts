// Whether somebody is logged in, and the token that changes need.
import type { SessionAnswer } from '../answers.generated.js';
import { createStore } from './store.js';

/** As the server answers it, or as long as it has not. */
export type SessionState = Omit<SessionAnswer, 'state'> & { readonly state: SessionAnswer['state'] | 'loading' | 'unreachable' };

export const session = createStore<SessionState>({ state: 'loading' });
