// The program log of the host.
import type { Logger } from '../context.js';
import { createServiceId } from './createServiceId.js';

/** The server's own log; `forSource` names who speaks. */
export interface Log extends Logger {
  forSource(source: string): Logger;
  setLevel(level: string): void;
}
export const Log = createServiceId<Log>('Log');
