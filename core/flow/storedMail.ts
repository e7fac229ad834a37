// A stored message as taps see it: for relaying, sorting again, and explaining.

import type { MailOrigin, MailView } from '@postroom/sdk';
import { createMailView, HEADER_LIMIT, readHeader } from '@postroom/sdk/mail';
import type { MailStore, StoredMessage } from '@postroom/sdk/services';
import { sharedContentParser } from '../mail/contentParser.js';
import { ContentDigest, type ContentNames } from '../mail/duplicateKey.js';

/** Reads the header and answers a view; the body stays in the store until somebody asks for it. `as`: what the view says otherwise than the message. */
export async function viewOfStored(
  message: StoredMessage,
  store: MailStore,
  as: { readonly origin?: MailOrigin; readonly rehearsal?: boolean } = {},
): Promise<MailView> {
  const header = readHeader(await firstOctets(store.read(message.id), Math.min(message.headerSize, HEADER_LIMIT)));
  return createMailView(
    {
      id: message.id,
      size: message.size,
      origin: as.origin ?? message.origin,
      rehearsal: as.rehearsal ?? false,
      envelope: { from: message.envelopeFrom, recipients: message.envelopeRecipients },
      author: message.author,
      receivedAt: message.receivedAt,
      header,
      read: (start) => store.read(message.id, start),
    },
    sharedContentParser,
  );
}

/** As when it came in: its header, and by what a mailbox knows that it has the same mail already. Reads all of the message. */
export async function contentNamesOf({ id }: StoredMessage, store: MailStore): Promise<ContentNames> {
  const digest = new ContentDigest();
  for await (const piece of store.read(id)) digest.update(piece);
  return digest.finish();
}

/** The first `count` octets of a source, or fewer where it ends. */
export async function firstOctets(source: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    if (size >= count) {
      break;
    }
  }
  return Buffer.concat(pieces).subarray(0, count);
}
