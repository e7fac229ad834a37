// A message that is not stored here, as taps would see it: pasted by somebody, or looked at while it waits at the ISP.
import { setImmediate as turn } from 'node:timers/promises';
import type { MailView } from '@postroom/sdk';
import { readHeader } from '../mail/header.js';
import { LineEndNormaliser, octetsInCrlfForm } from '../mail/lineEnds.js';
import { createMailView } from '../mail/mailView.js';

/** Octets that are brought into form before others have a turn. */
const PIECE = 256 * 1024;

/** The same for a whole message of any size: the server does other work between its pieces. */
export async function viewOfUnstoredMessage(octets: Uint8Array, receivedAt: Date): Promise<MailView> {
  const normaliser = new LineEndNormaliser();
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += PIECE) {
    pieces.push(normaliser.push(octets.subarray(at, at + PIECE)));
    await turn();
  }
  pieces.push(normaliser.end());
  const message = Buffer.concat(pieces);
  return viewOf(message, receivedAt);
}

/** `octets`: any line ends; its header alone where no more is known. */
export function viewOfUnstored(octets: Uint8Array, receivedAt: Date): MailView {
  return viewOf(octetsInCrlfForm(octets), receivedAt);
}

function viewOf(message: Uint8Array, receivedAt: Date): MailView {
  return createMailView({
    id: '0',
    size: message.length,
    origin: 'fetched',
    envelope: { from: undefined, recipients: [] },
    author: undefined,
    receivedAt,
    rehearsal: true,
    header: readHeader(message),
    read: async function* (start = 0) {
      for (let at = start; at < message.length; at += PIECE) yield message.subarray(at, at + PIECE);
    },
  });
}
