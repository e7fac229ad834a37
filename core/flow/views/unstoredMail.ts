// A message that is not stored here, as taps would see it: pasted by somebody, or looked at while it waits at the ISP.

import { setImmediate as turn } from 'node:timers/promises';
import type { MailView } from '@postroom/sdk';
import { createMailView, HEADER_LIMIT, readHeader } from '@postroom/sdk/mail';
import { sharedContentParser } from '../../mail/contentParser.js';
import { LineEndNormaliser, octetsInCrlfForm } from '../../mail/lineEnds.js';

/** Octets that are brought into form before others have a turn. */
const PIECE = 64 * 1024;

/** The same for a whole message of any size: the server does other work between its pieces. */
export async function viewOfUnstoredMessage(octets: Uint8Array, receivedAt: Date): Promise<MailView> {
  const normaliser = new LineEndNormaliser();
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += PIECE) {
    pieces.push(normaliser.push(octets.subarray(at, at + PIECE)));
    await turn();
  }
  pieces.push(normaliser.end());
  return viewOf(pieces, receivedAt);
}

/** `octets`: any line ends; its header alone where no more is known. */
export function viewOfUnstored(octets: Uint8Array, receivedAt: Date): MailView {
  return viewOf([octetsInCrlfForm(octets)], receivedAt);
}

/** `pieces`: the message in CRLF form. */
function viewOf(pieces: readonly Uint8Array[], receivedAt: Date): MailView {
  return createMailView(
    {
      id: '0',
      size: pieces.reduce((sum, piece) => sum + piece.length, 0),
      origin: 'fetched',
      envelope: { from: undefined, recipients: [] },
      author: undefined,
      receivedAt,
      rehearsal: true,
      header: readHeader(beginningOf(pieces)),
      read: async function* (start = 0) {
        let skip = start;
        for (const piece of pieces) {
          for (let at = Math.min(skip, piece.length); at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE);
          skip = Math.max(0, skip - piece.length);
        }
      },
    },
    sharedContentParser,
  );
}

/** As much as is read of a header. */
function beginningOf(pieces: readonly Uint8Array[]): Uint8Array {
  const first: Uint8Array[] = [];
  for (let length = 0, next = 0; length < HEADER_LIMIT && next < pieces.length; next += 1) {
    const piece = pieces[next] ?? new Uint8Array();
    first.push(piece);
    length += piece.length;
  }
  return first.length === 1 && first[0] !== undefined ? first[0] : Buffer.concat(first);
}
