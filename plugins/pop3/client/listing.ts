// What lies in the ISP's mailbox: LIST and UIDL read together, with whatever nonsense a server puts into them.

/** A message as the server lists it. Numbers hold for one session only. */
export interface ListedMessage {
  readonly number: number;
  /** Octets as the server says; a hint. -1 where it does not say. */
  readonly size: number;
  /** `undefined` where the server gives none, or one that several messages share, or one that is no id. */
  readonly uidl: string | undefined;
}

export interface Listing {
  readonly messages: readonly ListedMessage[];
  /** Every line made sense and both lists speak of the same messages: what is missing here is gone there. */
  readonly isComplete: boolean;
}

/** Longest unique id that is taken for one; RFC 1939 allows 70 octets, some servers more. */
const LONGEST_ID = 255;
const LIST_LINE = /^\s*(\d{1,10})\s+(\d{1,20})\b/;
/** Of a line without white space at its ends: a pattern that looks for the end itself takes quadratic time over a line of blanks. */
const UIDL_LINE = /^(\d{1,10})\s+(\S.*)$/;

/**
 * Reads the lines of LIST and UIDL; `undefined` for a command that the server refused. `deletesAtOnce`: the mailbox is emptied in each session, so
 * that ids which only repeat the numbers may be given to other messages the next time: those are none (SORTING 80).
 */
export function parseListing(list: readonly string[] | undefined, uidl: readonly string[] | undefined, deletesAtOnce: boolean): Listing {
  const sizes = numbered(list ?? [], LIST_LINE);
  const ids = numbered(uidl ?? [], UIDL_LINE);
  const seen = new Map<string, number>();
  for (const id of ids.values.values()) seen.set(id, (seen.get(id) ?? 0) + 1);
  const areNumbers = deletesAtOnce && [...ids.values].every(([number, id]) => id === String(number));
  const numbers = [...new Set([...sizes.values.keys(), ...ids.values.keys()])].sort((a, b) => a - b);
  const messages = numbers.map((number) => {
    const size = Number(sizes.values.get(number) ?? -1);
    const id = ids.values.get(number);
    const isId = id !== undefined && !areNumbers && id.length <= LONGEST_ID && /^[\x20-\x7e]+$/.test(id) && seen.get(id) === 1;
    return { number, size: Number.isSafeInteger(size) ? size : -1, uidl: isId ? id : undefined };
  });
  const agree = uidl === undefined || list === undefined || (sizes.values.size === ids.values.size && numbers.length === ids.values.size);
  return { messages, isComplete: list !== undefined && sizes.clean && ids.clean && agree };
}

function numbered(lines: readonly string[], pattern: RegExp): { values: ReadonlyMap<number, string>; clean: boolean } {
  const values = new Map<number, string>();
  let clean = true;
  for (const line of lines) {
    const match = pattern.exec(line.trim());
    const number = Number(match?.[1] ?? 0);
    if (match?.[2] === undefined || number < 1 || values.has(number)) clean = false;
    else values.set(number, match[2]);
  }
  return { values, clean };
}
