// What the Log says of mail clients that collect their mail.
import { type Disposable, mailboxName } from '@postroom/sdk';
import type { ActivityLog, Events } from '@postroom/sdk/services';

/** Notes every collection from now on. */
export function logPickUps(events: Events, activity: ActivityLog): Disposable {
  return events.on((event) => {
    if (event.type === 'picked-up') {
      activity.add({
        kind: 'picked-up',
        account: event.mailbox.account,
        user: mailboxName(event.mailbox),
        message: undefined,
        text: `Picked up: ${event.messages === 1 ? '1 message' : `${event.messages} messages`} by ${mailboxName(event.mailbox)}`,
        details: { messages: event.messages },
      });
    }
  });
}
