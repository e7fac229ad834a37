// Reads a message as it comes in: line ends made CRLF, octets handed to the store piece by piece, header and content names taken on the way.
import { createHash } from 'node:crypto';
import type { ContentNames } from '../mail/duplicateKey.js';
import { ContentDigest } from '../mail/duplicateKey.js';
import { HEADER_LIMIT, type Header, headerEnd, readHeader, unreadHeader } from '../mail/header.js';
import { LineEndNormaliser } from '../mail/lineEnds.js';
import type { StagedBody } from '../store/mailStore.js';

/** A message that has come in whole; its octets are in the staged body. */
export interface Incoming extends ContentNames {
  readonly header: Header;
}

/** Reads the source to its end. `unread`: without looking at what the octets say. Rejects with what the source or the store rejects with. */
export async function readIncoming(source: AsyncIterable<Uint8Array>, body: StagedBody, unread = false): Promise<Incoming> {
  const lines = new LineEndNormaliser();
  const digest = unread ? new PlainDigest() : new ContentDigest();
  const head = new HeadCollector();
  const take = (octets: Uint8Array): Promise<void> | undefined => {
    if (octets.length === 0) {
      return undefined;
    }
    digest.update(octets);
    head.add(octets);
    return body.append(octets);
  };
  for await (const piece of source) {
    await take(lines.push(piece));
  }
  await take(lines.end());
  return { ...digest.finish(), header: unread ? unreadHeader(head.octets) : readHeader(head.octets) };
}

/** Names a message by its octets alone. */
class PlainDigest {
  readonly #hash = createHash('sha256');

  update(octets: Uint8Array): void {
    this.#hash.update(octets);
  }

  finish(): ContentNames {
    const hash = this.#hash.digest();
    return { contentHash: hash.toString('hex'), duplicateKey: hash.subarray(0, 16) };
  }
}

/** Keeps the first pieces, until the header is complete. */
class HeadCollector {
  octets: Uint8Array = new Uint8Array(0);
  #complete = false;

  add(piece: Uint8Array): void {
    if (this.#complete) {
      return;
    }
    const searched = this.octets.length;
    this.octets = searched === 0 ? piece : Buffer.concat([this.octets, piece]);
    this.#complete = headerEnd(this.octets, searched) >= 0 || this.octets.length >= HEADER_LIMIT;
  }
}
