// What a smart host calls a message: some replace the Message-ID, and say the new one only in the reply to the end of the data, whole or its left part.
// Answers name that one. Pure.

/** Shorter words than this are too few to be told apart: `2.0.0`, `TLSv1.3`, a count. */
const SHORTEST = 8;
/** Numbers as long as times and dates are used for everything. */
const SHORTEST_NUMBER = 17;
const MOST_WORDS = 100;
const MOST_ASSIGNED = 4;
/** Message-IDs that Exim (`E` and its id) and Postfix (the date and its id) make out of the ids in their replies. */
const EXIM = /^E(?=[\dA-Za-z]{6}-[\dA-Za-z]{6,11}-[\dA-Za-z]{2,4}$)/;
const DATED = /^\d{14}\./;

/**
 * Names under which an answer may know a message, from the reply to the end of its data: `250 Ok 0100018abcdef-1234-000000`, `250 2.6.0
 * <id@host.example> [InternalId=...] Queued mail`, `250 OK id=1qyXyz-0001Ab-2C`. None where the reply repeats the id that the message had, and no address
 * that it may speak of.
 */
export function assignedNames(reply: string, messageId: string, addresses: readonly string[]): readonly string[] {
  if (!/^2\d\d[ -]/.test(reply)) return [];
  const known = new Set([...addresses, messageId.slice(1, -1)].map((each) => each.toLowerCase()));
  const words = reply.slice(4).split(/[\s,;]+/, MOST_WORDS);
  const ids = words.map(plain).filter((word) => isId(word) && !known.has(word.toLowerCase()));
  const own = leftOf(messageId.slice(1, -1)).toLowerCase();
  return [...new Set(ids.map(leftOf))]
    .filter((left) => left.toLowerCase() !== own)
    .slice(0, MOST_ASSIGNED)
    .map(nameOf);
}

/** The names of `assignedNames` that a Message-ID may stand for. */
export function namesOfAssigned(id: string): readonly string[] {
  const left = leftOf(id.slice(1, -1));
  return [...new Set([left, left.replace(EXIM, ''), left.replace(DATED, '')])].filter((each) => each.length >= SHORTEST).map(nameOf);
}

/** No Message-ID has it: those stand in brackets. Programs on the way change the case of letters. */
function nameOf(left: string): string {
  return `assigned ${left.toLowerCase()}`;
}

function leftOf(id: string): string {
  const end = id.lastIndexOf('@');
  return end < 0 ? id : id.slice(0, end);
}

/** Without brackets and stops around it, and without a word in front: `id=`. */
function plain(word: string): string {
  const bare = word.replace(/^[<("'[]+/, '').replace(/[>)"'\].:!]{1,9}$/, '');
  return /^[a-z]{1,20}[=:](?=.)(.*)$/i.exec(bare)?.[1] ?? bare;
}

function isId(word: string): boolean {
  const left = leftOf(word);
  if (left.length < SHORTEST || left.length > 250 || !/^[\w.+$!%*/=^~-]+$/.test(left)) return false;
  const isHost = left === word && /\.[a-z]{2,}$/i.test(word);
  const digits = left.replace(/\D/g, '').length;
  return digits > 0 && !isHost && (/[a-z]/i.test(left) || digits >= SHORTEST_NUMBER);
}
