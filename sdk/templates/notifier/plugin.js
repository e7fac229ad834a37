// Looks on when mail is delivered, and tells a web address. It answers nothing: delivering is others' work.
import { mailboxName } from '@postroom/sdk';

const PATIENCE_MS = 5_000;

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onDeliver.tap('notify', ({ mail, to }) => {
      const url = context.settings.get('{{name}}.url');
      if (to.kind !== 'mailboxes' || url === '' || mail.rehearsal) return undefined;
      for (const mailbox of to.mailboxes) {
        // Not awaited: mail does not wait for a web server.
        notify(url, noticeOf(mail, mailbox)).catch((error) =>
          context.log.warn('Nobody could be told of new mail.', { error: String(error) }),
        );
      }
      return undefined;
    }),
  );
}

/**
 * What is told. This is the function to change.
 * @param {import('@postroom/sdk').MailView} mail
 * @param {import('@postroom/sdk').MailboxRef} mailbox
 */
export function noticeOf(mail, mailbox) {
  return { mailbox: mailboxName(mailbox), from: mail.header('From') ?? '', subject: mail.header('Subject') ?? '' };
}

/**
 * @param {string} url
 * @param {object} notice
 */
async function notify(url, notice) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(notice),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
}
