// Some servers repeat what they were told. What they answer to a login can be logged and shown all the same.

/** Characters in a row that an answer and a secret do not have in common by accident. */
const TELLING = 6;

/** `-ERR [AUTH]`, `+OK`, `535 5.7.8`. */
const REPLY_CODE = /^(?:\+OK|-ERR)(?: \[[A-Z/-]+\])?|^\+(?= |$)|^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/i;

/** What servers say to anybody who logs in. It is shown whatever the secret is, so it gives nothing away. */
const USUAL_WORDS = new RegExp(
  `\\b(?:${[
    ...['access', 'account', 'accounts', 'address', 'again', 'and', 'application', 'authenticate', 'authenticated', 'authentication'],
    ...['authorization', 'bad', 'been', 'blocked', 'browser', 'but', 'can', 'cannot', 'check', 'command', 'connection', 'credential'],
    ...['credentials', 'denied', 'disabled', 'does', 'enabled', 'error', 'expired', 'fail', 'failed', 'failure', 'for', 'from', 'has'],
    ...['in', 'incorrect', 'invalid', 'is', 'later', 'locked', 'log', 'logged', 'login', 'mail', 'mailbox', 'maildrop', 'many', 'match'],
    ...['message', 'messages', 'must', 'name', 'no', 'not', 'octets', 'or', 'pass', 'password', 'passwords', 'permission', 'please'],
    ...['refused', 'required', 'server', 'service', 'sign', 'specific', 'successful', 'support', 'temporarily', 'temporary', 'the'],
    ...['this', 'to', 'too', 'try', 'unable', 'unknown', 'user', 'username', 'valid', 'via', 'web', 'welcome', 'with', 'wrong', 'your'],
  ].join('|')})\\b`,
  'gi',
);

/**
 * A server's answer to a command that held a secret, for logs, transcripts and errors. Where it repeats one, in clear or in base64, or six characters
 * of one, only its reply code is left: neither the place nor the length of what was repeated can be seen. `secrets`: passwords, and lines as they
 * were sent. Call it before the answer is shortened or made printable.
 */
export function withoutEcho(answer: string, secrets: readonly string[]): string {
  const wholes = secrets.map((secret) => secret.toLowerCase()).filter((secret) => secret.replace(USUAL_WORDS, '') !== '');
  const pieces = secrets.flatMap(piecesOf);
  const repeats = (text: string): boolean => {
    const lower = text.toLowerCase();
    const unusual = lower.replace(USUAL_WORDS, '\n');
    return wholes.some((whole) => lower.includes(whole)) || pieces.some((piece) => unusual.includes(piece));
  };
  if (!repeats(answer)) return answer;
  const code = (REPLY_CODE.exec(answer)?.[0] ?? '').replace(/^(\d{3})-/, '$1 ');
  return `${code === '' || repeats(code) ? '' : `${code} `}(hidden: it repeats what it was told)`;
}

/** Characters of a secret that stand in no other answer by accident. */
const LEAST_SECRET = 8;

/**
 * A server's answer to any other command, which may say what it likes, the secret of an earlier one included: without that, where it stands there
 * whole. Shorter ones stay, for they are words of other answers too.
 */
export function withoutSecrets(answer: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret.length < LEAST_SECRET ? text : text.replaceAll(secret, '(hidden)')), answer);
}

/** What gives a secret away, in lower case. */
function piecesOf(secret: string): readonly string[] {
  const octets = Buffer.from(secret);
  return [secret, octets.toString('latin1'), octets.toString('base64')].flatMap((form) => {
    const text = form.toLowerCase();
    if (text.length <= TELLING) return text === '' ? [] : [text];
    return Array.from({ length: text.length - TELLING + 1 }, (_, start) => text.slice(start, start + TELLING));
  });
}
