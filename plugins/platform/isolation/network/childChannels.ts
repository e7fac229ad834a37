// The plugin's end of the second pipe: what its sockets and its questions to the name service become.
import type { Duplex } from 'node:stream';
import { recordOf } from '../pipe/shapes.js';
import { channelPipe } from './channelPipe.js';
import type { Endpoint, Question, ToChild, ToHost, WireError } from './channelProtocol.js';

/** As it is before the plugin's code runs. */
const later = setImmediate;

/** What happens to one connection. */
export interface ChannelEvents {
  opened(remote: Endpoint, local: Endpoint): void;
  data(octets: Uint8Array): void;
  /** So many octets were taken on the other side. */
  used(octets: number): void;
  end(): void;
  close(error: Error | undefined): void;
}

export class ChildChannels {
  #next = 1;
  readonly #channels = new Map<number, ChannelEvents>();
  readonly #questions = new Map<number, (answer: ToChild & { readonly do: 'answer' }) => void>();
  readonly #pipe;
  readonly #line: { readonly message: ToChild; readonly octets: Uint8Array }[] = [];

  constructor(stream: Duplex) {
    this.#pipe = channelPipe<ToHost>(
      stream,
      (message, octets) => {
        this.#line.push({ message: recordOf(message) as unknown as ToChild, octets });
        if (this.#line.length === 1) later(() => this.#takeNext());
      },
      () => process.exit(1),
    );
  }

  /**
   * One in a turn of the event loop, as sockets are: between its octets and its end everybody who waits for the octets is called. fetch() never ends
   * where both come at once.
   */
  #takeNext(): void {
    const [next] = this.#line;
    if (next === undefined) return;
    try {
      this.#take(next.message, next.octets);
    } catch (error) {
      // A listener of the plugin's threw: its own affair, as with any other event.
      process.nextTick(() => {
        throw error;
      });
    }
    this.#line.shift();
    if (this.#line.length > 0) later(() => this.#takeNext());
  }

  /** Answers what to say on the connection. */
  open(to: { readonly host: string; readonly port: number } | { readonly path: string }, events: ChannelEvents): OpenChannel {
    const id = this.#next++;
    this.#channels.set(id, events);
    this.#pipe.send({ do: 'open', id, ...to });
    return {
      data: (octets) => this.#pipe.send({ do: 'data', id }, octets),
      used: (octets) => this.#pipe.send({ do: 'used', id, octets }),
      end: () => this.#pipe.send({ do: 'end', id }),
      close: () => {
        if (this.#channels.delete(id)) this.#pipe.send({ do: 'close', id });
      },
    };
  }

  ask(what: Question, name: string, type?: string): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, ({ records, error }) => {
        this.#questions.delete(id);
        if (error === undefined) resolve(records);
        else reject(Object.assign(errorFrom(error), { hostname: name }));
      });
      this.#pipe.send({ do: 'ask', id, what, name, ...(type !== undefined && { type }) });
    });
  }

  #take(message: ToChild, octets: Uint8Array): void {
    const channel = this.#channels.get(message.id);
    switch (message.do) {
      case 'opened':
        return channel?.opened(message.remote, message.local);
      case 'data':
        return channel?.data(octets);
      case 'used':
        return channel?.used(message.octets);
      case 'end':
        return channel?.end();
      case 'close':
        this.#channels.delete(message.id);
        return channel?.close(message.error === undefined ? undefined : errorFrom(message.error));
      case 'answer':
        return this.#questions.get(message.id)?.(message);
    }
  }
}

export interface OpenChannel {
  data(octets: Uint8Array): void;
  used(octets: number): void;
  end(): void;
  close(): void;
}

function errorFrom({ message, ...rest }: WireError): Error {
  return Object.assign(new Error(message), rest);
}
