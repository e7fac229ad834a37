// The header of a message, and the line ends that it gets before anybody reads it.
import { type CopyEdit, EditedOctets, octetsAdded } from '@postroom/sdk/base';
import {
  editsOf,
  HEADER_LIMIT,
  type Header,
  HeaderCollector,
  headerEnd,
  readHeader,
  unfold,
  unreadHeader,
  valueOctets,
} from '@postroom/sdk/mail';
import { foldedLine, headerLine, plainWord } from '#core/mail/headerLine.js';
import { LineEndNormaliser, octetsInCrlfForm } from '#core/mail/lineEnds.js';
import type { Randomness } from '../../plugins/fuzz/randomness.js';
import { type FuzzTarget, isOneLine, must, mustEqual } from '../target.js';

const WORDS = [
  'From: ',
  'To: ',
  'Received: ',
  'Subject: ',
  '\r\n',
  '\r\n\r\n',
  '\r\n ',
  '\r\n\t',
  '\n',
  '\r',
  ' : x',
  'From x\r\n',
  '>From x',
  ':',
  '=?utf-8?q?',
  '\xef\xbb\xbf',
  '\xe2\x80\x8b',
  'no field\r\n',
  '--border\r\n',
  'Date: x\r\n',
  ' \r\n',
];

export const headers: FuzzTarget = {
  name: 'headers',
  group: 'mail',
  words: WORDS,
  longest: 300 * 1024,
  ofMessage: (message) => message,
  run(input, random) {
    const header = readHeader(input);
    const { fields } = header;
    must(header.size <= Math.min(input.length, HEADER_LIMIT), 'the header ends within what is read', header.size);
    must(header.size > 0 || fields.length === 0, 'a message without a header has no fields');
    let last = 0;
    for (const [index, field] of fields.entries()) {
      must(field.index === index && field.start >= last && field.end > field.start, 'fields stand in their order and do not overlap', [
        last,
        field.start,
      ]);
      must(field.end <= header.size || header.size === 0, 'fields stand within the header', [field.end, header.size]);
      last = field.end;
      must(/^[!-9;-~]+$/.test(field.name), 'a name is printable and without a colon', field.name);
      must(isOneLine(field.value), 'a value is one line', field.value);
      must(isOneLine(unfold(valueOctets(field)).replace(/\n|\r|\0/g, '')), 'an unfolded value stays text');
    }
    named(header);
    if (!header.truncated && header.size < HEADER_LIMIT) {
      const alone = readHeader(input.subarray(0, header.size));
      mustEqual(shapeOf(alone.fields), shapeOf(fields), 'the header alone reads as with the body behind it');
    }
    must(unreadHeader(input).size <= input.length, 'an unread header ends within the message');
    collected(input, random);
    copied(input, fields.length, random);
  },
};

/** Each name looks at every field; rules ask for a few names, and so does this. */
const MOST_NAMES = 40;

function named(header: Header): void {
  const indexes = new Map<string, number[]>();
  for (const { name, index } of header.fields) {
    const known = indexes.get(name.toLowerCase());
    if (known !== undefined) known.push(index);
    else if (indexes.size < MOST_NAMES) indexes.set(name.toLowerCase(), [index]);
  }
  for (const [name, wanted] of indexes) {
    const found = header.all(name.toUpperCase()).map(({ index }) => index);
    mustEqual(found, wanted, 'fields are found by their name, in any case, topmost first');
    must(header.first(name)?.index === wanted[0], 'the first one is the topmost', name);
  }
}

function shapeOf(
  fields: readonly { readonly name: string; readonly value: string; readonly start: number; readonly end: number }[],
): unknown {
  return fields.map(({ name, value, start, end }) => [name, value, start, end]);
}

/** Gathered from pieces, the header is the same, and no octet comes twice or not at all. */
function collected(input: Buffer, random: Randomness): void {
  const crlf = Buffer.from(octetsInCrlfForm(input));
  const collector = new HeaderCollector();
  let pushed = 0;
  for (const piece of random.pieces(crlf)) {
    pushed += piece.length;
    if (collector.push(piece)) break;
  }
  must(crlf.subarray(0, pushed).equals(collector.octets), 'what was collected is what came');
  const end = headerEnd(crlf);
  must(end < 0 || end <= pushed || pushed >= HEADER_LIMIT, 'nothing stops before the header is whole', [end, pushed]);
  if (pushed < HEADER_LIMIT) {
    mustEqual(
      shapeOf(readHeader(collector.octets).fields),
      shapeOf(readHeader(crlf).fields),
      'the collected header reads as the whole message',
    );
  }
}

/** Every copy has a line of this server on top. */
const TOP_LINE = Buffer.from('X-Top: 1\r\n');

/** What mail programs get shows what was read here, and loses nothing behind it. */
function copied(message: Buffer, count: number, random: Randomness): void {
  const input = Buffer.from(octetsInCrlfForm(message));
  const header = readHeader(input);
  const some = Array.from({ length: random.below(6) }, () => random.below(count + 2));
  const edits = editsOf(header, some);
  let last = -1;
  for (const { start, end, instead } of edits) {
    must(start >= last && end >= start && (end > start || instead !== undefined), 'edits are apart and in order', edits);
    last = end;
  }
  const shown = (octets: Buffer, of: readonly CopyEdit[]): Buffer => {
    const edited = new EditedOctets(of);
    return Buffer.concat([...random.pieces(octets).flatMap((piece) => edited.take(piece)), ...edited.end()]);
  };
  const rest = shown(input, edits);
  must(rest.length === input.length + octetsAdded(edits), 'a copy is as long as its edits say', [rest.length, input.length, edits]);
  const copy = Buffer.concat([TOP_LINE, rest]);
  const wanted = new Set(some);
  const kept = header.fields.filter(({ index }) => !wanted.has(index));
  if (header.size === 0 || header.truncated || input.length >= HEADER_LIMIT) return;
  // The way of a mail program that stops at the first line which is no field.
  const again = readHeader(copy);
  mustEqual(
    again.fields
      .slice(1)
      .filter(({ name }) => name !== 'X-Postroom-Damaged-Line')
      .map(({ name, value }) => [name, value]),
    kept.filter(({ name }) => name !== 'X-Postroom-Damaged-Line').map(({ name, value }) => [name, value]),
    'a copy shows the fields that were read',
  );
  must(again.mends.length === 0, 'nothing is to be mended in a copy', again.mends);
  must(copy.subarray(again.size).equals(input.subarray(header.size)), 'no octet of the body is lost', [again.size, header.size]);
}

export const lineEnds: FuzzTarget = {
  name: 'line-ends',
  group: 'mail',
  words: ['\r\n', '\r', '\n', '\r\r\n', '\n\r', '\r\n.\r\n', '\n.\n', '\r\n\r\n', 'A: b\r\n', ' '],
  longest: 64 * 1024,
  ofMessage: (message) => message,
  run(input, random) {
    const whole = Buffer.from(octetsInCrlfForm(input));
    const text = whole.toString('latin1');
    must(!/\r(?!\n)|(?<!\r)\n/.test(text), 'no CR and no LF stands alone');
    must(text === '' || text.endsWith('\r\n'), 'the last line is ended');
    must((text === '') === (input.length === 0), 'only nothing becomes nothing');
    must(Buffer.from(octetsInCrlfForm(whole)).equals(whole), 'what is in CRLF form stays as it is');
    const normaliser = new LineEndNormaliser();
    const pieces = random.pieces(input).map((piece) => Buffer.from(normaliser.push(piece)));
    const joined = Buffer.concat([...pieces, Buffer.from(normaliser.end())]);
    must(joined.equals(whole), 'pieces give the same as the whole', [joined, whole]);
    must(text.replace(/[\r\n ]/g, '') === input.toString('latin1').replace(/[\r\n ]/g, ''), 'nothing but line ends changes');
  },
};

/** Lines that Postroom puts on top, out of text that a stranger wrote. */
export const writtenLines: FuzzTarget = {
  name: 'written-lines',
  group: 'mail',
  words: ['\r\nBcc: x', '\r\n\r\n', '\n', '\r', '\0', ' ', '=?utf-8?b?', 'é', '\u2028', 'x'.repeat(80)],
  longest: 8 * 1024,
  run(input) {
    const text = input.toString('utf8');
    for (const line of [headerLine('Subject', text), foldedLine(`Received: from ${plainWord(text)} by ${plainWord(text, 20)}`)]) {
      must(/^[ -~\t\r\n]*$/.test(line), 'a written line is printable ASCII', line);
      must(
        line.endsWith('\r\n') &&
          line
            .slice(0, -2)
            .split('\r\n')
            .slice(1)
            .every((part) => /^\t\s*\S/.test(part)),
        'every further line is a fold',
        line,
      );
      must(!/\r(?!\n)|(?<!\r)\n/.test(line), 'no CR and no LF stands alone', line);
      must(readHeader(Buffer.from(`${line}\r\n`)).fields.length === 1, 'it is one field', line);
    }
  },
};
