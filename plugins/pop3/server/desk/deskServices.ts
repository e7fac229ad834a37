// What the desk decides by.
import type { Logger, Settings } from '@postroom/sdk';
import type { Authenticator, Clock, Events, Maildrops } from '@postroom/sdk/services';

export interface Pop3DeskServices {
  readonly authenticator: Authenticator;
  readonly maildrops: Maildrops;
  readonly events: Events;
  readonly settings: Settings;
  readonly log: Logger;
  readonly clock: Clock;
}
