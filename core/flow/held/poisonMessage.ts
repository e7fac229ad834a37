// A poison message ends the process whenever it is read or sorted. It is set aside without another look, and the administrator decides. Pure.
import type { AccountView, TrailEntry } from '@postroom/sdk';
import { createSortPlan } from '@postroom/sdk/mail';
import type { Decision, ResortChange, StoredMessage } from '@postroom/sdk/services';

const WAYS_OUT = '"held release" delivers it, "held delete" removes it';

/** Of a message that comes in: it was stored as it is. */
export function setAsideUnread(account: AccountView): Decision {
  const reason = `reading it brought the server down three times, so it was stored unread; ${WAYS_OUT}`;
  return { plan: createSortPlan(account).quarantine(reason), trail: [quarantined(reason)], mailboxes: [] };
}

/** Of a message on hold: from now on no round looks into it. Copies that were placed before stay as they are. */
export function setAsideUnsorted({ rung, concealed, trail }: StoredMessage): ResortChange {
  const reason = `sorting it again brought the server down three times; ${WAYS_OUT}`;
  return {
    from: 'hold',
    disposition: 'quarantine',
    reason,
    rung,
    trail: [...trail, quarantined(reason)],
    concealed,
    add: [],
    recall: [],
    outbox: [],
  };
}

function quarantined(reason: string): TrailEntry {
  return { tap: 'core/poison', change: 'quarantine', reason, milliseconds: 0 };
}
