// Tells senders that somebody is away: once a week each, never automata, never lists (RFC 3834).
import { isSameMailbox } from '@postroom/sdk';

const WEEK_MS = 7 * 24 * 3_600_000;

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onDeliver.tap('answer', ({ mail, to }) => {
      if (to.kind !== 'mailboxes' || mail.rehearsal) return undefined;
      for (const mailbox of to.mailboxes) {
        // Not awaited: the answer's commit may wait for the message being delivered.
        answer(context, mail, mailbox).catch((error) => context.log.warn('A sender could not be told.', { error: String(error) }));
      }
      return undefined;
    }),
  );
}

/**
 * @param {import('@postroom/sdk').PluginContext} context
 * @param {import('@postroom/sdk').MailView} mail
 * @param {import('@postroom/sdk').MailboxRef} mailbox
 */
async function answer(context, mail, mailbox) {
  if (mailbox.account === undefined) return;
  /** @param {string} key @returns {string | undefined} */
  const setting = (key) => context.settings.forUser(mailbox.account ?? '', mailbox.user, `vacation.${key}`);
  const text = setting('text');
  const sender = mayBeAnswered(mail);
  if (!text || sender === undefined || !isAway(mail.receivedAt, setting('from'), setting('until'))) return;
  if (mail.author !== undefined && isSameMailbox(mail.author, mailbox)) return;
  const key = `${mailbox.account}/${mailbox.user}/${sender}`.toLowerCase();
  const last = /** @type {number | undefined} */ (await context.state.get(key));
  if (last !== undefined && mail.receivedAt.getTime() - last < WEEK_MS) return;
  await context.state.set(key, mail.receivedAt.getTime(), new Date(mail.receivedAt.getTime() + WEEK_MS));
  const inReplyTo = mail.header('Message-ID');
  await context.mail.send({
    author: mailbox,
    to: [sender],
    subject: `Auto: ${mail.header('Subject') ?? ''}`,
    text,
    kind: 'auto-replied',
    ...(inReplyTo && { inReplyTo }),
  });
}

/**
 * Whom an automatic answer may go to (RFC 3834 section 2 and 4); `undefined` for mail that gets none.
 * @param {import('@postroom/sdk').MailView} mail
 * @returns {string | undefined}
 */
export function mayBeAnswered(mail) {
  const isAutomatic = !/^(no)?$/i.test((mail.header('Auto-Submitted') ?? '').replace(/;.*/s, '').trim());
  const isBulk = /^(bulk|junk|list)$/i.test(mail.header('Precedence') ?? '');
  const isList = mail.headers().some(({ name }) => /^list-/i.test(name));
  const isSuppressed = /OOF|AutoReply|All/i.test(mail.header('X-Auto-Response-Suppress') ?? '');
  const returnPath = mail.envelope.from ?? mail.header('Return-Path');
  if (isAutomatic || isBulk || isList || isSuppressed || returnPath?.replace(/\s/g, '') === '<>' || returnPath === '') return undefined;
  const [sender] = mail.addresses(mail.header('Return-Path') === undefined ? 'From' : 'Return-Path');
  if (sender === undefined || sender.domain === '') return undefined;
  const isRobot = /^(owner-.*|.*-request|mailer-daemon|postmaster|no-?reply.*|.*-bounces?)$/i.test(sender.local);
  return isRobot ? undefined : `${sender.local}@${sender.domain}`;
}

/**
 * @param {Date} now
 * @param {string | undefined} from
 * @param {string | undefined} until
 */
export function isAway(now, from, until) {
  const day = now.toLocaleDateString('sv-SE');
  return (from === undefined || day >= from) && (until === undefined || day <= until);
}
