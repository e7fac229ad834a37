// What lies in the ISP's mailbox: LIST and UIDL read together, with whatever nonsense a server puts into them, in bounded memory.
import type { IspAnswer } from './ispAnswers.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

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
  /** How many messages the server lists, those of other parts too. */
  readonly listed: number;
  /** Every line made sense and both lists speak of the same messages: what is missing here is gone there. */
  readonly isComplete: boolean;
}

/** Messages that are looked at together: with all that is made of them some twenty megabytes. A larger mailbox is gone through part by part. */
export const MOST_MESSAGES = 20_000;
/** Parts of one session, whatever a server says that it has. */
const MOST_PARTS = 50;
/** Longest unique id that is taken for one; RFC 1939 allows 70 octets, some servers more. */
const LONGEST_ID = 255;
const LIST_LINE = /^\s{0,9}(\d{1,10})\s{1,9}(\d{1,20})\b/;
const UIDL_LINE = /^\s{0,9}(\d{1,10})\s+(?=\S)/;
/** Of a UIDL line: a number, spaces and an id. */
const LONGEST_LINE = 2 * LONGEST_ID;

/** Message numbers that are looked at, both included. */
export interface ListingPart {
  readonly from: number;
  readonly to: number;
}

const WHOLE: ListingPart = { from: 1, to: Number.POSITIVE_INFINITY };

/** `deletesAtOnce`: the mailbox is emptied in each session. `part`: of it, default all; no more than MOST_MESSAGES in any case. */
export interface ListingOptions {
  readonly deletesAtOnce: boolean;
  readonly part?: ListingPart;
}

/**
 * The parts in which a mailbox of `count` messages is gone through: one that is emptied from its beginning, another from its end, where what is new
 * stands. What a server lists beyond its count belongs to the last numbers.
 */
export function listingParts(count: number, deletesAtOnce: boolean): readonly ListingPart[] {
  if (!(count > MOST_MESSAGES)) return [WHOLE];
  return Array.from({ length: Math.min(MOST_PARTS, Math.ceil(count / MOST_MESSAGES)) }, (_, index): ListingPart => {
    const first = deletesAtOnce ? index * MOST_MESSAGES + 1 : count - (index + 1) * MOST_MESSAGES + 1;
    const isLast = first + MOST_MESSAGES > count;
    return { from: Math.max(1, first), to: isLast ? Number.POSITIVE_INFINITY : first + MOST_MESSAGES - 1 };
  });
}

/** Both lists; `sizes` and `ids`: what the server said to LIST and to UIDL. */
export interface ReadListing extends Listing {
  readonly sizes: IspAnswer;
  readonly ids: IspAnswer;
}

/** Asks for both lists. A command that the server refuses tells nothing. */
export async function readListing(dialogue: Pop3Dialogue, { deletesAtOnce, part = WHOLE }: ListingOptions): Promise<ReadListing> {
  const sizes = new Column(sizeIn, part);
  const ids = new Column(idIn, part);
  const saidOfSizes = await dialogue.eachLine('LIST', (line) => sizes.add(line));
  const saidOfIds = await dialogue.eachLine('UIDL', (line) => ids.add(line));
  const twice = repeated(ids.values.values());
  if (ids.isCut) await addRepeatedElsewhere(dialogue, ids, twice);
  const listing = listingOf(saidOfSizes.ok ? sizes : undefined, saidOfIds.ok ? ids : undefined, { deletesAtOnce, twice });
  return { ...listing, sizes: saidOfSizes, ids: saidOfIds };
}

/** An id that a message of another part has as well is none either: the list is asked for once more, as it is not kept. */
async function addRepeatedElsewhere(dialogue: Pop3Dialogue, ids: Column<string>, twice: Set<string>): Promise<void> {
  const here = new Set(ids.values.values());
  await dialogue.eachLine('UIDL', (line) => {
    const entry = idIn(line);
    if (entry !== undefined && !ids.values.has(entry.number) && here.has(entry.value)) twice.add(entry.value);
  });
}

/** Ids that only repeat the numbers may be given to other messages the next time, where the mailbox is emptied: those are none (sorting case 80). */
function listingOf(
  sizes: Column<number> | undefined,
  ids: Column<string> | undefined,
  { deletesAtOnce, twice }: { readonly deletesAtOnce: boolean; readonly twice: ReadonlySet<string> },
): Listing {
  const areNumbers = deletesAtOnce && [...(ids?.values ?? [])].every(([number, id]) => id === String(number));
  const numbers = [...new Set([...(sizes?.values.keys() ?? []), ...(ids?.values.keys() ?? [])])].sort((a, b) => a - b);
  const messages = numbers.map((number) => {
    const id = ids?.values.get(number);
    const isId = id !== undefined && id !== '' && !areNumbers && !twice.has(id);
    return { number, size: sizes?.values.get(number) ?? -1, uidl: isId ? id : undefined };
  });
  const agree = ids === undefined || sizes === undefined || (sizes.values.size === ids.values.size && numbers.length === ids.values.size);
  const isWhole = [sizes, ids].every((column) => column === undefined || (column.isClean && !column.isCut));
  const listed = Math.max(messages.length, sizes?.lines ?? 0, ids?.lines ?? 0);
  return { messages, listed, isComplete: sizes !== undefined && isWhole && agree };
}

interface Entry<T> {
  readonly number: number;
  readonly value: T;
}

/** One of the two lists, by message number. Keeps as many as are looked at, whatever comes. */
class Column<T> {
  readonly values = new Map<number, T>();
  /** Lines that name a message, of those too that are not looked at. */
  lines = 0;
  isClean = true;
  /** There are messages that are not looked at. */
  isCut = false;

  constructor(
    private readonly read: (line: string) => Entry<T> | undefined,
    private readonly part: ListingPart,
  ) {}

  add(line: string): void {
    const entry = this.read(line);
    if (entry === undefined || entry.number < 1 || this.values.has(entry.number)) {
      this.isClean = false;
      return;
    }
    this.lines += 1;
    if (entry.number < this.part.from || entry.number > this.part.to || this.values.size >= MOST_MESSAGES) {
      this.isCut = true;
      return;
    }
    this.values.set(entry.number, entry.value);
  }
}

/** A line of LIST; `undefined` for one that is none. */
export function sizeIn(line: string): Entry<number> | undefined {
  const match = LIST_LINE.exec(line);
  if (match === null) return undefined;
  const size = Number(match[2]);
  return { number: Number(match[1]), value: Number.isSafeInteger(size) ? size : -1 };
}

/** A line of UIDL. An id that is none is '': the message is there all the same. */
export function idIn(line: string): Entry<string> | undefined {
  const match = UIDL_LINE.exec(line);
  if (match === null) return undefined;
  const id = line.length > LONGEST_LINE ? '' : line.slice(match[0].length).trimEnd();
  return { number: Number(match[1]), value: id.length <= LONGEST_ID && /^[\x20-\x7e]+$/.test(id) ? id : '' };
}

function repeated(ids: Iterable<string>): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return twice;
}
