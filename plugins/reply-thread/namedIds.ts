// Message-IDs that a text names as such, whatever its program made of the lines: indented, quoted, marked up, folded, in the middle of a sentence. Pure.
import { idsInText } from './messageIds.js';
import { fromEncodedWords } from './transferDecoding.js';

export interface NamedId {
  /** With angle brackets. */
  readonly id: string;
  /** Under a name as Original-Message-ID has it (RFC 8098 section 3.2.5): what the id was before somebody changed it, or what a report is about. */
  readonly isOriginal: boolean;
}

const NAME = /message[-_ ]id(?![a-z0-9])/gi;
/** What may stand in front of a name: `X-Google-Original-` and the like, but neither `Resent-` nor `X-Forwarded-`. */
const ORIGINAL = /^(?:[\w-]*-)?original-$/;
const LONGEST_PREFIX = 60;
/** Of what stands behind a name so much is read: an id, in lines of 76 letters. */
const LONGEST_VALUE = 800;
const MOST_LINES = 6;
/** Names that are looked at, with an id behind them or not. */
const MOST_NAMES = 1000;

/** At most `most` of them, in the order of the text. */
export function namedIds(text: string, most: number): readonly NamedId[] {
  const found: NamedId[] = [];
  let names = 0;
  for (const match of text.matchAll(NAME)) {
    names += 1;
    if (found.length >= most || names > MOST_NAMES) break;
    const prefix = prefixOf(text.slice(Math.max(0, match.index - LONGEST_PREFIX), match.index));
    const isOriginal = ORIGINAL.test(prefix);
    const from = match.index + match[0].length;
    const id = prefix === '' || isOriginal ? idAfterName(text.slice(from, from + LONGEST_VALUE)) : undefined;
    if (id !== undefined) found.push({ id, isOriginal });
  }
  return found;
}

/** What belongs to the name in front of it, without marks for emphasis. */
function prefixOf(before: string): string {
  return (/[\w-]*$/.exec(before)?.[0] ?? '').replace(/^[_-]+/, '').toLowerCase();
}

/** Brackets are missing where a program wrote a value in its own format. */
function idAfterName(text: string): string | undefined {
  const lines = text.split(/\r?\n|\r/, MOST_LINES);
  const value = joined(lines);
  const [bracketed] = idsInText(fromEncodedWords(value));
  if (bracketed !== undefined) return bracketed;
  const [, bare] = /^[\s"'*_]*[:=][\s"'*_]*([\w!#$%&'*+/=?^`{|}~.-]{1,250}@[\w.-]{1,250})/.exec(value) ?? [];
  return bare === undefined ? undefined : `<${bare}>`;
}

/** The line of the name, or the next with anything in it; with those behind it where an id is not closed. */
function joined([first = '', ...rest]: readonly string[]): string {
  const following = rest.map((line) => line.replace(/^[\s>|*]+(?=\S)/, ''));
  let value = first;
  if (/^[\s"'*_:=]*$/.test(first)) value += following.splice(0, following.findIndex((line) => /[^\s>|*]/.test(line)) + 1).join('');
  for (const line of following) {
    const isOpen = value.includes('<') ? !value.includes('>', value.lastIndexOf('<')) : /\?=\s*$/.test(value) && line.includes('=?');
    if (!isOpen) break;
    value = `${value.trimEnd()}${line}`;
  }
  return value;
}
