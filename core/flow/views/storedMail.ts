// A stored message that is looked at again: for sorting it once more, for relaying, and for explaining.

import type { Envelope, MailOrigin, MailView } from '@postroom/sdk';
import { createMailView, HEADER_LIMIT, type Header, readHeader } from '@postroom/sdk/mail';
import type { MailStore, StoredMessage } from '@postroom/sdk/services';
import { sharedContentParser } from '../../mail/contentParser.js';
import { ContentDigest, type ContentNames } from '../../mail/duplicateKey.js';

/** What a view says otherwise than the message. */
export interface ViewedAs {
  readonly origin?: MailOrigin;
  readonly rehearsal?: boolean;
  readonly envelope?: Envelope;
}

export class StoredMail {
  private constructor(
    readonly message: StoredMessage,
    readonly header: Header,
    private readonly store: Pick<MailStore, 'read'>,
  ) {}

  /** Reads the header; the body stays in the store until somebody asks for it. */
  static async read(message: StoredMessage, store: Pick<MailStore, 'read'>): Promise<StoredMail> {
    const octets = await firstOctets(store.read(message.id), Math.min(message.headerSize, HEADER_LIMIT));
    return new StoredMail(message, readHeader(octets), store);
  }

  /** As taps see it. */
  view(as: ViewedAs = {}): MailView {
    const { message, header, store } = this;
    return createMailView(
      {
        id: message.id,
        size: message.size,
        origin: as.origin ?? message.origin,
        rehearsal: as.rehearsal ?? false,
        envelope: as.envelope ?? { from: message.envelopeFrom, recipients: message.envelopeRecipients },
        author: message.author,
        receivedAt: message.receivedAt,
        header,
        read: (start) => store.read(message.id, start),
      },
      sharedContentParser,
    );
  }

  /** As when it came in: its header, and by what a mailbox knows that it has the same mail already. Reads all of the message. */
  async names(): Promise<ContentNames> {
    const digest = new ContentDigest();
    for await (const piece of this.store.read(this.message.id)) digest.update(piece);
    return digest.finish();
  }
}

export async function viewOfStored(message: StoredMessage, store: Pick<MailStore, 'read'>): Promise<MailView> {
  return (await StoredMail.read(message, store)).view();
}

/** The first `count` octets of a source, or fewer where it ends. */
async function firstOctets(source: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
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
