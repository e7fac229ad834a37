// The onSort tap `tidy`: what a submission server mends in a message before it goes on (RFC 6409 section 8). The stored octets stay
// as the author wrote them, so signatures stay valid; only lines are put on top or left out of the copies.
import type { MailView, SortPlan } from '@postroom/sdk';

/** Fields that the recipients must not see: who else got a hidden copy, and a return path that is the receiver's to write. */
const CONCEALED = ['Bcc', 'Resent-Bcc', 'Return-Path'];

export function tidy(plan: SortPlan, mail: MailView): SortPlan | undefined {
  if (mail.origin !== 'submitted') {
    return undefined;
  }
  let tidied = plan;
  for (const field of CONCEALED.flatMap((name) => mail.headers(name))) {
    tidied = tidied.conceal(field, `${field.name} is not for the recipients`);
  }
  if (mail.headers('Date').length === 0) {
    tidied = tidied.addHeader(`Date: ${mail.receivedAt.toUTCString().replace('GMT', '+0000')}`, 'the message had no Date');
  }
  if (mail.headers('Message-ID').length === 0) {
    tidied = tidied.addHeader(`Message-ID: ${messageIdFor(mail, plan)}`, 'the message had no Message-ID');
  }
  return tidied;
}

/** The same for every copy and every try, as it depends on the stored message only. */
function messageIdFor(mail: MailView, plan: SortPlan): string {
  const address = mail.envelope.from || plan.account.address;
  return `<postroom.${mail.id}.${mail.receivedAt.getTime()}@${address.slice(address.lastIndexOf('@') + 1)}>`;
}
