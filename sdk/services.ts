// Services of the host that bundled (in-process) plugins may ask for with context.get(). Isolated plugins have none of these.
import type { SecureContext } from 'node:tls';
import type { AccountView, MailboxRef, UserView } from './accounts.js';
import type { CommandCall, Disposable } from './context.js';
import type { ErrorCode } from './errors.js';
import type { Accepted, FetchReport, RoundReason } from './fetching.js';
import type { LicenceVerdict } from './licensing.js';
import type { MailView } from './mail.js';
import type { CommandDeclaration, PluginManifest, PropertySchema, SettingScope } from './manifest.js';
import type { SortPlan } from './sorting.js';

/**
 * Names a service and, as a parameter decorator, injects it: `constructor(@MailStore private readonly store: MailStore)`.
 * The decorator's type checks that the parameter has the service's type.
 */
export interface ServiceId<T> {
  <C extends abstract new (...args: never[]) => unknown, I extends number>(
    target: C,
    key: undefined,
    index: T extends ConstructorParameters<C>[I] ? I : never,
  ): void;
  readonly serviceName: string;
  /** Carries the type; never set. */
  readonly _type?: T;
}

type Injector = (target: object, index: number, id: ServiceId<unknown>) => void;
let injector: Injector = () => {
  throw new Error('createServiceId: no host has set how services are injected.');
};

/** For the host: how a service id used as a decorator is remembered. */
export function setServiceInjector(inject: Injector): void {
  injector = inject;
}

/** Makes a service id. Two calls make two services, even with the same name. */
export function createServiceId<T>(serviceName: string): ServiceId<T> {
  const id = ((target: object, _key: undefined, index: number) =>
    injector(target, index, id as ServiceId<unknown>)) as unknown as ServiceId<T>;
  Object.defineProperty(id, 'serviceName', { value: serviceName });
  return id;
}

/** Who shares what, as the settings in force say. */
export interface Accounts {
  readonly all: readonly AccountView[];
  find(account: string): AccountView | undefined;
  user(mailbox: MailboxRef): UserView | undefined;
  /** The addresses a user may send from: the shared address, `local@domain` of a domain account with its aliases. */
  sendersOf(mailbox: MailboxRef): readonly string[];
  /** The account that owns an address (a domain account's address, a shared address, `name@` this server), `undefined` for the outside. */
  ownerOf(address: string): AccountView | undefined;
  /** A kind's declaration says that it owns whole domains. */
  ownsDomains(account: AccountView): boolean;
}
export const Accounts = createServiceId<Accounts>('Accounts');

/** Checks logins of mail clients and of the manager. */
export interface Authenticator {
  /**
   * Checks a login: `andrew` where unique on the server, `andrew@company` (account id), `lisa@works.example` (domain account), `admin1`.
   * Any case of letters. Unknown names take as long as wrong passwords. Failures from one address slow down.
   */
  login(name: string, password: string, peer: LoginPeer): Promise<LoginResult>;
}
export const Authenticator = createServiceId<Authenticator>('Authenticator');

export interface LoginPeer {
  readonly protocol: 'pop3' | 'smtp' | 'http';
  /** Remote IP address. */
  readonly address: string;
}
/** `wait`: too many failures, not even looked at. */
export type LoginResult = { readonly ok: true; readonly mailbox: MailboxRef } | { readonly ok: false; readonly reason: 'wrong' | 'wait' };

/** Opens mailboxes for POP3. */
export interface Maildrops {
  /** Takes the exclusive lock and a snapshot of the mailbox; `in-use` while another session has it. */
  open(mailbox: MailboxRef): Promise<Maildrop | 'in-use'>;
}
export const Maildrops = createServiceId<Maildrops>('Maildrops');

/** One session's view of a mailbox (RFC 1939). Message numbers are places in `messages` plus one; mail that arrives later is not in it. */
export interface Maildrop {
  readonly messages: MaildropListing;
  /**
   * The octets of messages, in the order of `numbers` (1-based): whole in CRLF form with Postroom's lines on top, not dot-stuffed.
   * Reads ahead several small messages per query, and a large one in pieces of at most 256 KB. `undefined` for a message that is no longer there.
   */
  read(numbers: readonly number[]): AsyncIterable<MaildropPiece>;
  /** Removes the messages, durably: resolves after the commit. All or none. */
  remove(numbers: readonly number[]): Promise<void>;
  /** Notes that a client has picked the messages up. Needs no wait. */
  picked(numbers: readonly number[], client: string): void;
  /** Lets go of the lock. */
  close(): void;
}

/** Sizes and ids of a snapshot, in columns: a mailbox may hold 100,000 messages. */
export interface MaildropListing {
  readonly count: number;
  /** Octets in CRLF form, Postroom's lines included. `number` is 1-based. */
  size(number: number): number;
  /** Unique id, 1 to 70 octets of 0x21-0x7E, stable and never re-used. */
  uidl(number: number): string;
}

/** A piece of a message; `last` ends it. `missing`: the message was removed since the snapshot (no octets follow). */
export interface MaildropPiece {
  readonly number: number;
  readonly octets: Uint8Array;
  readonly last: boolean;
  readonly missing?: boolean;
}

/** Takes outgoing mail in. */
export interface Submissions {
  /**
   * Stores and sorts a submitted message: local recipients are delivered at once, the others go to the Outbox, in one commit.
   * Resolves after the commit; rejects with nothing stored. `source`: octets of DATA without dot-stuffing.
   */
  submit(source: AsyncIterable<Uint8Array>, submission: Submission): Promise<Accepted & { readonly outside: number }>;
  /** Octets of room below which nothing is taken in (452): undefined where there is room. */
  full(): Promise<string | undefined>;
}
export const Submissions = createServiceId<Submissions>('Submissions');

export interface Submission {
  /** Who logged in; `undefined` for a device in a trusted network. */
  readonly author: MailboxRef | undefined;
  readonly from: string;
  readonly recipients: readonly SubmittedRecipient[];
  /** For the Received line (RFC 5321 section 4.4): HELO name, IP address, `ESMTPSA`, TLS cipher. */
  readonly client: { readonly helo: string; readonly address: string; readonly protocol: string; readonly tls?: string };
  readonly dsn?: { readonly ret?: 'FULL' | 'HDRS'; readonly envid?: string };
}

export interface SubmittedRecipient {
  readonly address: string;
  readonly dsn?: { readonly notify?: readonly string[]; readonly orcpt?: string };
}

/** The server's own certificate: from files in the settings, or made at first start. */
export interface Certificates {
  /** For tls.createServer's SNICallback and new contexts: always the newest, also after a file was replaced on disk. */
  current(): SecureContext;
  /** PEM, for libraries that want the text. */
  readonly pem: { readonly key: string; readonly cert: string };
  onDidChange(listener: () => void): Disposable;
}
export const Certificates = createServiceId<Certificates>('Certificates');

/** Send/receive now. */
export interface Rounds {
  /** Starts a round, or joins the one that runs. */
  run(reason: RoundReason, accounts?: readonly string[]): Promise<RoundReport>;
}
export const Rounds = createServiceId<Rounds>('Rounds');

export interface RoundReport {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly sent: number;
  readonly deferred: number;
  readonly bounced: number;
  readonly accounts: readonly ({ readonly account: string } & FetchReport)[];
}

/** May the service run? */
export interface Licence {
  readonly verdict: LicenceVerdict;
  /** Asks onLicenseCheck again, as the device plugin does when the device comes or goes. */
  recheck(): LicenceVerdict;
  onDidChange(listener: (verdict: LicenceVerdict) => void): Disposable;
}
export const Licence = createServiceId<Licence>('Licence');

/** Time, so that tests can have their own. */
export interface Clock {
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
  /** Calls once after `ms`; longer than 2^31-1 ms is allowed. */
  after(ms: number, call: () => void): Disposable;
}
export const Clock = createServiceId<Clock>('Clock');

/** What happens, as it happens: feeds the lamps, the live log and the tests. */
export interface Events {
  emit(event: PostroomEvent): void;
  on(listener: (event: PostroomEvent) => void): Disposable;
}
export const Events = createServiceId<Events>('Events');

export type PostroomEvent =
  /** A mail client's session: lamps Local Sending (smtp) and Local Receiving (pop3). */
  | {
      readonly type: 'session';
      readonly protocol: 'pop3' | 'smtp' | 'http';
      readonly state: 'open' | 'closed';
      readonly mailbox?: MailboxRef;
      readonly peer: string;
    }
  | { readonly type: 'round'; readonly state: 'started' | 'ended'; readonly reason: RoundReason; readonly report?: RoundReport }
  /** Lamp Incoming. */
  | {
      readonly type: 'fetch';
      readonly account: string;
      readonly state: 'started' | 'progress' | 'ended';
      readonly done: number;
      readonly total: number;
      readonly octets: number;
    }
  /** Lamp Outgoing. */
  | { readonly type: 'relay'; readonly account: string; readonly recipient: string; readonly outcome: 'delivered' | 'deferred' | 'failed' }
  | { readonly type: 'accepted'; readonly message: string; readonly origin: string; readonly mailboxes: readonly MailboxRef[] }
  | { readonly type: 'picked-up'; readonly mailbox: MailboxRef; readonly messages: number }
  | { readonly type: 'settings'; readonly author: string }
  | { readonly type: 'licence'; readonly verdict: LicenceVerdict }
  | { readonly type: 'plugin'; readonly plugin: string; readonly state: string }
  | { readonly type: 'problem'; readonly source: string; readonly sentence: string }
  | { readonly type: 'activity'; readonly kind: string; readonly account: string | undefined; readonly text: string };

/** Mail that came in earlier, for commands that find out something from it. */
export interface RecentMail {
  /** The newest messages from outside that came by an account and are still stored, newest first, as taps would see them (`rehearsal` is true). */
  of(account: string, limit: number): AsyncIterable<MailView>;
  /** How often a message came by the account, by its Message-ID without angle brackets; copies that nobody keeps any more count too. */
  timesReceived(account: string, messageId: string): Promise<number>;
}
export const RecentMail = createServiceId<RecentMail>('RecentMail');

/** A change of the settings that would sort mail as a person did who moved a message. */
export interface RuleProposal {
  /** Where in settings.json, for example `['accounts', 'works', 'users', 'lisa', 'aliases']`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** The rule in words: `mail to orders@works.example is lisa's`. */
  readonly sentence: string;
}

/** `plan`: the message as today's rules sort it. `user`: who should have got it. Answers the narrowest rule of the plugin's own kind, if it has one. */
export type RuleProposer = (plan: SortPlan, mail: MailView, user: UserView) => RuleProposal | undefined;

/** Asks for rules when somebody moves a message. The host tries each proposal out; the person decides. */
export interface Teaching {
  add(propose: RuleProposer): Disposable;
}
export const Teaching = createServiceId<Teaching>('Teaching');

/** Every action of the program: what the manager's API and its palette are made from, as the CLI is. */
export interface CommandCatalogue {
  /** In order of their names. `owner` is `core` or a plugin's id. */
  readonly declarations: readonly (CommandDeclaration & { readonly owner: string })[];
  /** Checks the arguments and runs. Rejects with PostroomError: `command/unknown`, `command/arguments`, or what the handler threw. */
  run(command: string, args: unknown, call: CommandCall): Promise<unknown>;
}
export const CommandCatalogue = createServiceId<CommandCatalogue>('CommandCatalogue');

/** settings.json as text and as values, for whoever edits it as a whole. */
export interface SettingsText {
  /** The file as last read; not always what is in force, since it may be wrong. */
  readonly text: string;
  /** Names the version of `text`, quotes included (RFC 9110 section 8.8.3). */
  readonly etag: string;
  /** What is wrong with `text`; with an error among them the last good settings are in force. */
  readonly problems: readonly SettingsProblem[];
  /** What is in force, with defaults. Holds no secret. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What may stand in the file. */
  readonly schema: {
    /** Every property by key, secret ones too; `owner` is a plugin's id, or `postroom` for the core's. */
    readonly properties: ReadonlyMap<
      string,
      { readonly key: string; readonly scope: SettingScope; readonly owner: string; readonly schema: PropertySchema }
    >;
    /** JSON Schema, draft-07. */
    readonly json: Readonly<Record<string, unknown>>;
  };
  /** What the file itself says at a path, without defaults. */
  written(path: readonly (string | number)[]): unknown;
  /** Checks a text and changes nothing. */
  validate(text: string): readonly SettingsProblem[];
  /** Changes single values and leaves the rest of the text alone; `value: undefined` takes one out. All of the edits or none. */
  edit(
    author: string,
    edits: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[],
    expected?: { readonly etag?: string | undefined },
  ): Promise<SettingsTextChange>;
  /** Changes the whole text. */
  replace(author: string, text: string, expected?: { readonly etag?: string | undefined }): Promise<SettingsTextChange>;
  /** After `problems` changed, whoever wrote the file. */
  onDidChangeProblems(listener: () => void): Disposable;
}
export const SettingsText = createServiceId<SettingsText>('SettingsText');

/** Something wrong in settings.json. */
export interface SettingsProblem {
  readonly severity: 'error' | 'warning';
  /** Slashes between the names: `accounts/company/pop3.host`; '' for the file as a whole. */
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units. */
  readonly column?: number;
  readonly message: string;
}

/** What came of a change of the settings. Nothing is thrown for wrong ones. */
export type SettingsTextChange =
  | { readonly ok: true; readonly etag: string; readonly problems: readonly SettingsProblem[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly problems: readonly SettingsProblem[] };

/** The installed plugins with their manifests: what they contribute to the manager. */
export interface PluginCatalogue {
  readonly plugins: readonly {
    readonly id: string;
    readonly state: string;
    readonly bundled: boolean;
    readonly problems: readonly string[];
    /** `undefined` where it cannot be read. */
    readonly manifest: PluginManifest | undefined;
  }[];
}
export const PluginCatalogue = createServiceId<PluginCatalogue>('PluginCatalogue');

/** ADMIN1's password, which opens the manager. */
export interface AdminPassword {
  readonly isSet: boolean;
  /** Rejects with `settings/invalid` for an empty or overlong one. Resolves when it is durable. */
  set(password: string): Promise<void>;
}
export const AdminPassword = createServiceId<AdminPassword>('AdminPassword');
