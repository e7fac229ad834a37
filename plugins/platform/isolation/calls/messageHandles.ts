// Hands messages to a plugin's process piece by piece: each piece goes when it is asked for, so a large message is never whole on either side.
import type { MailView, RelayDestinations } from '@postroom/sdk';
import type { PeerHandler } from '../pipe/peer.js';
import { LARGEST_PIECE, type MailData, type MailPart } from '../pipe/protocol.js';
import { listIn, numberIn, recordOf } from '../pipe/shapes.js';
import { MOST_ENTRIES, readReceipt } from './readReceipt.js';

/** Parts of one message that may be read side by side. */
const MOST_READERS = 8;

/** A message in the hands of one call. */
interface OpenMail {
  readonly mail: MailView;
  /** Where the call is about relaying. */
  readonly relay: Pick<RelayDestinations, 'content' | 'beforeEndOfData' | 'answered'> | undefined;
  readonly readers: Map<number, AsyncIterator<Uint8Array>>;
}

export class MessageHandles {
  #next = 1;
  readonly #open = new Map<number, OpenMail>();

  /** `publisher.name` */
  constructor(readonly plugin: string) {}

  /** The messages that are lent. */
  get lent(): readonly MailView[] {
    return [...this.#open.values()].map(({ mail }) => mail);
  }

  /** Lends a message for the time of `use`. */
  async lend<T>(mail: MailView, relay: OpenMail['relay'], use: (data: MailData, header: Uint8Array) => Promise<T>): Promise<T> {
    const handle = this.#next++;
    const entry: OpenMail = { mail, relay, readers: new Map() };
    this.#open.set(handle, entry);
    try {
      return await use(dataOf(mail, handle), headerOf(mail));
    } finally {
      this.#open.delete(handle);
      for (const reader of entry.readers.values()) {
        void reader.return?.();
      }
    }
  }

  /** What a plugin's process may ask for. */
  readonly handlers: Readonly<Record<string, PeerHandler>> = {
    'mail.open': (data) => ({ data: this.#openPart(recordOf(data)) }),
    'mail.next': async (data) => this.#nextPiece(recordOf(data)),
    'mail.close': (data) => {
      const { handle, reader } = namesIn(recordOf(data));
      const iterator = this.#open.get(handle)?.readers.get(reader);
      this.#open.get(handle)?.readers.delete(reader);
      void iterator?.return?.();
      return undefined;
    },
    'relay.endOfData': async (data) => {
      const { relay } = this.#find(numberIn(recordOf(data), 'handle'));
      const { recipients } = recordOf(data);
      await relay?.beforeEndOfData?.(recipients === undefined ? undefined : listIn(recordOf(data), 'recipients', MOST_ENTRIES).map(String));
      return undefined;
    },
    'relay.answered': async (data) => {
      const { relay } = this.#find(numberIn(recordOf(data), 'handle'));
      await relay?.answered?.(readReceipt(recordOf(data)['receipts'], this.plugin) ?? []);
      return undefined;
    },
    'mail.content': async (data) => ({ data: await this.#find(numberIn(recordOf(data), 'handle')).mail.content() }),
  };

  #openPart(data: Readonly<Record<string, unknown>>): number {
    const entry = this.#find(numberIn(data, 'handle'));
    if (entry.readers.size >= MOST_READERS) {
      throw new Error(`A message may be read ${MOST_READERS} times side by side; end the readers that are not needed.`);
    }
    const reader = this.#next++;
    entry.readers.set(reader, inPieces(partOf(entry, data['part']))[Symbol.asyncIterator]());
    return reader;
  }

  async #nextPiece(data: Readonly<Record<string, unknown>>): Promise<{ data: boolean; octets?: Uint8Array }> {
    const { handle, reader } = namesIn(data);
    const entry = this.#find(handle);
    const iterator = entry.readers.get(reader);
    const step = await iterator?.next();
    if (step === undefined || step.done === true) {
      entry.readers.delete(reader);
      return { data: false };
    }
    return { data: true, octets: step.value };
  }

  #find(handle: number): OpenMail {
    const entry = this.#open.get(handle);
    if (entry === undefined) {
      throw new Error('The call that this message belonged to is over; read it before the handler answers.');
    }
    return entry;
  }
}

function partOf({ mail, relay }: OpenMail, part: unknown): AsyncIterable<Uint8Array> {
  const parts: Readonly<Record<MailPart, () => AsyncIterable<Uint8Array>>> = {
    raw: () => mail.raw(),
    body: () => mail.body(),
    relay: () => relay?.content() ?? mail.raw(),
  };
  return (parts[part as MailPart] ?? parts.raw)();
}

async function* inPieces(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of octets) {
    for (let start = 0; start < piece.length; start += LARGEST_PIECE) {
      yield piece.subarray(start, start + LARGEST_PIECE);
    }
  }
}

function namesIn(data: Readonly<Record<string, unknown>>): { readonly handle: number; readonly reader: number } {
  return { handle: numberIn(data, 'handle'), reader: numberIn(data, 'reader') };
}

function dataOf(mail: MailView, handle: number): MailData {
  return {
    handle,
    id: mail.id,
    size: mail.size,
    origin: mail.origin,
    envelope: mail.envelope,
    ...(mail.author !== undefined && { author: mail.author }),
    receivedAt: mail.receivedAt.toISOString(),
    rehearsal: mail.rehearsal,
    headerCut: mail.headerCut,
  };
}

/** The fields one behind the other: read again on the other side, they have the same positions. */
function headerOf(mail: MailView): Uint8Array {
  return Buffer.concat(mail.headers().map((field) => field.raw));
}
