// The plugin's world, as small as the tests need it: settings from the manifest, services at the edge, taps to call by hand.
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import {
  type AccountView,
  type DeliverHandler,
  type Disposable,
  type MailboxRef,
  type OpenPort,
  type PluginContext,
  type PortListener,
  PostroomError,
  type SortHandler,
} from '@postroom/sdk';
import type { Doors, LoginPeer, LoginResult, PostroomEvent, ServiceId, Submission } from '@postroom/sdk/services';

import { activate } from '#plugins/smtp/dist/plugin.js';
import { manifestOf } from '../../kit/editionHandler.js';
import { InProcessDoors, type Where } from './inProcessDoors.js';
import { type TestCertificate, testCertificate } from './testCertificate.js';

const manifest = JSON.parse(readFileSync(new URL('../../../../plugins/smtp/package.json', import.meta.url), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, { default?: unknown }> } };
};

export const ANDREW: MailboxRef = { account: 'company', user: 'andrew' };
export const GREG: MailboxRef = { account: 'company', user: 'greg' };
export const LISA: MailboxRef = { account: 'works', user: 'lisa' };

function account(id: string, kind: string, address: string, domains: readonly string[], users: readonly MailboxRef[]): AccountView {
  return {
    id,
    kind,
    via: 'pop3',
    address,
    domains,
    users: users.map((mailbox) => ({ name: mailbox.user, mailbox, aliases: [], names: [] })),
  };
}

/** Two users share mail@company.com; lisa@works.example belongs to one alone. */
export const COMPANY = account('company', 'regular', 'mail@company.com', [], [ANDREW, GREG]);
export const WORKS = account('works', 'domain', 'post@works.example', ['works.example'], [LISA]);

export interface Submitted {
  readonly submission: Submission;
  readonly text: string;
}

/** Timers that fire when the test says so. */
class ManualClock {
  readonly #set = new EventEmitter();
  readonly #timers = new Map<object, { ms: number; call: () => void }>();

  now = (): Date => new Date('2026-11-02T08:00:00Z');
  monotonic = (): number => performance.now();

  after(ms: number, call: () => void): Disposable {
    const timer = { dispose: () => void this.#timers.delete(timer) };
    this.#timers.set(timer, { ms, call });
    this.#set.emit('set');
    return timer;
  }

  /** Timers that are set. */
  get waiting(): number {
    return this.#timers.size;
  }

  isSetNow(ms: number): boolean {
    return [...this.#timers.values()].some((timer) => timer.ms === ms);
  }

  /** Resolves when a timer of that length is set. */
  async isSet(ms: number): Promise<void> {
    while (!this.isSetNow(ms)) await once(this.#set, 'set');
  }

  /** Waits until a timer of that length is set, and fires it. */
  async fire(ms: number): Promise<void> {
    for (;;) {
      const found = [...this.#timers].find(([, timer]) => timer.ms === ms);
      if (found) {
        this.#timers.delete(found[0]);
        return found[1].call();
      }
      await once(this.#set, 'set');
    }
  }
}

export class FakeHost {
  readonly submitted: Submitted[] = [];
  readonly events: PostroomEvent[] = [];
  readonly logged: string[] = [];
  readonly clock = new ManualClock();
  readonly secrets = new Map<string, string>();
  readonly activity = new EventEmitter();
  /** The next submit does this instead of storing. */
  onSubmit: ((source: AsyncIterable<Uint8Array>) => Promise<void>) | undefined;
  /** Addresses belong to accounts. */
  hasAccounts = true;
  /** Awaited between the last octet of a message and its storing. */
  beforeStored: (() => Promise<void>) | undefined;
  /** Why nothing is taken in. */
  trouble: PostroomError | undefined;
  loginResult: ((name: string, password: string, peer: LoginPeer) => LoginResult) | undefined;
  pem!: TestCertificate;
  /** Why there is none. */
  noCertificate: Error | undefined;
  deliver!: DeliverHandler;
  sort!: SortHandler;
  readonly commands = new Map<string, (args: never, call: never) => unknown>();
  readonly #settings: Map<string, unknown>;
  readonly #listeners: PortListener[] = [];
  readonly #subscriptions: Disposable[] = [];
  readonly #certificateListeners: (() => void)[] = [];
  readonly #settingsListeners: { readonly keys: readonly string[]; readonly listener: () => void }[] = [];
  #mainPorts: readonly OpenPort[] = [];

  #doors: InProcessDoors | undefined;

  constructor(
    settings: Readonly<Record<string, unknown>> = {},
    private readonly where: Where = 'on the main thread',
    /** The service that the plugin uses, where it is none of the test's own thread. */
    private readonly doors?: Doors,
  ) {
    const defaults = Object.entries(manifest.contributes.configuration.properties).map(
      ([key, { default: value }]) => [key, value] as const,
    );
    this.#settings = new Map<string, unknown>([['server.name', 'mail.office.example'], ...defaults, ...Object.entries(settings)]);
  }

  set(key: string, value: unknown): void {
    this.#settings.set(key, value);
    for (const { keys, listener } of this.#settingsListeners) if (keys.includes(key)) listener();
  }

  /** The first port of the main thread, where clients are served in a door. */
  get mainPort(): number {
    return this.#mainPorts[0]?.port ?? 0;
  }

  async activate(): Promise<this> {
    this.pem = await testCertificate();
    if (this.where === 'in a door') this.#doors = new InProcessDoors(this.clock);
    activate(this.#context());
    return this;
  }

  async start(): Promise<readonly OpenPort[]> {
    const opened: OpenPort[] = [];
    for (const listener of this.#listeners) {
      opened.push(...(await listener.start()));
    }
    this.#mainPorts = opened;
    return this.#doors === undefined ? opened : opened.map((port) => this.#doors?.portFor(port) ?? port);
  }

  /** The door dies, and what it held with it. */
  async killDoor(): Promise<void> {
    await this.#doors?.kill();
  }

  async stop(graceMs = 1): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop(graceMs)));
    for (const subscription of this.#subscriptions.reverse()) {
      await subscription.dispose();
    }
  }

  renewCertificate(pem: TestCertificate): void {
    this.pem = pem;
    for (const listener of this.#certificateListeners) {
      listener();
    }
  }

  #context(): PluginContext {
    const get = (key: string): never => {
      if (!this.#settings.has(key)) {
        throw new PostroomError('settings/unknown-key', `No such setting: ${key}`);
      }
      return this.#settings.get(key) as never;
    };
    const log = (line: string, fields?: object): void => void this.logged.push(`${line} ${JSON.stringify(fields ?? {})}`);
    const nothing: Disposable = { dispose: () => undefined };
    const onDidChange = (keys: readonly string[], listener: () => void): Disposable => {
      this.#settingsListeners.push({ keys, listener });
      return nothing;
    };
    const services = new Map<string, unknown>(Object.entries(this.#services()));
    return {
      id: 'postroom.smtp',
      hooks: {
        onSort: {
          tap: (_name: string, handler: SortHandler) => {
            this.sort = handler;
            return nothing;
          },
        },
        onDeliver: {
          tap: (_name: string, handler: DeliverHandler) => {
            this.deliver = handler;
            return nothing;
          },
        },
      },
      settings: { get, forAccount: (_account: string, key: string) => get(key), forUser: get, onDidChange },
      secrets: { get: async (key: string) => this.secrets.get(key) },
      commands: {
        register: (name: string, handler: (args: never, call: never) => unknown) => {
          this.commands.set(name, handler);
          return nothing;
        },
      },
      log: { debug: log, info: log, warn: log, error: log },
      subscriptions: { push: (...items: Disposable[]) => void this.#subscriptions.push(...items) },
      listen: (listener: PortListener) => void this.#listeners.push(listener),
      get: (id: ServiceId<unknown>) => services.get(id.serviceName),
      use: (_id: ServiceId<unknown>, take: (service: unknown) => Disposable) => {
        const doors = this.doors ?? this.#doors;
        return doors === undefined ? nothing : take(doors);
      },
    } as unknown as PluginContext;
  }

  #services(): Record<string, unknown> {
    const senders = new Map([ANDREW, GREG, LISA].map((each) => [each.user, each === LISA ? 'lisa@works.example' : 'mail@company.com']));
    return {
      PluginCatalogue: { plugins: [{ manifest: manifestOf('pop3') }] },
      Accounts: {
        all: [COMPANY, WORKS],
        find: (id: string) => [COMPANY, WORKS].find((each) => each.id === id),
        sendersOf: (mailbox: MailboxRef) => [senders.get(mailbox.user) ?? ''],
        ownerOf: (address: string) => {
          if (!this.hasAccounts) return undefined;
          return address.toLowerCase() === 'mail@company.com'
            ? COMPANY
            : address.toLowerCase().endsWith('@works.example')
              ? WORKS
              : undefined;
        },
      },
      Authenticator: {
        login: async (name: string, password: string, peer: LoginPeer): Promise<LoginResult> =>
          this.loginResult?.(name, password, peer) ??
          (name === 'andrew' && password === 'correct' ? { ok: true, mailbox: ANDREW } : { ok: false, reason: 'wrong' }),
      },
      Submissions: {
        trouble: async () => this.trouble,
        submit: async (source: AsyncIterable<Uint8Array>, submission: Submission) => {
          this.activity.emit('submit');
          await this.onSubmit?.(source);
          const pieces: Uint8Array[] = [];
          for await (const piece of source) {
            pieces.push(piece);
            this.activity.emit('piece');
          }
          this.activity.emit('read');
          await this.beforeStored?.();
          this.submitted.push({ submission, text: Buffer.concat(pieces).toString('latin1') });
          this.activity.emit('stored');
          return { id: String(this.submitted.length), size: 0, mailboxes: [], duplicates: 0, disposition: 'deliver', outside: 0 };
        },
      },
      Certificates: {
        current: () => {
          if (this.noCertificate !== undefined) throw this.noCertificate;
          return createSecureContext(this.pem);
        },
        pem: Object.defineProperties(
          {},
          { key: { get: () => this.pem.key, enumerable: true }, cert: { get: () => this.pem.cert, enumerable: true } },
        ),
        onDidChange: (listener: () => void) => {
          this.#certificateListeners.push(listener);
          return { dispose: () => undefined };
        },
      },
      Clock: this.clock,
      Events: {
        emit: (event: PostroomEvent) => {
          this.events.push(event);
          this.activity.emit(`${event.type}:${'state' in event ? event.state : ''}`);
        },
        on: () => ({ dispose: () => undefined }),
      },
    };
  }
}
