// Makes a plugin's connections for it. A plugin has no network: it names a host, and this decides whether that may be, finds the addresses
// itself, and dials exactly what it judged, so that a name which means something else a moment later leads nowhere.
import { lookup as systemLookup } from 'node:dns/promises';
import { realpath } from 'node:fs/promises';
import { isIP, Socket, type SocketConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { canonicalAddress, isPort, normalHost, type Target } from '@postroom/sdk/network';
import { numberIn, recordOf, textIn } from '../pipe/shapes.js';
import { type ChannelPipe, channelPipe } from './channelPipe.js';
import { type ToChild, wireError } from './channelProtocol.js';
import { coded } from './codedError.js';
import { HostChannel } from './hostChannel.js';
import { KnownNames } from './knownNames.js';
import { NameService } from './nameService.js';
import {
  isInData,
  judgeAddress,
  judgeName,
  judgeSocket,
  type NetworkRules,
  type NetworkVerdict,
  type OwnPlaces,
  refusalSentence,
} from './networkRules.js';

/** Connections of one plugin, those that are being made included. */
const MOST_CONNECTIONS = 64;
const CONNECT_MS = 30_000;
/** What every system takes as the name of a Unix socket, in octets. */
const LONGEST_SOCKET = 103;

export interface DiallerOptions {
  /** `publisher.name` */
  readonly plugin: string;
  /** Asked with every connection. */
  readonly rules: () => NetworkRules;
  readonly own: () => OwnPlaces;
  /** The end of the sentence "its process was killed: ...". */
  readonly onBreach: (reason: string) => void;
  /** Default: as the system finds them. */
  readonly lookup?: (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;
}

export class Dialler {
  readonly #pipe: ChannelPipe<ToChild>;
  /** `undefined` while it is being made. */
  readonly #channels = new Map<number, HostChannel | undefined>();
  readonly #sockets = new Set<Socket>();
  readonly #known = new KnownNames();
  readonly #names: NameService;
  /** The last question to the name service. */
  #asking: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    stream: Duplex,
    private readonly options: DiallerOptions,
  ) {
    this.#pipe = channelPipe<ToChild>(stream, (message, octets) => this.#take(recordOf(message), octets), options.onBreach);
    this.#names = new NameService({ ...options, lookup: (name) => this.#lookup(name) });
  }

  /** Ends every connection. */
  close(): void {
    this.#isClosed = true;
    for (const channel of this.#channels.values()) channel?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#names.close();
  }

  #take(message: Readonly<Record<string, unknown>>, octets: Uint8Array): void {
    const id = numberIn(message, 'id');
    switch (message['do']) {
      case 'open':
        return void this.#open(id, message);
      case 'data':
        return this.#channels.get(id)?.take(octets);
      case 'used':
        return this.#channels.get(id)?.used(numberIn(message, 'octets'));
      case 'end':
        return this.#channels.get(id)?.end();
      case 'close':
        return this.#channels.get(id)?.close();
      case 'ask':
        return void this.#names.answer(message).then((answer) => this.#pipe.send({ do: 'answer', id, ...answer }));
      default:
        throw new Error('it sent a message that does not exist');
    }
  }

  async #open(id: number, message: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#channels.has(id)) return this.options.onBreach(`it opened the connection ${id} twice`);
    const isFull = this.#channels.size >= MOST_CONNECTIONS;
    this.#channels.set(id, undefined);
    try {
      if (isFull) throw coded('EMFILE', `${this.options.plugin} has ${MOST_CONNECTIONS} connections open; it may have no more at a time.`);
      const socket = await this.#dial(message);
      const channel = new HostChannel(id, socket, this.#pipe, () => this.#channels.delete(id));
      this.#channels.set(id, channel);
      const { remoteAddress, remoteFamily, remotePort, localAddress, localFamily, localPort } = socket;
      const remote = { address: remoteAddress, family: remoteFamily, port: remotePort };
      this.#pipe.send({ do: 'opened', id, remote, local: { address: localAddress, family: localFamily, port: localPort } });
    } catch (error) {
      this.#channels.delete(id);
      this.#pipe.send({ do: 'close', id, error: wireError(error) });
    }
  }

  async #dial(message: Readonly<Record<string, unknown>>): Promise<Socket> {
    if (message['path'] !== undefined) return this.#connect({ path: await this.#judgePath(textIn(message, 'path')) });
    const [given, port] = [textIn(message, 'host', 300), numberIn(message, 'port')];
    const host = normalHost(given);
    if (host === undefined || host.includes('*') || !isPort(port))
      throw coded('EINVAL', `There is no host "${given}" with a port ${port}.`);
    // What is not named is not even looked up: a question to the name service can carry anything out.
    if (isIP(host) === 0) this.#refuse({ kind: 'host', host, port }, judgeName(host, port, this.options.rules()));
    const found = await this.#lookup(host);
    const judged = found.map((each) => ({ ...each, verdict: this.#judge(host, each.address, port) }));
    const allowed = judged.filter(({ verdict }) => verdict === 'allowed');
    if (allowed.length === 0) this.#refuse({ kind: 'host', host, port }, judged[0]?.verdict ?? 'never');
    const socket = await this.#connect({
      host,
      port,
      autoSelectFamily: true,
      // Exactly these.
      lookup: (_host, _options, found) =>
        found(
          null,
          allowed.map(({ address, family }) => ({ address, family })),
        ),
    });
    // A port of this server may have opened meanwhile.
    const verdict = this.#judge(host, socket.remoteAddress ?? host, port);
    if (verdict !== 'allowed') socket.destroy();
    this.#refuse({ kind: 'host', host, port }, verdict);
    return socket;
  }

  #judge(host: string, address: string, port: number): NetworkVerdict {
    const called = [host, ...this.#known.namesOf(canonicalAddress(address))];
    return judgeAddress(address, port, called, this.options.rules(), this.options.own());
  }

  async #judgePath(path: string): Promise<string> {
    // Node would cut it off, and mean another one.
    if (Buffer.byteLength(path) > LONGEST_SOCKET) throw coded('ENAMETOOLONG', `${path} is too long for the name of a socket.`);
    const judged = judgeSocket(path, this.options.rules(), this.options.own());
    this.#refuse({ kind: 'socket', path }, judged);
    const own = this.options.own();
    const withoutLinks = (place: string): Promise<string> => realpath(place).catch(() => place);
    const [real, dataDir] = await Promise.all([withoutLinks(path), withoutLinks(own.dataDir)]);
    // A link into the data folder is the data folder, and that may be called by a link itself.
    const isOwn = isInData(real, own) || isInData(real, { ...own, dataDir });
    this.#refuse({ kind: 'socket', path }, isOwn ? 'own' : 'allowed');
    return real;
  }

  #refuse(target: Target, verdict: NetworkVerdict): void {
    const sentence = refusalSentence(this.options.plugin, target, verdict);
    if (sentence !== undefined) throw coded('EACCES', sentence);
  }

  async #lookup(host: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    const found = await this.#ask(host);
    this.#known.add(
      host,
      found.map(({ address }) => canonicalAddress(address)),
    );
    return found;
  }

  /**
   * One after the other: the system answers two or so at a time for all of the server, and some take as long as who runs a name service likes. What is
   * asked by sixty connections to such names, the server's own questions would wait for.
   */
  #ask(host: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
    const answer = this.#asking.then(() => {
      if (this.#isClosed) throw coded('ECONNABORTED', 'The connection was given up.');
      return (this.options.lookup ?? allAddresses)(host);
    });
    this.#asking = answer.catch(() => undefined);
    return answer;
  }

  #connect(options: SocketConnectOpts): Promise<Socket> {
    const socket = new Socket({ allowHalfOpen: true });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => socket.destroy(coded('ETIMEDOUT', `No connection within ${CONNECT_MS / 1000} seconds.`)), CONNECT_MS);
      socket.once('error', reject);
      socket.once('close', () => {
        clearTimeout(late);
        reject(coded('ECONNABORTED', 'The connection was given up.'));
      });
      socket.connect(options, () => {
        clearTimeout(late);
        socket.off('error', reject);
        // Nothing reads before the channel does.
        socket.pause();
        if (this.#isClosed) socket.destroy();
        resolve(socket);
      });
      if (this.#isClosed) socket.destroy();
    });
  }
}

async function allAddresses(name: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
  return systemLookup(name, { all: true });
}
