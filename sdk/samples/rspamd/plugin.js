// Asks rspamd over HTTP (https://rspamd.com/doc/developers/protocol.html) and does what it advises. Where rspamd gives no clear answer, the message
// is held and tried again in the next round.

/** Octets of an answer. */
const LONGEST_ANSWER = 2 ** 20;
/** What rspamd may advise. Greylisting is for the server that first took the mail: the ISP's. */
const ACTIONS = ['no action', 'greylist', 'soft reject', 'add header', 'rewrite subject', 'reject'];

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('check', async (plan, mail, { signal }) => {
      if (mail.origin !== 'fetched') return plan;
      const url = context.settings.get('rspamd.url');
      // Less than the tap's own limit: an rspamd that hangs is no failure of this plugin.
      const seconds = context.settings.get('rspamd.timeoutSeconds');
      const password = await context.secrets.get('rspamd.password');
      try {
        return advised(plan, verdictIn(await within(seconds, signal, (limit) => check(mail, url, password, limit))));
      } catch (error) {
        // Held by the plan and not by a throw: three throws would switch the plugin off.
        return plan.hold(`not checked, rspamd at ${url}: ${reasonOf(error)}`);
      }
    }),
  );
}

/**
 * The verdict in an answer. Throws where it is none: an unreadable answer must not count as "no action".
 * @param {string} answer
 * @returns {{ action: string, score: number, required_score: number }}
 */
export function verdictIn(answer) {
  /** @type {unknown} */
  let verdict;
  try {
    verdict = JSON.parse(answer);
  } catch {
    throw new Error(`it answered no JSON: ${answer.slice(0, 100)}`);
  }
  const { action, score, required_score } = /** @type {Record<string, unknown>} */ (
    typeof verdict === 'object' && verdict !== null ? verdict : {}
  );
  if (typeof action !== 'string' || !ACTIONS.includes(action) || !Number.isFinite(score) || !Number.isFinite(required_score)) {
    throw new Error(`it answered no verdict: ${answer.slice(0, 100)}`);
  }
  return { action, score: Number(score), required_score: Number(required_score) };
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
  if (!answer.ok) throw new Error(`it answered ${answer.status} ${answer.statusText}`);
  let text = '';
  for await (const octets of answer.body ?? []) {
    text += Buffer.from(octets).toString('latin1');
    if (text.length > LONGEST_ANSWER) throw new Error('it answers without end');
  }
  return Buffer.from(text, 'latin1').toString('utf8');
}

/**
 * @template T
 * @param {number} seconds
 * @param {AbortSignal} signal
 * @param {(limit: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(seconds, signal, work) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${seconds} seconds`)), seconds * 1000);
  const stop = () => limit.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  // "fetch failed" alone says nothing.
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
