// The manifest: the part of a plugin's package.json that Postroom reads. plugin.schema.json is the same for editors and checks.
import type { HookName } from './hooks.js';
import type { EditionLimits } from './licensing.js';

export interface PluginManifest {
  /** Lower-case letters, digits and dashes; with the publisher it makes the id `publisher.name`. */
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
  readonly type: 'module';
  /** The module that exports `activate`, relative to the folder. A pack without code has none. */
  readonly main?: string;
  /** The module that exports `program`, the command line `postroom`, relative to the folder. One of the product's own plugins has it. */
  readonly program?: string;
  readonly displayName: string;
  readonly description: string;
  /** `postroom`: the range of API versions that it works with, checked before it is imported. */
  readonly engines: { readonly postroom: string };
  /** Ids of plugins that must be active first. */
  readonly pluginDependencies?: readonly string[];
  /** Ids of plugins that are enabled with this one. */
  readonly pluginPack?: readonly string[];
  /**
   * `platform`: activated before the settings are in force, from the product's platform pack or boot.json; only in the host. `feature` (default): activated
   * after that, where the settings enable it. A pack without code that says `platform` names what every server starts with.
   */
  readonly activation?: 'platform' | 'feature';
  /**
   * Services that it hands over in activate() by `context.provide`. Each service has exactly one provider that is enabled. The product's own plugins, and
   * those that `trusted` in boot.json names.
   */
  readonly provides?: readonly ProvidedService[];
  /**
   * Services that it takes by `context.get`, by name: `MailStore`, or `MailStore@^1.0.0` with the versions that it works with. Their providers are activated
   * before it. Plugins that run in the host only.
   */
  readonly requires?: readonly string[];
  /**
   * Services that it works with where an active plugin provides them, and does without where none does: taken by `context.use`, or by `context.get` at the
   * moment of need. Their providers start before it unless they wait for it, may come
   * later, and may end before it. Plugins that run in the host only.
   */
  readonly uses?: readonly string[];
  /** Its contribution points, to which other plugins add entries, by name: `{ "checks": ... }` lets manifests say `"contributes": { "checks": [...] }`. */
  readonly contributionPoints?: Readonly<Record<string, ContributionPoint>>;
  readonly capabilities?: {
    /** Fails closed whatever its taps say: while it should run and does not, mail is held instead of sorted without it. */
    readonly essential?: boolean;
    /** Sends mail by itself (`context.mail`). */
    readonly sendsMail?: boolean;
    /**
     * Where it connects to; the host makes the connections. `api.example.com:443`, `*.example.com:443` (one label), `unix:/run/x.sock`, by its own
     * settings `${clamav.host}:${clamav.port}` or `${notify.url}`, and `dns` for questions to the name service. What is not on the internet needs
     * the administrator's agreement besides: `postroom plugins allow`. For plugins that are not part of the product.
     */
    readonly network?: readonly string[];
  };
  readonly contributes?: Contributions;
}

export interface ProvidedService {
  /** The service's name, as in `createServiceId('MailStore')`. */
  readonly service: string;
  /** The version of the service's contract that it keeps, as in `1.0.0`: not the plugin's. */
  readonly version: string;
  /** activateStandalone() hands it over as well, for commands that work where no server starts. Default false. */
  readonly standalone?: boolean;
}

/** A list that other plugins add entries to in their manifests. */
export interface ContributionPoint {
  /** What the entries are, for people: `Checks of the doctor`. */
  readonly title: string;
  /** JSON Schema (draft-07) of one entry. Where an entry needs code it names a command of its plugin. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface Contributions {
  /** Entries for a point that another plugin owns; see `contributionPoints`. */
  readonly [point: string]: unknown;
  readonly taps?: readonly TapDeclaration[];
  readonly configuration?: ConfigurationContribution;
  readonly commands?: readonly CommandDeclaration[];
  readonly areas?: readonly CommandAreaDeclaration[];
  readonly accountKinds?: readonly AccountKindDeclaration[];
  readonly collectors?: readonly CollectorDeclaration[];
  readonly setup?: readonly SetupDeclaration[];
  readonly examples?: readonly ExampleDeclaration[];
  readonly edition?: EditionDeclaration;
  readonly statusCards?: readonly StatusCardDeclaration[];
  readonly logColumns?: readonly LogColumnDeclaration[];
  readonly stores?: readonly StoreDeclaration[];
}

/** A place in a hook. Order and limits stand here, the handler in the code: the pipeline is known before any plugin runs. */
export interface TapDeclaration {
  readonly hook: HookName;
  /** Unique within the plugin. */
  readonly name: string;
  /** One of STAGES[hook]; default: the hook's last stage for onSchedule and onDeliver, otherwise required where there are several. */
  readonly stage?: string;
  /** Names of taps (`plugin-id/tap`, or `plugin-id` for all of its taps in the stage) that come after this one. */
  readonly before?: readonly string[];
  /** Names of taps that come before this one. */
  readonly after?: readonly string[];
  /**
   * Time limit of one call, in milliseconds. Default: 1 second for onSort and onSchedule, 60 minutes for onFetch, 15 minutes for onDeliver, whose stage
   * `outcome` never has more than 5 seconds. It runs from when the plugin takes the call; what an isolated one waits for a processor, or for the host
   * (`content()`, `raw()`, `state` ...), does not count.
   */
  readonly timeoutMs?: number;
  /**
   * onSort and onDeliver: what becomes of a message when the tap fails. `hold` (default) fails closed: the message waits, and while the plugin should run
   * and does not (switched off by failures, a version that cannot be activated ...), all mail waits, until an administrator enables it again, disables or
   * removes it. `skip` fails open: mail goes on without it; in onDeliver only for stage `observe`.
   */
  readonly onError?: 'hold' | 'skip';
  /**
   * onDeliver: the handler calls `beforeEndOfData` before anything that it was given may be complete on the other side, or it sends nothing to the
   * outside at all. Without it a message counts as possibly sent from the handler's call to its answer. Default false.
   */
  readonly announcesEndOfData?: boolean;
}

/** Where a property may stand: in settings.json at the top, in an account, in a user; or in boot.json, for plugins of the platform. */
export type SettingScope = 'server' | 'account' | 'user' | 'boot';

export interface ConfigurationContribution {
  readonly title: string;
  readonly properties: Readonly<Record<string, PropertySchema>>;
}

/** JSON Schema (draft-07) with Postroom's keywords. */
export interface PropertySchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  /** Default `server`. */
  readonly scope?: SettingScope;
  /** Never in settings.json; kept encrypted. */
  readonly secret?: boolean;
  /**
   * What a change needs before it counts; the hover in editors says it. `none` (default): nothing, the plugin reads it at the moment of use.
   * `listener`: the host opens the plugin's ports again by itself. `server`: the server must be started again.
   */
  readonly restart?: 'none' | 'listener' | 'server';
  /**
   * A wrong value could lock out the one who sets it: ports, TLS, who may reach the manager. A change by command or manager goes back unless it is
   * confirmed within 60 s. Scope `server` only. Default false.
   */
  readonly risky?: boolean;
  /**
   * Belongs to a machine, as ports and paths of files do: of several servers that share their settings each may have its own value, under `nodes`, which counts there
   * before the one for all. Scope `server` only, and no secret. Default false.
   */
  readonly perNode?: boolean;
  /** What others notice of a change, in a sentence: said with the demand for its confirmation, and in the hover. Only where `risky`. */
  readonly consequence?: string;
  /** Former keys, moved to this one when settings are read. */
  readonly renamed?: readonly string[];
  /** Only for accounts of this kind. */
  readonly accountKind?: string;
  /**
   * Other properties of the server that have to be set where this one is, by key: why, as half a sentence (`A certificate needs its private key`). An empty
   * text counts as not set. Scope `server` only.
   */
  readonly needs?: Readonly<Record<string, string>>;
  /**
   * `user`: the texts in the value are names of users of the account. The settings check refuses others and names the nearest, editors complete them,
   * `users rename` writes the new name in their place, `users remove` takes them out and says so. Scope `account` or `user`.
   */
  readonly refersTo?: 'user';
  /** With `refersTo`: what people are told in the property's own words. */
  readonly referenceMessages?: ReferenceMessages;
  /**
   * The argument of `users add` by which people set it, and the column of `users list` that shows it. The product has `cc`: colleagues who get a copy.
   * Scope `user` only.
   */
  readonly argument?: 'cc';
  /** Values as people write them, best first: for completion, and in what tells people how to write a property. */
  readonly examples?: readonly unknown[];
  /** Shows the property, with its first example, in the comments of the settings.json that a new server begins with; a text goes before it. */
  readonly starter?: boolean | string;
}

/** Parts of the sentences about names of users in a property. */
export interface ReferenceMessages {
  /** Why a name that is no user's is refused, after a colon: `only colleagues can get copies`. */
  readonly unknown?: string;
  /** Scope `user`: refuses the user's own name, which comes before it: `can't get a copy of the own mail`. Without it the own name is allowed. */
  readonly self?: string;
  /** What it comes to that a removed user is taken out: a sentence with `{name}`, who is gone, and `{user}`, whose property it was. */
  readonly removed?: string;
}

/** A command: one declaration, three faces (CLI, API, palette). `mailboxes.list` is `postroom mailboxes list`. */
export interface CommandDeclaration {
  readonly command: string;
  readonly title: string;
  /** JSON Schema of an object. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /**
   * JSON Schema (draft-07) of the answer as JSON: dates are texts, and what is `undefined` is missing. The API's description and `--help` are made from
   * it. The host does not check answers.
   */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Properties of `arguments` that the CLI takes by position, in order. */
  readonly positional?: readonly string[];
  /** Read commands change nothing: the CLI offers `--json`, the API GET. */
  readonly reads?: boolean;
  /** Can work on the data folder without a running server. */
  readonly offline?: boolean;
  /**
   * With `offline`: works where no server can start, on a data folder that is missing, damaged or half replaced. Without a running server its handler comes
   * from activateStandalone(), and no store is opened. For plugins that run in the host.
   */
  readonly standalone?: boolean;
  /** Works on the caller's files alone: the command line runs it by activateStandalone(), and no server has it. The product's own plugins only. */
  readonly local?: boolean;
  /**
   * `account`: a question about one account, which its page in the manager asks. The command reads, and `account` (an id) is the only argument that
   * it requires. What `result` gives a title is shown; properties of the account in the answer's `proposal` are offered to be set. Where the answer has
   * `advice`, a sentence, people hear of it and of the proposal unasked: from the doctor, and when they set the account up.
   */
  readonly scope?: 'account';
  /** With `scope`: only for accounts of this kind. */
  readonly accountKind?: string;
  /** Only for accounts that are collected this way: with `scope`, and with a role that is about an account. */
  readonly via?: string;
  /** What the product finds the command by: it calls no command of a plugin by its name. See CommandRole for what each has to take and to answer. */
  readonly role?: CommandRole;
}

/**
 * An open string with known names; all of them read, but for the last.
 * - `login-test`: takes `{ account }`, logs in at the ISP and does nothing there; answers `{ ok, transcript, problem? }`.
 * - `waiting-mail`: takes `{ account, limit }`; answers what waits at the ISP, newest first: `{ uidl, bytes, header? }`, the header in base64.
 * - `licence-status`: takes nothing; answers an object with `history`, which `licence` shows, and `seenBy`, the names of the servers that see the device, which `status` shows too.
 * - `access-tokens`: takes nothing; answers `{ token, name }` for each token that opens the server to scripts.
 * - `revoke-access-token`: takes `{ token }`.
 */
export type CommandRole = 'login-test' | 'waiting-mail' | 'licence-status' | 'access-tokens' | 'revoke-access-token' | (string & {});

/** What an area of commands is about: `backup` explains `backup.create` and `backup.verify` where the command line lists them. */
export interface CommandAreaDeclaration {
  /** What the commands begin with. */
  readonly area: string;
  /** For people, in a few words. Without one the command line shows the plugin's description. */
  readonly title: string;
}

/** A kind of account that a plugin sorts. */
export interface AccountKindDeclaration {
  /** Value of `kind` in settings.json. */
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  /** `address`: only the account's address is its own. `domain`: every address at its domains. */
  readonly owns: 'address' | 'domain';
  /** Property (scope account, array of strings) that lists further domains. */
  readonly domainsProperty?: string;
  /** Properties (scope account, not secret) without which an account of this kind does not work: setup asks for them. */
  readonly requires?: readonly string[];
}

/** A way to collect an account's mail from its ISP: the plugin's tap on onFetch answers for accounts with this `via`. */
export interface CollectorDeclaration {
  /** Value of `via` in settings.json: `pop3`. */
  readonly via: string;
  readonly title: string;
  /** Accounts without `via` are collected this way; of several, and of none, the first one's. The product's is `pop3`. */
  readonly isDefault?: boolean;
  /** The collector's properties of accounts, secrets among them: names, or beginnings that end in `.`. Accounts with another `via` have no use for them. */
  readonly properties: readonly string[];
  /** The one of them that holds the login name at the ISP: sending mail may need the same. */
  readonly loginProperty?: string;
}

/** What `postroom setup` asks, and what the demo sets. The property is one of the plugin's own; its scope says when it is asked for. */
export interface SetupDeclaration {
  readonly property: string;
  /**
   * Without it nothing is asked. Scope `user`: `{user}` is the user's name, `{users}` those of the users who are there; what refers to users is asked
   * from the second user on.
   */
  readonly question?: string;
  /** Said before the question. */
  readonly introduction?: string;
  /**
   * What is proposed where nothing is set; without it the property's default. Scope `account`: `{local}` and `{domain}` are parts of the address, and a
   * plan of `postroom setup --from` that leaves the property out has it as well.
   */
  readonly proposal?: string;
  /** The property may stay as it is where nothing is typed; this is said then, unless it is empty. Without it the answer has to fit the schema. */
  readonly skipped?: string;
  /** Said where an answer does not fit, instead of what the property's schema says. */
  readonly refusal?: string;
  /** The answer is a host, and a port behind a colon goes into this property. */
  readonly portProperty?: string;
  /**
   * A command of the plugin that reads an answer: takes `{ answer }`; answers `{ value }` to be set and `remark`, a sentence to be said, or `{ problem }`,
   * why it is asked again. Without it the answer is read as the property's schema wants it.
   */
  readonly command?: string;
  /** Lower comes first, among the questions of one scope. Default 1000. */
  readonly order?: number;
  /** What the demo sets, and what it sets after its first round. The product's own plugins only. */
  readonly demo?: { readonly value: unknown; readonly later?: unknown };
}

/** A command line as people type it, for the help of a command of the product. */
export interface ExampleDeclaration {
  readonly command: string;
  /** Without `postroom` and the command's own words: `company pop3.host=pop.isp.example`. */
  readonly line: string;
}

/**
 * What a plugin that answers onLicenseCheck will grant: the settings are held against it before they make the plugin the edition, while it can't be
 * asked yet. From then on only its answers count. The product's own plugins only.
 */
export interface EditionDeclaration extends EditionLimits {
  /** As people say it: `Lite`. */
  readonly name: string;
}

/** A card on the manager's first page, filled by a command that answers `{ state, text }`. */
export interface StatusCardDeclaration {
  readonly id: string;
  readonly title: string;
  readonly command: string;
}

/** A further column of the log. */
export interface LogColumnDeclaration {
  readonly id: string;
  readonly title: string;
  /** Field of the activity's `details`. */
  readonly field: string;
}

/** A store that the plugin provides the services of. boot.json and POSTROOM_STORE choose it by its kind; the plugins of other stores don't start then. */
export interface StoreDeclaration {
  /** As people name it: `sqlite`. Its addresses have it as their scheme. */
  readonly kind: string;
  readonly title: string;
  /** The plugin's property of scope `boot` that holds the address of its engine. Without it the store has none. */
  readonly addressProperty?: string;
}
