// What a change of the settings would come to for mail.
import { createServiceId } from './createServiceId.js';

/** "Which mail would go elsewhere?" Moves nothing. */
export interface WhatIf {
  /** Sorts the newest `limit` messages by the settings in force and by `text`. Rejects with `settings/invalid` where the text is wrong. */
  compare(text: string, limit: number): Promise<WhatIfReport>;
}
export const WhatIf = createServiceId<WhatIf>('WhatIf');

export interface WhatIfReport {
  /** Messages looked at: mail from outside that is still stored here. */
  readonly looked: number;
  readonly moved: readonly MovedMessage[];
}

/** A message that would go elsewhere. `now` and `instead` name mailboxes, or say why there are none. */
export interface MovedMessage {
  readonly message: string;
  readonly from: string;
  readonly subject: string;
  readonly now: readonly string[];
  readonly instead: readonly string[];
}
