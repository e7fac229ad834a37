// Reports answer a message without saying so in their header: its id is inside, in a part for programs, in the header that comes back, or in the text.
import type { MailView } from '@postroom/sdk';
import { isOfAutomaton } from './bounce.js';
import { entityIn, partsOf, type ReportPart } from './mimeParts.js';
import { namedIds } from './namedIds.js';
import { fromQuotedPrintable } from './transferDecoding.js';

/** Octets of the body. */
export const READ_AT_MOST = 256 * 1024;
const MOST_IDS = 5;
/** Reports about reports: a server that wraps another's. */
const MOST_WRAPPERS = 3;
/** Marks of a quotation stand in them too. */
const EMPTY_LINES = /\n[\s>|*]*\n/;

/** What reports say first. */
interface Ranked {
  readonly id: string;
  readonly rank: number;
}

/** The first 256 KB of the body, as Latin-1 text. */
export async function readBody(mail: MailView): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of mail.body()) {
    pieces.push(piece);
    length += piece.length;
    if (length >= READ_AT_MOST) break;
  }
  return Buffer.concat(pieces).subarray(0, READ_AT_MOST).toString('latin1');
}

/** The parts of a message whose body is given. */
export function partsOfMail(mail: MailView, body: string): readonly ReportPart[] {
  return partsOf({
    type: mail.header('Content-Type') ?? '',
    encoding: mail.header('Content-Transfer-Encoding') ?? '',
    text: body,
  });
}

/**
 * Ids of the message that a report is about, surest first: what it calls Original-Message-ID (RFC 8098 section 3.2.5), the Message-ID of the header that
 * comes back (RFC 6522), then that of a copy within the text. What stands further down is another message's: a copy that was attached, or an older one.
 */
export function returnedIds(parts: readonly ReportPart[], body: string): readonly string[] {
  const found = rankedIds(parts, MOST_WRAPPERS);
  const isDamaged = found.length === 0 && !parts.some(({ kind }) => kind === 'returned');
  const ids = isDamaged ? [body, fromQuotedPrintable(body)].flatMap((text) => idsOfCopy(text, 2)) : found;
  return [...new Set([...ids].sort((a, b) => a.rank - b.rank).map(({ id }) => id))].slice(0, MOST_IDS);
}

function rankedIds(parts: readonly ReportPart[], wrappers: number): readonly Ranked[] {
  let isKnown = false;
  return parts.flatMap(({ kind, text }): readonly Ranked[] => {
    if (kind === 'report') return namedIds(text, MOST_IDS).map(({ id, isOriginal }) => ({ id, rank: isOriginal ? 0 : 1 }));
    if (kind === 'text') return idsOfCopy(text, 2);
    if (isKnown) return [];
    const inner = text.trimStart();
    const header = firstBlockOf(inner);
    if (wrappers > 0 && isOfAutomaton(header)) {
      // It may be a receipt that somebody here sent, or a server's report on a mail of ours.
      const within = rankedIds(partsOf(entityIn(inner)), wrappers - 1);
      return [...idsOfCopy(header, 1), ...within.map(({ id, rank }) => ({ id, rank: rank + 2 }))];
    }
    const ids = idsOfCopy(inner, 1);
    isKnown = ids.length > 0;
    return ids;
  });
}

/** Of the first header that names an id; of those behind it where that one is an automaton's, who returns something himself. */
function idsOfCopy(text: string, rank: number): readonly Ranked[] {
  const found: Ranked[] = [];
  for (const block of text.split(EMPTY_LINES)) {
    const ids = namedIds(block, MOST_IDS).map(({ id, isOriginal }) => ({ id, rank: isOriginal ? 0 : rank }));
    found.push(...ids);
    if (found.length >= MOST_IDS || (ids.length > 0 && !isOfAutomaton(block))) break;
  }
  return found;
}

function firstBlockOf(text: string): string {
  return text.split(EMPTY_LINES, 1)[0] ?? '';
}
