// Changes of the settings that wait for their confirmation.
import { createServiceId } from './createServiceId.js';

/** Changes of properties marked `risky` are in force for a while, and go back unless they are confirmed: on all servers that share the settings, and on any of them. */
export interface TrialPeriod {
  /** What waits for its confirmation; `undefined` where nothing does. */
  readonly trial: Trial | undefined;
  /** Keeps the changes. Answers their keys; resolves when they are kept for good. An event `settings` tells of it. */
  confirm(): Promise<readonly string[]>;
}
export const TrialPeriod = createServiceId<TrialPeriod>('TrialPeriod');

export interface Trial {
  /** As `config set` takes them: with `nodes.NAME` in front where a change is one server's alone. */
  readonly keys: readonly string[];
  /** When the former values come back. */
  readonly until: Date;
  /** What others notice of these changes, a sentence each. */
  readonly consequences: readonly string[];
}
