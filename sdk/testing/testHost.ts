// A whole Postroom for one test: the real host with chosen plugins, a practice ISP, time that stands still, and a data folder in memory.
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Disposition, Rung, TrailEntry } from '../sorting.js';
import { leakCheck } from './leakCheck.js';
import { PRACTICE_PASSWORD, PracticeIsp } from './practiceIsp.js';
import { practiceOffice } from './practiceOffice.js';
import { type LogLine, loadTestServer, type TestServer } from './testServer.js';
import { VirtualClock } from './virtualClock.js';

export interface TestHostOptions {
  /** Folders of plugins: installed and enabled as `postroom plugins add` does, each isolated. */
  readonly plugins?: readonly string[];
  /** Properties of settings.json beside those of the test host; `accounts` takes the place of its two accounts. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: a new one that begins on 2 November 2026, 08:00 UTC. */
  readonly clock?: VirtualClock;
}

/** Who would get a message, and why. */
export interface SortedMail {
  /** User names of the account; ADMIN1 is `admin1`. */
  readonly mailboxes: readonly string[];
  readonly disposition: Disposition;
  readonly rung: Rung | undefined;
  /** What each tap changed. `change` holds `tag spam`, `+andrew@company`, `quarantine` ... */
  readonly trail: readonly TrailEntry[];
}

/** One account's part of a round. */
export interface TestRound {
  readonly account: string;
  readonly fetched: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly failed: readonly string[];
}

/**
 * A host that is up. Its accounts: `company` (regular, mail@company.example, users andrew, greg, carolyn) and `works` (domain works.example,
 * users lisa and john), both at the practice ISP as `mail` and `post`.
 */
export interface TestHost {
  readonly isp: PracticeIsp;
  readonly clock: VirtualClock;
  /** In memory where the machine has a folder with room there (/dev/shm), else below the temporary folder; gone after stop(). */
  readonly dataDir: string;
  /** The program log so far. */
  readonly log: readonly LogLine[];
  /** Sends a message through the real taps; nothing is stored, `mail.rehearsal` is true. Any line ends. Default account: `company`. */
  sort(message: string | Uint8Array, account?: string): Promise<SortedMail>;
  /** Puts a message into the account's mailbox at the practice ISP, where the next round finds it. */
  put(message: string | Uint8Array, account?: string): void;
  /** One send/receive. */
  round(): Promise<readonly TestRound[]>;
  /** The messages in a mailbox, oldest first, as a mail client gets them. `andrew`, `admin1`. */
  messages(mailbox: string): Promise<readonly string[]>;
  /** Any command of the command line: `run('plugins.list')`, `run('config.set', { key, value })`. */
  run(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ends everything. Rejects with what a plugin or the test left open: sockets, timers, processes. */
  stop(): Promise<void>;
}

/**
 * Starts a test host. With the runner that Node brings along:
 * ```
 * const host = await startTestHost({ plugins: ['.'] });
 * const { mailboxes } = await host.sort('From: a@far.example\nTo: Andrew <mail@company.example>\n\nHello\n');
 * assert.deepEqual(mailboxes, ['andrew']);
 * await host.stop();
 * ```
 */
export async function startTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const leaks = leakCheck();
  await leaks.begin();
  const clock = options.clock ?? new VirtualClock();
  const isp = await PracticeIsp.start({ tls: false });
  const dataDir = await mkdtemp(path.join(await placeForData(), 'postroom-test-'));
  const log: LogLine[] = [];
  const end = async (server?: TestServer): Promise<void> => {
    await server?.close();
    await isp.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify({ ...settingsFor(isp), ...options.settings }));
    const postroom = await loadTestServer();
    const server = await postroom.openTestServer({ dataDir, clock, plugins: options.plugins ?? [], onLog: (line) => log.push(line) });
    try {
      await setPasswords(server);
    } catch (error) {
      await server.close();
      throw error;
    }
    return new RunningHost(isp, clock, dataDir, log, server, async () => {
      await end(server);
      const left = await leaks.end();
      if (left.length > 0) throw new Error(left.join('\n'));
    });
  } catch (error) {
    await end();
    throw error;
  }
}

class RunningHost implements TestHost {
  constructor(
    readonly isp: PracticeIsp,
    readonly clock: VirtualClock,
    readonly dataDir: string,
    readonly log: readonly LogLine[],
    private readonly server: TestServer,
    readonly stop: () => Promise<void>,
  ) {}

  async sort(message: string | Uint8Array, account = 'company'): Promise<SortedMail> {
    return (await this.server.run('explain', { file: Buffer.from(message).toString('base64'), account })) as SortedMail;
  }

  put(message: string | Uint8Array, account = 'company'): void {
    this.isp.mailbox(LOGINS[account] ?? account).put(message);
  }

  async round(): Promise<readonly TestRound[]> {
    return ((await this.server.run('send-receive')) as { readonly rounds: readonly TestRound[] }).rounds;
  }

  messages(mailbox: string): Promise<readonly string[]> {
    return this.server.messages(mailbox);
  }

  run(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.server.run(command, args);
  }
}

/** Logins at the practice ISP, by account. */
const LOGINS: Readonly<Record<string, string>> = { company: 'mail', works: 'post' };

async function setPasswords(server: TestServer): Promise<void> {
  const accounts = (await server.run('accounts.list')) as readonly { readonly account: string }[];
  for (const { account } of accounts) {
    await server.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
  }
}

function settingsFor(isp: PracticeIsp): Readonly<Record<string, unknown>> {
  isp.mailbox('mail');
  isp.mailbox('post');
  const office = practiceOffice(isp);
  const { company, works } = office.accounts;
  return {
    ...office,
    // Unused in tests, and the host is up sooner without it.
    'plugins.disabled': ['postroom.admin-ui'],
    // However small the disk: nothing is kept here.
    'server.freeSpaceFloorMB': 0,
    // Without copies and aliases: what a plugin does stands alone.
    accounts: {
      company: { ...company, users: { andrew: {}, greg: {}, carolyn: {} } },
      works: { ...works, users: { lisa: {}, john: {} } },
    },
  };
}

/** Octets that a folder in memory must have: containers give it 64 MB, which is less than a server keeps free. */
const ENOUGH = 512 * 2 ** 20;

async function placeForData(): Promise<string> {
  const memory = '/dev/shm';
  const room = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return room >= ENOUGH ? memory : os.tmpdir();
}
