// Changes of the settings that wait for their confirmation.
import { createServiceId } from './createServiceId.js';

/** Changes of properties marked `risky` are in force for a while, and go back unless they are confirmed. */
export interface TrialPeriod {
  /** What waits for its confirmation; `undefined` where nothing does. */
  readonly trial: Trial | undefined;
  /** Keeps the changes. Answers their keys; resolves when they are kept for good. An event `settings` tells of it. */
  confirm(): Promise<readonly string[]>;
}
export const TrialPeriod = createServiceId<TrialPeriod>('TrialPeriod');

export interface Trial {
  readonly keys: readonly string[];
  /** When the former values come back. */
  readonly until: Date;
  /** What others notice of these changes, a sentence each. */
  readonly consequences: readonly string[];
}
