// A message on the line: stuffed by our server, unstuffed by our client, wherever the octets are cut.

import { octetsInCrlfForm } from '#core/mail/lineEnds.js';
import { Unstuffing } from '#plugins/pop3/dist/client/unstuffing.js';
import { StuffedBody } from '#plugins/pop3/dist/server/front/dotStuffing.js';
import type { ReplyWriter } from '#plugins/pop3/dist/server/front/replyWriter.js';
import { TopLines } from '#plugins/pop3/dist/server/front/topLines.js';
import type { Randomness } from '../../plugins/fuzz/randomness.js';
import { type FuzzTarget, must } from '../target.js';

const WORDS = ['.', '\r\n.', '\r\n.\r\n', '\r\n..\r\n', '\n.\r\n', '\r.\r\n', '\r\n\r\n', '..', '\r\r\n.\r\n', '.\r', '\r\n.\r'];
const NEXT = Buffer.from('+OK next\r\n');

function stuffed(message: Buffer, random: Randomness): Buffer {
  const out: Buffer[] = [];
  const writer = {
    text: (text: string) => void out.push(Buffer.from(text, 'latin1')),
    octets: (octets: Uint8Array) => void out.push(Buffer.from(octets)),
  };
  const body = new StuffedBody(writer as unknown as ReplyWriter);
  for (const piece of random.pieces(message)) body.write(piece);
  body.end();
  return Buffer.concat(out);
}

function unstuffed(
  wire: Buffer,
  random: Randomness,
): { readonly message: Buffer; readonly rest: Buffer; readonly taken: number; readonly isComplete: boolean } {
  const unstuffing = new Unstuffing();
  const pieces: Buffer[] = [];
  let taken = 0;
  for (const piece of random.pieces(wire)) {
    taken += piece.length;
    pieces.push(...unstuffing.take(piece));
    if (unstuffing.isComplete) break;
  }
  return { message: Buffer.concat(pieces), rest: unstuffing.rest, taken, isComplete: unstuffing.isComplete };
}

/** RFC 1939 section 3 in two lines. */
function expected(wire: Buffer): { readonly message: string; readonly behind: number } | undefined {
  const whole = `\r\n${wire.toString('latin1')}`;
  const end = whole.indexOf('\r\n.\r\n');
  return end < 0 ? undefined : { message: whole.slice(2, end + 2).replace(/(^|\r\n)\./g, '$1'), behind: end + 5 - 2 };
}

export const dots: FuzzTarget = {
  name: 'dots',
  group: 'servers',
  words: WORDS,
  longest: 32 * 1024,
  ofMessage: (message) => message,
  run(input, random) {
    const message = Buffer.from(octetsInCrlfForm(input));
    const wire = stuffed(message, random);
    const back = unstuffed(Buffer.concat([wire, NEXT]), random);
    must(back.isComplete, 'a stuffed message is ended');
    // A message of no octets becomes one line end: a client could not tell it from none.
    must(
      back.message.equals(message) || (message.length === 0 && back.message.equals(Buffer.from(''))),
      'what was stuffed comes out as it was',
      [message, back.message],
    );
    must(back.rest.equals(Buffer.concat([wire, NEXT]).subarray(wire.length, back.taken)), 'what stands behind is left as it is', back.rest);
    // Whatever else an ISP sends.
    const hostile = unstuffed(input, random);
    const right = expected(input);
    must(hostile.isComplete === (right !== undefined), 'only CRLF, dot, CRLF ends a message', input);
    if (right !== undefined) {
      must(hostile.message.toString('latin1') === right.message, 'a dot goes off behind CRLF alone', [hostile.message, right.message]);
      must(hostile.taken - hostile.rest.length === right.behind, 'no octet is skipped or comes twice', [
        hostile.taken,
        hostile.rest.length,
        right.behind,
      ]);
    }
    top(message, random);
  },
};

/** TOP: as many lines as asked for, however the message is cut. */
function top(message: Buffer, random: Randomness): void {
  const lines = random.below(6);
  const whole = new TopLines(lines).take(message);
  const cut = new TopLines(lines);
  let taken = 0;
  for (const piece of random.pieces(message)) {
    const part = cut.take(piece);
    taken += part;
    if (part < piece.length || cut.isComplete) break;
  }
  must(taken === whole, 'TOP ends at the same place however the message is cut', [taken, whole]);
  const end = message.indexOf('\r\n\r\n');
  const header = message[0] === 0x0d ? 2 : end < 0 ? message.length : end + 4;
  must(whole >= header || message.length === 0, 'TOP holds the whole header', [whole, header]);
}
