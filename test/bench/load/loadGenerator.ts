// The load of the rows: a C program in processes of its own (pop3.c, smtp.c), compiled when it is first needed. It checks every answer, and ends with what it saw
// otherwise.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCES = fileURLToPath(new URL('../../../bench/load/', import.meta.url));
/** Cores of the machine for each process of the generator: one process serves 300,000 messages a second by POP3, pipelined. */
const CORES_EACH = 4;

/** What a generator did. */
export interface Load {
  readonly messages: number;
  readonly octets: number;
  /** Milliseconds on the clock, from the first connection to the last answer. */
  readonly wall: number;
  /** Milliseconds of its processor time. */
  readonly cpu: number;
}

/** Clients that read their mailboxes at the same time: login, STAT, UIDL, RETR of everything, QUIT. */
export interface Pop3Load {
  readonly port: number;
  readonly clients: number;
  /** `*` in it is the number of the client, from 0. */
  readonly user: string;
  readonly password: string;
  /** How often each reads its mailbox. */
  readonly sessions: number;
  /** RETR on the line at a time: 1 as mail programs do, or many as mpop does. */
  readonly window: number;
  /** Messages in each mailbox. */
  readonly expected: number;
}

/** Messages in dialogues without PIPELINING; each has a Message-Id of its own, as those of smtp-source have. */
export interface SmtpLoad {
  readonly port: number;
  /** Connections, which stay open over their messages. */
  readonly clients: number;
  /** Of all of them together. */
  readonly messages: number;
  /** Of a body; the header comes on top. */
  readonly octets: number;
  readonly from: string;
  readonly to: string;
}

export class LoadGenerator {
  #program: Promise<string> | undefined;

  constructor(
    private readonly folder: string,
    /** Words before its command: where it runs. */
    private readonly placed: readonly string[] = [],
  ) {}

  async pop3(asked: Pop3Load): Promise<Load> {
    const load = await this.#run('pop3', { ...asked });
    const wanted = asked.clients * asked.sessions * asked.expected;
    if (load.messages !== wanted) throw new Error(`${load.messages} messages were read of ${wanted}.`);
    return load;
  }

  async smtp(asked: SmtpLoad): Promise<Load> {
    const load = await this.#run('smtp', { ...asked });
    if (load.messages !== asked.messages) throw new Error(`${load.messages} messages were taken of ${asked.messages}.`);
    return load;
  }

  async #run(protocol: string, asked: Readonly<Record<string, string | number>>): Promise<Load> {
    this.#program ??= compile(this.folder);
    const words = Object.entries({ ...asked, processes: Math.ceil(availableParallelism() / CORES_EACH) }).map(
      ([key, value]) => `${key}=${value}`,
    );
    const [command = '', ...args] = [...this.placed, await this.#program, protocol, ...words];
    return JSON.parse((await run(command, args)).stdout) as Load;
  }
}

async function compile(folder: string): Promise<string> {
  const program = path.join(folder, 'load');
  const sources = (await readdir(SOURCES)).filter((name) => name.endsWith('.c')).map((name) => path.join(SOURCES, name));
  await run('cc', ['-O2', '-o', program, ...sources]);
  return program;
}
