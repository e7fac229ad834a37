// Some servers repeat what they were told. What they answer to a login can be logged and shown all the same.

/** Characters in a row that an answer and a secret do not have in common by accident. */
const TELLING = 6;

/** `-ERR [AUTH]`, `+OK`, `535 5.7.8`. */
const REPLY_CODE = /^(?:\+OK|-ERR)(?: \[[A-Z/-]+\])?|^\+(?= |$)|^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/i;

/**
 * A server's answer to a command that held a secret, for logs, transcripts and errors. Where it repeats one, in clear or in base64, or six characters
 * of one, only its reply code is left: neither the place nor the length of what was repeated can be seen. `secrets`: passwords, and lines as they
 * were sent. Call it before the answer is shortened or made printable.
 */
export function withoutEcho(answer: string, secrets: readonly string[]): string {
  const pieces = secrets.flatMap(piecesOf);
  const repeats = (text: string): boolean => pieces.some((piece) => text.toLowerCase().includes(piece));
  if (!repeats(answer)) return answer;
  const code = (REPLY_CODE.exec(answer)?.[0] ?? '').replace(/^(\d{3})-/, '$1 ');
  return `${code === '' || repeats(code) ? '' : `${code} `}(hidden: it repeats what it was told)`;
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
