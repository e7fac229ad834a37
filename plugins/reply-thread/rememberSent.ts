// The onDeliver tap `remember`: under which names answers may know a message that has left.
import { type DeliveryRequest, splitAddress } from '@postroom/sdk';
import { assignedNames } from './assignedIds.js';
import { letterName } from './letters.js';
import { readSentHeader } from './sentHeader.js';
import type { SentMail } from './sentMail.js';

/** Of a message to many, letters to so many are remembered. */
const MOST_LETTERS = 3;

/** Only what the ISP has taken, or may have: held, returned and internal mail is not answered from outside. Waits for the commit, after the sending. */
export async function rememberSent({ mail, to, receipt = [] }: DeliveryRequest, sent: SentMail): Promise<void> {
  if (to.kind !== 'relay') return;
  const out = receipt.filter(({ outcome, unsure }) => outcome === 'delivered' || unsure === true);
  if (out.length === 0) return;
  const { messageId, isRedirected } = await readSentHeader(to.content());
  if (messageId === undefined || isRedirected) return;
  const author = mail.author ?? { account: to.account.id, user: '' };
  const recipients = out.map(({ recipient }) => recipient);
  const addresses = [...recipients, to.from, to.account.address];
  // The reply is the same for all recipients of a transaction.
  const replies = new Set(out.filter(({ outcome }) => outcome === 'delivered').map(({ text }) => text));
  const subject = mail.header('Subject') ?? '';
  const names = [
    messageId,
    ...[...replies].flatMap((reply) => assignedNames(reply, messageId, addresses)),
    ...recipients.slice(0, MOST_LETTERS).flatMap((recipient) => letterName(recipient, subject) ?? []),
  ];
  const domains = recipients.map((recipient) => splitAddress(recipient).domain);
  await Promise.all([...new Set(names)].map((name) => sent.remember(name, author, mail.receivedAt, domains)));
}
