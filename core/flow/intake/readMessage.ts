// Reads a message as it comes in: line ends made CRLF, octets handed to the store piece by piece, header and content names taken on the way.
import { createHash } from 'node:crypto';
import { type Header, HeaderCollector, readHeader, unreadHeader } from '@postroom/sdk/mail';
import type { StagedBody } from '@postroom/sdk/services';
import { ContentDigest } from '../../mail/duplicateKey.js';
import { LineEndNormaliser } from '../../mail/lineEnds.js';

/** A message that has come in whole; its octets are in the staged body. */
export interface ReadMessage {
  readonly header: Header;
  /** SHA-256 of all octets, hex. */
  readonly contentHash: string;
  /** Names the content for duplicates; `undefined` where it is not compared. */
  readonly duplicateKey: Uint8Array | undefined;
}

/** `unread`: without looking at what the octets say. */
export type ReadMode = 'for duplicates' | 'plainly' | 'unread';

/** Reads the source to its end. Rejects with what the source or the store rejects with. */
export async function readMessage(source: AsyncIterable<Uint8Array>, body: StagedBody, reading: ReadMode): Promise<ReadMessage> {
  const lines = new LineEndNormaliser();
  const digest = reading === 'for duplicates' ? new ContentDigest() : new PlainDigest(reading === 'unread' ? unreadHeader : readHeader);
  const take = (octets: Uint8Array): Promise<void> | undefined => {
    if (octets.length === 0) {
      return undefined;
    }
    digest.update(octets);
    return body.append(octets);
  };
  for await (const piece of source) {
    await take(lines.push(piece));
  }
  await take(lines.end());
  return digest.finish();
}

/** Names a message by its octets alone. */
class PlainDigest {
  readonly #hash = createHash('sha256');
  readonly #head = new HeaderCollector();
  #isHeadComplete = false;

  constructor(private readonly readHead: (octets: Uint8Array) => Header) {}

  update(octets: Uint8Array): void {
    this.#hash.update(octets);
    if (!this.#isHeadComplete) {
      this.#isHeadComplete = this.#head.push(octets);
    }
  }

  finish(): ReadMessage {
    return { contentHash: this.#hash.digest('hex'), duplicateKey: undefined, header: this.readHead(this.#head.octets) };
  }
}
