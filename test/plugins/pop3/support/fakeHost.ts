// The host at the plugin's edge: settings from the manifest's defaults, one user, mailboxes in memory.
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import {
  type CommandHandler,
  type Disposable,
  type FetchHandler,
  type MailboxRef,
  type PluginContext,
  type PortListener,
  PostroomError,
} from '@postroom/sdk';
import {
  Accounts,
  Authenticator,
  Certificates,
  Clock,
  Doors,
  Events,
  type Maildrop,
  type MaildropPiece,
  Maildrops,
  type PostroomEvent,
  type ServiceId,
} from '@postroom/sdk/services';
import { generate } from 'selfsigned';

const manifest = JSON.parse(readFileSync(new URL(import.meta.resolve('#plugins/pop3/package.json')), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, { default?: unknown }> } };
};

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for localhost. */
export async function certificate(): Promise<TestCertificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  return { key: made.private, cert: made.cert };
}

export class TestCertificates implements Certificates {
  readonly listeners = new Set<() => void>();
  readonly authority = undefined;
  pem: TestCertificate;

  constructor(pem: TestCertificate) {
    this.pem = pem;
  }

  current(): ReturnType<typeof createSecureContext> {
    return createSecureContext(this.pem);
  }

  replace(pem: TestCertificate): void {
    this.pem = pem;
    for (const listener of this.listeners) listener();
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }
}

export interface StoredMail {
  readonly uidl: string;
  readonly octets: Buffer;
}

/** A mailbox in memory, with switches for what can go wrong. */
export class TestMailbox {
  mail: StoredMail[] = [];
  readonly picked: number[] = [];
  readonly reads: (readonly number[])[] = [];
  isOpen = false;
  failRead: ((number: number, offset: number) => Error | undefined) | undefined;
  failRemove: Error | undefined;
  /** Holds removals back until it resolves. */
  gate: Promise<void> | undefined;
  /** Holds back the end of a session's hold on the mailbox until it resolves. */
  closeGate: Promise<void> | undefined;
  /** Another server takes the mailbox over from the session that has it. */
  takeOver: () => void = () => {};
  removals = 0;
  pieceSize = 256 * 1024;

  put(...texts: readonly (string | Buffer)[]): void {
    for (const text of texts)
      this.mail.push({ uidl: `u${this.mail.length + 1}`, octets: Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1') });
  }

  open(): Maildrop | 'in-use' {
    if (this.isOpen) return 'in-use';
    this.isOpen = true;
    const lost = new AbortController();
    this.takeOver = () => lost.abort(new PostroomError('lease/lost', 'The server "b" has taken the mailbox over.'));
    const snapshot = [...this.mail];
    const at = (number: number): StoredMail => snapshot[number - 1] ?? { uidl: '', octets: Buffer.alloc(0) };
    return {
      messages: { count: snapshot.length, size: (number) => at(number).octets.length, uidl: (number) => at(number).uidl },
      read: (numbers) => this.#read(numbers, at),
      lost: lost.signal,
      remove: async (numbers) => {
        this.removals += 1;
        await this.gate;
        lost.signal.throwIfAborted();
        if (this.failRemove !== undefined) throw this.failRemove;
        const gone = new Set(numbers.map((number) => at(number)));
        this.mail = this.mail.filter((message) => !gone.has(message));
      },
      picked: (numbers) => void this.picked.push(...numbers),
      close: async () => {
        await this.closeGate;
        this.isOpen = false;
      },
    };
  }

  async *#read(numbers: readonly number[], at: (number: number) => StoredMail): AsyncGenerator<MaildropPiece> {
    this.reads.push(numbers);
    for (const number of numbers) {
      await Promise.resolve();
      const { octets } = at(number);
      if (!this.mail.includes(at(number))) {
        yield { number, octets: Buffer.alloc(0), last: true, missing: true };
        continue;
      }
      for (let start = 0; start === 0 || start < octets.length; start += this.pieceSize) {
        const error = this.failRead?.(number, start);
        if (error !== undefined) throw error;
        yield { number, octets: octets.subarray(start, start + this.pieceSize), last: start + this.pieceSize >= octets.length };
      }
    }
  }
}

/** Real time, and switches to let a limit run out at once. */
export class TestClock implements Clock {
  #skipped = 0;
  readonly #timers = new Set<{ due: number; call: () => void; timer: NodeJS.Timeout }>();

  now(): Date {
    return new Date(Date.now() + this.#skipped);
  }

  monotonic(): number {
    return performance.now() + this.#skipped;
  }

  after(ms: number, call: () => void): { dispose(): void } {
    const entry = { due: this.monotonic() + ms, call: () => {}, timer: setTimeout(() => entry.call(), ms) };
    entry.call = () => {
      clearTimeout(entry.timer);
      if (this.#timers.delete(entry)) call();
    };
    this.#timers.add(entry);
    return {
      dispose: () => {
        clearTimeout(entry.timer);
        this.#timers.delete(entry);
      },
    };
  }

  /** Timers that are set. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass at once. */
  skip(ms: number): void {
    this.#skipped += ms;
    for (const timer of [...this.#timers]) if (timer.due <= this.monotonic()) timer.call();
  }
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
}

export class FakeHost {
  readonly values: Record<string, unknown> = {};
  readonly accountValues: Record<string, unknown> = {};
  readonly log: LogLine[] = [];
  readonly events: PostroomEvent[] = [];
  readonly clock = new TestClock();
  readonly mailboxes = new Map<string, TestMailbox>();
  readonly logins: { name: string; password: string; address: string }[] = [];
  readonly commands = new Map<string, CommandHandler>();
  readonly certificates: TestCertificates;
  loginResult: 'wait' | undefined;
  /** Holds logins back until it resolves. */
  loginGate: Promise<void> | undefined;
  password: string | undefined = 'isp secret';
  passwordOfUsers = 'open sesame';
  fetch: FetchHandler | undefined;
  listener: PortListener | undefined;
  /** `undefined`: nobody provides them. */
  doors: Doors | undefined;

  constructor(pem: TestCertificate) {
    this.certificates = new TestCertificates(pem);
    for (const [key, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) {
      this.values[key] = value;
      this.accountValues[key] = value;
    }
  }

  mailbox(user: string): TestMailbox {
    const found = this.mailboxes.get(user) ?? new TestMailbox();
    this.mailboxes.set(user, found);
    return found;
  }

  context(): PluginContext {
    const services = new Map<unknown, unknown>([
      [Clock, this.clock],
      [Certificates, this.certificates],
      [Events, { emit: (event: PostroomEvent) => void this.events.push(event), on: () => ({ dispose: () => {} }) }],
      [Authenticator, { login: (name: string, password: string, peer: { address: string }) => this.#login(name, password, peer.address) }],
      [Maildrops, { open: async ({ user }: MailboxRef) => this.mailbox(user).open() }],
      [Accounts, { find: (id: string) => (id === ACCOUNT.id ? ACCOUNT : undefined) }],
    ]);
    const line = (level: string) => (message: string, fields?: unknown) => void this.log.push({ level, message, fields });
    const partial: Partial<PluginContext> = {
      id: 'postroom.pop3',
      folder: new URL('.', import.meta.resolve('#plugins/pop3/package.json')).pathname,
      hooks: {
        onFetch: {
          tap: (_name: string, handler: FetchHandler) => {
            this.fetch = handler;
            return { dispose: () => {} };
          },
        },
      } as unknown as PluginContext['hooks'],
      settings: {
        get: <T>(key: string) => this.values[key] as T,
        forAccount: <T>(_account: string, key: string) => this.accountValues[key] as T,
        forUser: <T>() => undefined as T,
        onDidChange: () => ({ dispose: () => {} }),
      },
      commands: {
        register: (name, handler) => {
          this.commands.set(name, handler);
          return { dispose: () => {} };
        },
      },
      secrets: { get: async () => this.password },
      log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
      subscriptions: { push: () => {} },
      listen: (listener) => {
        this.listener = listener;
      },
      get: <T>(service: ServiceId<T>) => services.get(service) as T,
      use: <T>(service: ServiceId<T>, take: (provided: T) => Disposable) => {
        if (service === (Doors as unknown) && this.doors !== undefined) return take(this.doors as T);
        return { dispose: () => {} };
      },
    };
    return partial as PluginContext;
  }

  async #login(name: string, password: string, address: string) {
    this.logins.push({ name, password, address });
    await this.loginGate;
    if (this.loginResult === 'wait') return { ok: false, reason: 'wait' } as const;
    if (password !== this.passwordOfUsers || !this.mailboxes.has(name)) return { ok: false, reason: 'wrong' } as const;
    return { ok: true, mailbox: { account: 'company', user: name } } as const;
  }
}

export const ACCOUNT = Object.freeze({ id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.com', domains: [], users: [] });
