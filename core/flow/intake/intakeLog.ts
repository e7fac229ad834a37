// What the Log says of mail that was taken in.
import { type MailboxRef, mailboxName } from '@postroom/sdk';
import { ActivityLog } from '@postroom/sdk/services';
import type { UnsettledUnit } from '../settling.js';

export class IntakeLog {
  constructor(@ActivityLog private readonly activity: ActivityLog) {}

  /** `isSurplus`: it was placed as a surplus copy. */
  taken({ message, outbox, tells, settles, surplus }: UnsettledUnit, placed: readonly MailboxRef[], isSurplus: boolean): void {
    const where = [
      ...(placed.length > 0 ? [`for ${placed.map(mailboxName).join(', ')}`] : []),
      ...(isSurplus ? ["a surplus copy, perhaps somebody's Bcc"] : []),
      ...(outbox.length > 0 ? [`for ${outbox.length} outside, in the Outbox`] : []),
      ...(message.disposition === 'deliver' ? [] : [`${message.disposition}: ${message.reason}`]),
    ];
    const notice = settles === undefined ? `Told "${message.subject}"` : 'Told the author';
    const made = tells === undefined ? notice : `Told of a message that waits at the ISP of ${tells.account}`;
    const what = message.origin === 'submitted' ? 'Taken from a client' : message.origin === 'bounce' ? made : 'Collected';
    this.activity.add({
      kind: message.origin === 'submitted' ? 'submitted' : 'collected',
      account: message.account,
      user: message.author === undefined ? undefined : mailboxName(message.author),
      message: message.id,
      text: `${what}: ${where.length === 0 ? 'nobody new; every mailbox had it already' : where.join('; ')}`,
      details: {
        octets: message.size,
        rung: isSurplus && typeof surplus === 'object' ? surplus.rung : message.rung,
        mailboxes: placed.map(mailboxName),
      },
    });
  }
}
