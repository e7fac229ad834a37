// What the desk decides with.
import type { BoundedLog, Logger } from '@postroom/sdk';
import type { Accounts, Authenticator, Clock, Events, Submissions } from '@postroom/sdk/services';

export interface DeskServices {
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly submissions: Submissions;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Logger;
  /** What clients do wrong. */
  readonly complaints: BoundedLog;
}
