// What activate() receives.
import type { MailboxRef } from './accounts.js';
import type { Disposable, MaybePromise } from './disposable.js';
import type { Hooks, TapCall } from './hooks.js';
import type { PluginManifest } from './manifest.js';
import type { Protocol } from './protocols.js';
import type { ServiceId } from './serviceId.js';

/** A plugin's main module exports this. Register taps, commands and listeners here; open no port and fetch nothing yet. */
export type Activate = (context: PluginContext) => MaybePromise<void>;
/** Optional. Called after the plugin's taps have drained and its listeners have stopped, before `subscriptions` are disposed. */
export type Deactivate = () => MaybePromise<void>;

/**
 * Optional. Called instead of `activate` for a command that works where no server can start (`standalone` in the manifest): registers such commands, and
 * provides the services that those of other plugins take. Opens and writes nothing by itself.
 */
export type ActivateStandalone = (context: StandaloneContext) => MaybePromise<void>;

/** What activateStandalone() receives. */
export interface StandaloneContext extends Pick<PluginContext, 'id' | 'manifest' | 'folder' | 'log' | 'commands'> {
  /**
   * A service that `requires` in the manifest names: `Clock`, `DataFolder` (which may be missing, or damaged), `Log`, `ContributedEntries` by manifests alone,
   * and what other plugins provide as `standalone`. Throws `plugin/no-provider` for those that only a server has. One that `uses` names is got the same way.
   */
  get<T>(service: ServiceId<T>): T;
  /** Hands over a service that `provides` in the manifest calls `standalone`. */
  provide<T>(service: ServiceId<T>, provided: T): void;
  /** Properties of scope `boot`: what boot.json says, or their defaults. Throws `settings/unknown-key` for others. */
  readonly settings: Pick<Settings, 'get'>;
  /**
   * The same where the store is another one than boot.json names, by its kind or its address: services that plugins provide without a server. Rejects with
   * `settings/invalid` where there is no such store.
   */
  withStore(store: string): Promise<{ get<T>(service: ServiceId<T>): Promise<T> }>;
  /**
   * Opens a server on the data folder for commands alone: no port opens, and no round runs. Makes the folder where there is none. Rejects with the reason
   * where no server can start.
   */
  openServer(): Promise<CommandServer>;
}

/** A server that somebody opened for commands, and closes. */
export interface CommandServer {
  /** Rejects as the command does. */
  run(command: string, args: unknown, call: CommandCall): Promise<unknown>;
  close(): Promise<void>;
}

/** A plugin's way to the host. */
export interface PluginContext {
  /** `publisher.name`, for example `acme.spam-filter`. */
  readonly id: string;
  /** What its package.json says to Postroom. */
  readonly manifest: PluginManifest;
  readonly hooks: Hooks;
  readonly settings: Settings;
  readonly commands: CommandRegistrar;
  readonly secrets: Secrets;
  /** A small store of the plugin's own that survives restarts. */
  readonly state: PluginStorage;
  /** Sends mail of the plugin's own making; for plugins with `capabilities.sendsMail`. */
  readonly mail: MailSender;
  /** Program log. Lines are sentences with fields; never a password, never a body. */
  readonly log: Logger;
  /** Where the plugin's own files lie: the absolute path of the folder with its package.json. To read, not to write in. */
  readonly folder: string;
  /** Folder of the plugin's own, readable by the server's user only. It exists, but for a plugin of the platform, which makes it when it needs it. */
  readonly storagePath: string;
  /** Disposed last-in-first-out, one awaited after the other, when the plugin is disabled or the server stops. */
  readonly subscriptions: { push(...items: readonly Disposable[]): void };
  /** Hands over a port, or several: opened after every plugin is active, closed before any deactivates. */
  listen(listener: PortListener): void;
  /**
   * A service of the host or of another plugin (see services.ts), which `requires` in the manifest names: else it throws `plugin/undeclared-service`. One
   * that `uses` names too, at the moment of need: `plugin/no-provider` where it is not provided then. For plugins that run in the host; in an isolated one it
   * throws `plugin/isolated`.
   */
  get<T>(service: ServiceId<T>): T;
  /**
   * A service that `uses` in the manifest names and that may come and go: `take` gets it at once where it is provided, and each time that it comes. What
   * `take` answers is disposed before the provider ends, with this plugin, and with the answer of this call. Where `take` throws, that is noted as this
   * plugin's problem, and everything goes on. Throws `plugin/undeclared-service` for other services, and `plugin/isolated` in an isolated plugin.
   */
  use<T>(service: ServiceId<T>, take: (service: T) => Disposable): Disposable;
  /**
   * Hands over a service that `provides` in the manifest names, for as long as the plugin is active. In activate() only; each one once. Throws
   * `plugin/undeclared-service` for others, and `plugin/isolated` in an isolated plugin.
   */
  provide<T>(service: ServiceId<T>, provided: T): void;
}

/** Ports, or another way in from outside, that the host opens and closes. */
export interface PortListener {
  /** For people: `POP3`. */
  readonly name: string;
  /** True where it stays open without a licence, as the manager does. Default false: mail ports close without one. */
  readonly withoutLicence?: boolean;
  /** Opens. A port that can't be opened is reported in the answer, the others open; a throw means that none did. */
  start(): Promise<readonly OpenPort[]>;
  /** Takes nothing new at once, and ends what runs within `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** A port as it was asked for and what came of it. */
export interface OpenPort {
  readonly protocol: Protocol;
  readonly host: string;
  /** The port in use; the one asked for where it could not be opened. */
  readonly port: number;
  readonly security: PortSecurity;
  /** Why it is not open, a sentence with the way out; `undefined` where it is. */
  readonly problem?: string;
}

/** `plain`: no TLS. `starttls`: TLS on demand (STLS, STARTTLS). `tls`: from the first octet. */
export type PortSecurity = 'plain' | 'starttls' | 'tls';

/** The settings that are in force. Values come with the schema's defaults filled in. */
export interface Settings {
  /** A property of scope `server`. Throws `settings/unknown-key` for a key that no manifest declares. */
  get<T>(key: string): T;
  /** A property of scope `account`. */
  forAccount<T>(account: string, key: string): T;
  /** A property of scope `user`. */
  forUser<T>(account: string, user: string, key: string): T;
  /** After new settings came into force and one of `keys` (a name, or a prefix that ends in `.`) changed. */
  onDidChange(keys: readonly string[], listener: () => void): Disposable;
}

export interface CommandRegistrar {
  /** Supplies the handler of a command that the manifest declares. Arguments are checked against its schema before the call. */
  register(command: string, handler: CommandHandler): Disposable;
}

/** Answers plain data (it crosses process borders). A throw of PostroomError is shown as its sentence. */
export type CommandHandler = (args: never, call: CommandCall) => MaybePromise<unknown>;

/** One call of a command. */
export interface CommandCall extends TapCall {
  /** Who asks: `cli`, `manager:ADMIN1` ... For the revision history. */
  readonly author: string;
  /**
   * Arguments that are files (`"contentEncoding": "base64"`), by name, as octets and not among the others: a file in base64 within JSON costs several
   * times its size. A handler gets them in base64 all the same.
   */
  readonly octets?: Readonly<Record<string, Uint8Array>>;
  /** The access token of the manager's API that was shown; `undefined` where a person asks, or the command line. */
  readonly token?: AccessToken;
  /** Says how far long work is; `of` is undefined where the end is not known. */
  progress(step: CommandProgress): void;
}

/** A token that a script shows. It can hand on no more than it has. */
export interface AccessToken {
  readonly id: string;
  readonly name: string;
  /** Commands that it covers: `read`, `write`, names, areas as in `outbox.*`. */
  readonly scopes: readonly string[];
  readonly expires: Date;
}

export interface CommandProgress {
  readonly what: string;
  readonly done: number;
  readonly of?: number;
}

/** The plugin's own properties marked `"secret": true`. */
export interface Secrets {
  /** Clear text, for the moment of use; `undefined` where none is set. `account` for a property of scope `account`. */
  get(key: string, account?: string): Promise<string | undefined>;
}

/** Keys and JSON values; up to 100,000 entries of 64 KB. Writes share the server's next commit. */
export interface PluginStorage {
  get(key: string): Promise<unknown>;
  /** Resolves after the commit. `expires`: when the entry may be forgotten. */
  set(key: string, value: unknown, expires?: Date): Promise<void>;
  /**
   * Replaces a value by what `change` makes of it, in one step: whatever other calls and other servers on the store write meanwhile, none of it is lost.
   * `before` is `undefined` where there is no entry; an answer of `undefined` removes it; where the value stays the same nothing is written. `change` may
   * be called several times, and inside the store's write: it answers at once, from its argument alone. Where it throws, the call rejects with that and
   * nothing is changed. Resolves after the commit with what is kept then. Without `expires` the entry keeps its own.
   */
  update(key: string, change: (before: unknown) => unknown, expires?: Date): Promise<unknown>;
  delete(key: string): Promise<void>;
  /** Keys that begin with `prefix`, in order, at most 1,000. */
  keys(prefix: string): Promise<readonly string[]>;
}

/** Mail that a plugin sends by itself, in a user's name: an answer on holiday, a notice. */
export interface MailSender {
  /**
   * Hands a message in as the user's own mail program would: it is sorted, recipients of this server get it at once, the others wait in the Outbox.
   * Resolves with the message's number after the commit. Inside a tap don't await it: the commit may be waiting for the message in the tap.
   * Rejects with `plugin/not-allowed` without `capabilities.sendsMail` in the manifest or beyond 100 messages an
   * hour, and with `user/unknown` where the author is no mailbox.
   */
  send(mail: OutgoingMail): Promise<string>;
}

/** A message of plain text. From, Date and Message-ID are the host's; it is marked as automatic (RFC 3834 section 5). */
export interface OutgoingMail {
  /** Whose name it bears: the user's address is its From. */
  readonly author: MailboxRef;
  /** Addresses, 1 to 10. */
  readonly to: readonly string[];
  readonly subject: string;
  /** Up to 64 KB. */
  readonly text: string;
  /** `Auto-Submitted`: an answer to `inReplyTo`, or an unrequested notice. Either way the envelope sender is empty: it must not be answered. */
  readonly kind: 'auto-replied' | 'auto-generated';
  /** Message-ID that it answers, `<...>`. */
  readonly inReplyTo?: string;
}

/** Lines go to the program log with the plugin's id. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
