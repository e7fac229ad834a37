// A message as those know it who answer it: who got it, and what it is about. That alone places no answer, as two may write to somebody about the same;
// it shows that an answer is one to mail of ours, though its id is unknown. Pure.

/** `Re:`, `AW:`, `Fwd:`, `Antw.:`, `RE[2]:` and their like, in any number. */
const PREFIXES = /^(?:\p{L}{1,5}\.?(?:\[\d{1,3}\])?[:：]\s*)+/u;
const LONGEST = 200;

/** The name of a message to this address; `undefined` where it is about nothing. */
export function letterName(address: string, subject: string): string | undefined {
  const about = subject.replace(/\s+/g, ' ').trim().toLowerCase().slice(0, LONGEST).replace(PREFIXES, '');
  return about === '' ? undefined : `written to ${address.toLowerCase()} about ${about}`;
}
