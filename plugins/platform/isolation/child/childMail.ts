// A message as an isolated plugin sees it: header and envelope are here, everything else is asked for piece by piece.
import type { MailView, ParsedContent } from '@postroom/sdk';
import { createMailView, readHeader } from '@postroom/sdk/mail';
import type { Peer } from '../pipe/peer.js';
import type { MailData, MailPart } from '../pipe/protocol.js';

const HEADER_END = Buffer.from('\r\n');

/** `header`: the fields one behind the other. */
export function childMail(data: MailData, header: Uint8Array, peer: Peer): MailView {
  const fields = readHeader(Buffer.concat([header, HEADER_END]));
  return createMailView(
    {
      id: data.id,
      size: data.size,
      origin: data.origin,
      envelope: { from: data.envelope.from, recipients: data.envelope.recipients },
      author: data.author === undefined ? undefined : { account: data.author.account, user: data.author.user },
      receivedAt: new Date(data.receivedAt),
      rehearsal: data.rehearsal,
      headerCut: data.headerCut,
      header: fields,
      // The host knows better where the body begins: lines between the fields that are none were left out here.
      read: (start = 0) => readPart(data.handle, start === 0 ? 'raw' : 'body', peer),
    },
    { parse: async () => (await peer.call('mail.content', { handle: data.handle })).data as ParsedContent },
  );
}

/** The octets of one part. Ending early tells the host to stop reading. */
export async function* readPart(handle: number, part: MailPart, peer: Peer): AsyncGenerator<Uint8Array> {
  const reader = (await peer.call('mail.open', { handle, part })).data;
  let ended = false;
  try {
    for (;;) {
      const { data, octets } = await peer.call('mail.next', { handle, reader });
      if (data !== true) {
        ended = true;
        return;
      }
      yield octets;
    }
  } finally {
    if (!ended) {
      await peer.call('mail.close', { handle, reader }).catch(() => undefined);
    }
  }
}
