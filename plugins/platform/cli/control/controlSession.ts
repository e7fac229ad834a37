// One connection to the control socket, on the server's side: the key, one request, its progress and its answer. Whatever comes in, or does not, costs
// a bounded amount, and nothing of it reaches the rest of the server.
import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type CommandCall,
  type CommandProgress,
  type Disposable,
  type ErrorCode,
  jsonShapeProblem,
  PostroomError,
  sentenceOf,
} from '@postroom/sdk';
import { Clock, NodeCommands, type ProgramServer, SettingsService } from '@postroom/sdk/services';
import { CONTROL_LIMITS, UNREAD_OCTETS } from './controlLimits.js';
import { keyPath } from './controlPath.js';
import { ControlReader, LineTooLong } from './controlReader.js';

/** What a client asks for. `node`: the server of the store that is to run it, without it this one. `files`: names of arguments that are files, each with the number of octets that follow the line, in this order. */
export interface ControlRequest {
  readonly command: string;
  readonly args: unknown;
  readonly author: string;
  readonly node?: string;
  readonly files?: Readonly<Record<string, number>>;
}
export type ControlReply =
  | { readonly progress: CommandProgress }
  | { readonly result: unknown }
  | { readonly busy: true }
  | { readonly error: { readonly code: ErrorCode | undefined; readonly message: string; readonly fields?: PostroomError['fields'] } };

export interface SessionParts {
  readonly server: ProgramServer;
  readonly key: string;
  /** Called when the key was shown. False: the connection had to make room and was told so; nothing may be done on it. */
  readonly known: () => boolean;
}

/** Resolves when the connection is done with. Never rejects. */
export async function answerControl(socket: Socket, parts: SessionParts): Promise<void> {
  const session = new ControlSession(socket, parts);
  try {
    session.send({ result: (await session.run()) ?? {} });
  } catch (error) {
    session.send({ error: problemOf(error) });
  }
  session.end();
}

/** The client disconnected, or sent no command within the time limit: there is no one to answer. */
class Gone extends Error {}

class ControlSession {
  readonly #reader: ControlReader;
  readonly #clock: Clock;
  readonly #gone = new AbortController();
  #isKnown = false;

  constructor(
    private readonly socket: Socket,
    private readonly parts: SessionParts,
  ) {
    this.#reader = new ControlReader(socket);
    this.#clock = parts.server.get(Clock);
    socket.on('close', () => this.#gone.abort());
  }

  async run(): Promise<unknown> {
    const { server, key, known } = this.parts;
    const first = parsed(await this.#line('The first line', CONTROL_LIMITS.beforeKey, CONTROL_LIMITS.keyMs));
    if (!isKey(first['key'], key)) {
      throw new PostroomError('command/not-allowed', `Only who may read ${keyPath(server.dataDir)} may command this server.`);
    }
    if (!known()) throw new Gone('The connection had to make room.');
    this.#isKnown = true;
    const request = requestIn('command' in first ? first : parsed(await this.#request()));
    const octets = await this.#files(request.files ?? {});
    this.#reader.ignore();
    // Re-read settings.json first: the caller may have just saved it.
    await server.get(SettingsService).reload();
    const { node, command, args, author } = request;
    const call: CommandCall = { author, signal: this.#gone.signal, progress: (progress) => this.#progress(progress), octets };
    return node === undefined ? server.run(command, args, call) : server.get(NodeCommands).run(node, command, args, call);
  }

  send(reply: ControlReply): void {
    if (this.socket.writable) this.socket.write(`${textOf(reply)}\n`);
  }

  /** Waits for the answer to be read, but not for ever. */
  end(): void {
    if (this.socket.destroyed) return;
    const late = this.#clock.after(this.#isKnown ? CONTROL_LIMITS.idleMs : CONTROL_LIMITS.lingerMs, () => this.socket.destroy());
    this.socket.once('close', () => void late.dispose());
    this.#reader.ignore();
    this.socket.end();
  }

  #progress(progress: CommandProgress): void {
    if (this.socket.writableLength < UNREAD_OCTETS) this.send({ progress });
  }

  async #request(): Promise<Buffer> {
    const line = await this.#line('The request', CONTROL_LIMITS.request, CONTROL_LIMITS.idleMs);
    const problem = jsonShapeProblem(line, CONTROL_LIMITS.shape);
    if (problem !== undefined) throw new PostroomError('command/arguments', `The request ${problem}.`);
    return line;
  }

  async #files(files: Readonly<Record<string, number>>): Promise<Readonly<Record<string, Uint8Array>>> {
    const sizes = Object.entries(files);
    const all = sizes.reduce((sum, [, size]) => sum + size, 0);
    if (all > CONTROL_LIMITS.files) {
      throw new PostroomError('command/arguments', `The files have ${all} octets, and at most ${CONTROL_LIMITS.files} are taken.`);
    }
    const octets: [string, Uint8Array][] = [];
    for (const [name, size] of sizes) octets.push([name, await this.#inTime(CONTROL_LIMITS.idleMs, this.#reader.octets(size))]);
    return Object.fromEntries(octets);
  }

  async #line(what: string, most: number, ms: number): Promise<Buffer> {
    try {
      return await this.#inTime(ms, this.#reader.line(most));
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      throw new PostroomError('command/arguments', `${what} has more than ${most / 1024} KB. Nothing was done.`);
    }
  }

  /** After the time limit the connection ends, and with it the reading. */
  async #inTime(ms: number, reading: Promise<Buffer | undefined>): Promise<Buffer> {
    const late: Disposable = this.#clock.after(ms, () => this.socket.destroy());
    try {
      const read = await reading;
      if (read === undefined) throw new Gone('The connection ended.');
      return read;
    } finally {
      await late.dispose();
    }
  }
}

function isKey(shown: unknown, key: string): boolean {
  const [one, other] = [Buffer.from(typeof shown === 'string' ? shown : ''), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function parsed(line: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    // The line is not repeated in the error: it may have been a key.
  }
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new PostroomError('command/arguments', 'This is no request: a line of JSON is expected. Use the command line of this server.');
}

function requestIn({ command, args, author, node, files = {} }: Readonly<Record<string, unknown>>): ControlRequest {
  const sizes = typeof files === 'object' && files !== null ? Object.values(files) : [undefined];
  const isSound =
    typeof command === 'string' &&
    typeof author === 'string' &&
    ['string', 'undefined'].includes(typeof node) &&
    sizes.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
  if (!isSound) throw new PostroomError('command/arguments', 'This is no request: it must name a command and an author.');
  const where = typeof node === 'string' ? { node } : {};
  return { command, args, author: author.slice(0, 100), ...where, files: files as Readonly<Record<string, number>> };
}

function problemOf(error: unknown): Extract<ControlReply, { readonly error: unknown }>['error'] {
  const { code, fields } = error instanceof PostroomError ? error : {};
  return { code, message: sentenceOf(error), ...(fields && { fields }) };
}

/** What a command answers may be something that JSON cannot say. */
function textOf(reply: ControlReply): string {
  try {
    return JSON.stringify(reply);
  } catch (error) {
    return JSON.stringify({ error: { code: 'plugin/failed', message: `The answer cannot be sent: ${sentenceOf(error)}` } });
  }
}
