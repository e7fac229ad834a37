// Asks rspamd over HTTP (https://rspamd.com/doc/developers/protocol.html) and does what it advises. While rspamd does not answer, mail is
// held and tried again: the manifest leaves onError at its default.

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('check', async (plan, mail, { signal }) => {
      if (mail.origin !== 'fetched') return plan;
      const verdict = await check(mail, context.settings.get('rspamd.url'), await context.secrets.get('rspamd.password'), signal);
      return advised(plan, verdict);
    }),
  );
}

/**
 * @param {import('@postroom/sdk').SortPlan} plan
 * @param {{ action: string, score: number, required_score: number }} verdict
 */
export function advised(plan, { action, score, required_score: limit }) {
  const reason = `rspamd: ${action}, ${score.toFixed(1)} of ${limit.toFixed(1)} points`;
  const scored = plan.addHeader(`X-Spam-Score: ${score.toFixed(1)}`, reason);
  switch (action) {
    case 'reject':
      return scored.tag('spam', reason).quarantine(reason);
    case 'add header':
    case 'rewrite subject':
      return scored.tag('spam', reason).addHeader('X-Spam-Flag: YES', reason);
    // Greylisting is for the server that first took the mail: the ISP's.
    default:
      return scored;
  }
}

/**
 * The message goes over in pieces, as they come out of the store.
 * @param {import('@postroom/sdk').MailView} mail
 * @param {string} url
 * @param {string | undefined} password
 * @param {AbortSignal} signal
 */
async function check(mail, url, password, signal) {
  const sender = mail.envelope.from ?? mail.addresses('Return-Path')[0]?.raw;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'queue-id': mail.id,
      ...(sender && { from: sender.replace(/[<>]/g, '') }),
      ...(password && { password }),
    },
    body: ReadableStream.from(mail.raw()),
    duplex: 'half',
    signal,
  });
  if (!answer.ok) throw new Error(`rspamd at ${url} answered ${answer.status} ${answer.statusText}`);
  return /** @type {{ action: string, score: number, required_score: number }} */ (await answer.json());
}
