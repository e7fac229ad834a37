// A message that is not stored here, as taps would see it: pasted by somebody, or looked at while it waits at the ISP.
import type { MailView } from '@postroom/sdk';
import { readHeader } from '../mail/header.js';
import { octetsInCrlfForm } from '../mail/lineEnds.js';
import { createMailView } from '../mail/mailView.js';

/** `octets`: any line ends; its header alone where no more is known. */
export function viewOfUnstored(octets: Uint8Array, receivedAt: Date): MailView {
  const message = octetsInCrlfForm(octets);
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
      yield message.subarray(start);
    },
  });
}
