// Looks on when mail is delivered and tells a web address, by JSON or as ntfy has it (https://docs.ntfy.sh/publish/).
import { mailboxName } from '@postroom/sdk';

const PATIENCE_MS = 10_000;

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onDeliver.tap('notify', ({ mail, to }) => {
      if (to.kind !== 'mailboxes' || mail.rehearsal) return undefined;
      for (const mailbox of to.mailboxes.filter(({ account }) => account !== undefined)) {
        /** @param {string} key @returns {string} */
        const setting = (key) => context.settings.forUser(mailbox.account ?? '', mailbox.user, `notify.${key}`);
        if (setting('url') !== '') {
          const notice = noticeOf(mail, mailbox, setting('format'));
          // Not awaited: mail does not wait for a web server.
          tell(context, setting('url'), notice).catch((error) =>
            context.log.warn('Nobody could be told of new mail.', { mailbox: mailboxName(mailbox), error: String(error) }),
          );
        }
      }
      return undefined;
    }),
  );
}

/**
 * Headers and body of the request. Header values are ASCII: ntfy reads encoded-words.
 * @param {import('@postroom/sdk').MailView} mail
 * @param {import('@postroom/sdk').MailboxRef} mailbox
 * @param {string} format
 * @returns {{ headers: Record<string, string>, body: string }}
 */
export function noticeOf(mail, mailbox, format) {
  const [from, subject] = [mail.header('From') ?? '', mail.header('Subject') ?? ''];
  if (format === 'json') {
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ mailbox: mailboxName(mailbox), from, subject }) };
  }
  return { headers: { title: `=?UTF-8?B?${Buffer.from(from).toString('base64')}?=`, tags: 'envelope' }, body: subject || '(no subject)' };
}

/**
 * @param {import('@postroom/sdk').PluginContext} context
 * @param {string} url
 * @param {{ headers: Record<string, string>, body: string }} notice
 */
async function tell(context, url, { headers, body }) {
  const token = await context.secrets.get('notify.token');
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...authorization },
    body,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
}
