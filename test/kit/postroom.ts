// A practice ISP and a server beside it, in one call: what the flow tests stand on.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { CommandProgress, RoundReason } from '@postroom/sdk';
import {
  Accounts,
  type Clock,
  Events,
  type PostroomEvent,
  type RoundReport,
  Rounds,
  type ServiceId,
  SettingsService,
} from '@postroom/sdk/services';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { RawClient } from '../plugins/pop3/support/rawClient.js';
import { LineClient } from '../plugins/smtp/lineClient.js';
import { checkedAnswer } from './answers.js';
import { officeSettings } from './officeSettings.js';
import { PASSWORD, quickPasswords } from './quickPasswords.js';

/** Who has a password; other users need one of their own. */
const USERS = ['admin1', ...['andrew', 'greg', 'carolyn', 'andreas'].map((user) => `company/${user}`), 'works/lisa', 'works/john'];

/** A message as a mail client picked it up. */
export interface PickedUp {
  readonly uidl: string;
  /** As LIST announced it. */
  readonly size: number;
  readonly text: string;
}

export interface PostroomOptions {
  /** Properties put over those of officeSettings(); `undefined` takes one out. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  /** `account/name` of more users that have a password. */
  readonly users?: readonly string[];
  /** False: the accounts' passwords at the ISP stay unset. */
  readonly ispPasswords?: boolean;
  /** boot.json of the data folder. */
  readonly boot?: object;
  /** 32 octets, which all servers on one store need: of the encrypted passwords. A new one where it is missing. */
  readonly secretKey?: Buffer;
  /** As openServer takes them. */
  readonly bundledPlugins?: string;
  readonly lifecycleTimeoutMs?: number;
  readonly onUnhandledError?: (error: unknown) => void;
}

export class Postroom {
  readonly events: PostroomEvent[] = [];
  /** What the server wrote to its log. */
  log = '';
  #server: Server | undefined;
  readonly #clients = new Set<{ end(): void }>();

  private constructor(
    readonly isp: PracticeIsp,
    readonly dataDir: string,
    private readonly options: PostroomOptions,
  ) {}

  /** The ISP's mailboxes are `mail` (regular account `company`) and `post` (domain account `works`). */
  static async start(options: PostroomOptions = {}): Promise<Postroom> {
    const isp = await PracticeIsp.start();
    isp.mailbox('mail');
    isp.mailbox('post');
    const dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-flow-'));
    const postroom = new Postroom(isp, dataDir, options);
    try {
      const settings = { ...officeSettings(isp), ...options.settings };
      await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings, undefined, 2));
      if (options.boot !== undefined) await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify(options.boot));
      if (options.secretKey !== undefined) await writeFile(path.join(dataDir, 'secret.key'), options.secretKey, { mode: 0o600 });
      await writeFile(path.join(dataDir, 'secrets.json'), quickPasswords([...USERS, ...(options.users ?? [])]));
      await postroom.open();
      if (options.ispPasswords !== false) {
        for (const account of postroom.service(Accounts).all) await postroom.setIspPassword(account.id);
      }
    } catch (error) {
      await postroom.stop();
      throw error;
    }
    return postroom;
  }

  /** Opens the server on the same data folder, as after a restart. */
  async open(): Promise<void> {
    const sink = new Writable({
      write: (chunk, _encoding, done) => {
        this.log += String(chunk);
        done();
      },
    });
    const { clock, bundledPlugins, lifecycleTimeoutMs, onUnhandledError } = this.options;
    this.#server = await openServer({
      dataDir: this.dataDir,
      log: createLog('debug', sink),
      ...(clock !== undefined && { clock }),
      ...(bundledPlugins !== undefined && { bundledPlugins }),
      ...(lifecycleTimeoutMs !== undefined && { lifecycleTimeoutMs }),
      ...(onUnhandledError !== undefined && { onUnhandledError }),
    });
    this.service(Events).on((event) => void this.events.push(event));
  }

  /** Closes the server; the ISP and the data folder stay. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.end();
    this.#clients.clear();
    await this.#server?.close();
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    await this.close();
    await this.isp.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error('The server is closed.');
    return this.#server;
  }

  service<T>(id: ServiceId<T> | (abstract new (...args: never[]) => T)): T {
    return service(this.server.container, id);
  }

  /** Runs a command as the CLI would, and answers what the CLI would get: plain JSON, which has to be what the command declares. */
  async run<T>(command: string, args: Readonly<Record<string, unknown>> = {}, progress: CommandProgress[] = []): Promise<T> {
    const call = { author: 'test', signal: new AbortController().signal, progress: (step: CommandProgress) => void progress.push(step) };
    return checkedAnswer(command, JSON.parse(JSON.stringify((await this.server.run(command, args, call)) ?? {}))) as T;
  }

  /** What a command is refused with. */
  async refusal(command: string, args: Readonly<Record<string, unknown>>): Promise<string> {
    const failure = await this.run(command, args).catch((error: unknown) => error);
    if (failure instanceof Error) return failure.message;
    throw new Error(`${command} was not refused: ${JSON.stringify(failure)}`);
  }

  round(reason: RoundReason = 'user', accounts?: readonly string[]): Promise<RoundReport> {
    return this.service(Rounds).run(reason, accounts);
  }

  setIspPassword(account: string, password = PRACTICE_PASSWORD): Promise<unknown> {
    return this.run('accounts.set-password', { account, password });
  }

  port(protocol: 'pop3' | 'smtp'): number {
    const open = this.service(Ports).ports.find((port) => port.protocol === protocol && port.problem === undefined);
    if (open === undefined) throw new Error(`No ${protocol} port is open.`);
    return open.port;
  }

  /** A mail client that has logged in. */
  async pop3(user: string): Promise<RawClient> {
    const client = await RawClient.connect(this.port('pop3'));
    this.#clients.add({ end: () => client.destroy() });
    const answer = await client.login(user, PASSWORD);
    if (!answer.startsWith('+OK')) throw new Error(`${user} cannot log in: ${answer}`);
    return client;
  }

  /** Everything in a mailbox, by a mail client that leaves it there. */
  async pickUp(user: string): Promise<readonly PickedUp[]> {
    const client = await this.pop3(user);
    const uidls = linesOf(await client.askMultiline('UIDL'));
    const sizes = linesOf(await client.askMultiline('LIST'));
    const messages: PickedUp[] = [];
    for (const [index, line] of uidls.entries()) {
      const text = unstuffed(await client.askMultiline(`RETR ${index + 1}`));
      messages.push({ uidl: line.split(' ')[1] ?? '', size: Number(sizes[index]?.split(' ')[1]), text });
    }
    await client.ask('QUIT');
    await client.rest();
    return messages;
  }

  /** Subjects in a mailbox, oldest first. */
  async subjects(user: string): Promise<readonly string[]> {
    return (await this.pickUp(user)).map(({ text }) => /^Subject: (.*)\r$/im.exec(text)?.[1] ?? '');
  }

  /** Sends a message as `user` by SMTP; answers the server's reply to the final dot. */
  async submit(user: string, recipients: readonly string[], text: string, from = addressOf(user)): Promise<string> {
    const client = await LineClient.open(this.port('smtp'));
    this.#clients.add({ end: () => client.close() });
    await client.run('EHLO office.example');
    const credentials = Buffer.from(`\0${user}\0${PASSWORD}`).toString('base64');
    await client.run(
      `AUTH PLAIN ${credentials}`,
      `MAIL FROM:<${from}>`,
      ...recipients.map((recipient) => `RCPT TO:${inBrackets(recipient)}`),
    );
    await client.run('DATA');
    client.write(`${text.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')}\r\n.\r\n`);
    const answer = await client.reply();
    await client.run('QUIT');
    client.close();
    return answer;
  }

  /** Writes settings.json as an editor would, and waits until it was looked at. */
  async editFile(change: (text: string) => string): Promise<void> {
    const file = path.join(this.dataDir, 'settings.json');
    await writeFile(file, change(await readFile(file, 'utf8')));
    await this.service(SettingsService).reload();
  }

  /** Resolves with the next event that fits. */
  next(fits: (event: PostroomEvent) => boolean): Promise<PostroomEvent> {
    return new Promise((resolve) => {
      const listening = this.service(Events).on((event) => {
        if (fits(event)) {
          void listening.dispose();
          resolve(event);
        }
      });
    });
  }
}

/** `andrew` writes from the shared address; users of `works` have their own. */
function addressOf(user: string): string {
  return user === 'lisa' || user === 'john' ? `${user}@works.example` : 'mail@company.example';
}

function inBrackets(recipient: string): string {
  return recipient.startsWith('<') ? recipient : `<${recipient}>`;
}

function linesOf(text: string): readonly string[] {
  return text.split('\r\n').filter((line) => line !== '');
}

function unstuffed(text: string): string {
  return text.replace(/^\.\./gm, '.');
}
