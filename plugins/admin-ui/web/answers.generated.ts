// What commands and routes answer: made from their schemas by scripts/answerTypes.mjs ("npm run docs"), and not to be edited.
import type { Schema } from './api/schema.js';

/** accounts.add: Share another ISP mailbox */
export interface AccountsAddAnswer {
  readonly account: string;
  readonly address: string;
  readonly kind: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** The command that sets its passwords. */
  readonly next: string;
}

/** accounts.advice: What the mail of an account says about its settings, with the commands to follow it */
export type AccountsAdviceAnswer = readonly AccountsAdviceRow[];

export interface AccountsAdviceRow {
  /** The question that was asked. */
  readonly command: string;
  readonly title: string;
  /** A sentence. */
  readonly advice: string;
  /** Properties to set, by key. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The command line that sets them; empty where nothing is to be set. */
  readonly set: string;
}

/** accounts.change: Change properties of an account */
export interface AccountsChangeAnswer {
  readonly account: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
}

/** accounts.check: Whether passwords for the ISPs are set, and what stored mail says about the accounts, as the doctor asks */
export type AccountsCheckAnswer = readonly AccountsCheckRow[];

export interface AccountsCheckRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
  /** The same commands, for buttons. */
  readonly actions?: readonly {
    readonly title: string;
    readonly command: string;
    /** Arguments of the command. */
    readonly args: Readonly<Record<string, unknown>>;
  }[];
}

/** accounts.check-online: Whether the ISPs let us in, and what waits there says about accounts without stored mail, as the doctor asks */
export type AccountsCheckOnlineAnswer = readonly AccountsCheckOnlineRow[];

export interface AccountsCheckOnlineRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
  /** The same commands, for buttons. */
  readonly actions?: readonly {
    readonly title: string;
    readonly command: string;
    /** Arguments of the command. */
    readonly args: Readonly<Record<string, unknown>>;
  }[];
}

/** accounts.kinds: The kinds of account that the enabled plugins know, and what each needs */
export type AccountsKindsAnswer = readonly AccountsKindsRow[];

export interface AccountsKindsRow {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  /** `address`: only the address of the account is its own. `domain`: every address at its domains. */
  readonly owns: 'address' | 'domain';
  /** Properties that an account of this kind needs. */
  readonly requires: readonly {
    readonly key: string;
    readonly schema: Schema;
  }[];
}

/** accounts.list: The accounts and how many share them */
export type AccountsListAnswer = readonly AccountsListRow[];

export interface AccountsListRow {
  readonly account: string;
  readonly kind: string;
  /** Its address at the ISP. */
  readonly address: string;
  /** Names of the users. */
  readonly users: readonly string[];
  /** Secrets that are set, by name. */
  readonly passwords: readonly string[];
}

/** accounts.remove: Stop sharing an account: its passwords go, its stored mail stays */
export interface AccountsRemoveAnswer {
  readonly account: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
}

/** accounts.set-password: Set the password of the account at the ISP */
export interface AccountsSetPasswordAnswer {
  readonly account: string;
  /** The secrets that were set, by name. */
  readonly set: readonly string[];
}

/** accounts.suggest-kind: Regular or Domain POP? What the newest mail at the ISP says; headers only, nothing is collected */
export interface AccountsSuggestKindAnswer {
  readonly account: string;
  /** The kind that it has. */
  readonly kind: string;
  /** What its mail says, a sentence. */
  readonly because: string;
  /** The kind that fits its mail; missing where its mail does not tell. */
  readonly suggestion?: string;
  /** Of the suggestion. */
  readonly title?: string;
}

/** addressees.trust: Which hosts are believed to be the ISP's? */
export type AddresseesTrustAnswer = readonly AddresseesTrustRow[];

export interface AddresseesTrustRow {
  readonly account: string;
  /** Hosts that are believed to be the ISP's. */
  readonly hosts: readonly string[];
  /** Fields that name the recipient. */
  readonly recipientsIn: readonly string[];
  /** What the ISP puts in front of the recipient, by field. */
  readonly prefixes: readonly string[];
  /** Another host, and how much mail it has brought so far. */
  readonly notTrustedYet?: string;
  /** Hosts of the ISP behind which a message comes from outside. */
  readonly outsideBehind?: readonly string[];
}

/** admin-ui.create-token: Make an access token for a script; it is shown once */
export interface AdminUiCreateTokenAnswer {
  /** The token itself: it is not shown again. */
  readonly token: string;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires: string;
  /** What to do with it, a sentence. */
  readonly next: string;
}

/** admin-ui.revoke-session: End a login to the manager */
export interface AdminUiRevokeSessionAnswer {
  /** Id of the login. */
  readonly revoked: string;
}

/** admin-ui.revoke-token: Take an access token back */
export interface AdminUiRevokeTokenAnswer {
  /** Id of the token. */
  readonly revoked: string;
  /** Ids of the tokens that it had made, which are taken back too. */
  readonly madeByIt?: readonly string[];
}

/** admin-ui.sessions: Who is logged in to the manager */
export type AdminUiSessionsAnswer = readonly AdminUiSessionsRow[];

export interface AdminUiSessionsRow {
  /** Id, for `admin-ui revoke-session`. */
  readonly session: string;
  readonly since: string;
  readonly used: string;
  /** Where the browser is. */
  readonly address: string;
  /** As it names itself. */
  readonly browser: string;
  readonly locked: boolean;
}

/** admin-ui.tokens: Access tokens of scripts */
export type AdminUiTokensAnswer = readonly AdminUiTokensRow[];

export interface AdminUiTokensRow {
  /** Id, for `admin-ui revoke-token`. */
  readonly token: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: string;
  readonly expires: string;
  /** When it was last used (ISO 8601), or `never`. */
  readonly used: string;
}

/** backup.create: Copy everything into a folder, while the server runs */
export interface BackupCreateAnswer {
  /** The folder of this backup. */
  readonly folder: string;
  readonly messages?: number;
  /** Of the messages. */
  readonly octets?: number;
  /** In mailboxes. */
  readonly copies?: number;
  /** Recipients in the Outbox. */
  readonly outbox?: number;
  /** Messages at the ISPs that are remembered. */
  readonly journal?: number;
  /** Entries of the log. */
  readonly activity?: number;
  /** What to know of it, a sentence. */
  readonly next: string;
  /** What is not in it, and how that is backed up, sentences. The counts are missing then. */
  readonly missing?: string;
}

/** backup.restore: Put a backup in the place of the data folder; what is there is moved aside */
export interface BackupRestoreAnswer {
  /** The folder of the backup. */
  readonly restored: string;
  /** The data folder. */
  readonly into: string;
  readonly createdAt: string;
  readonly messages?: number;
  /** Of the messages. */
  readonly octets?: number;
  /** In mailboxes. */
  readonly copies?: number;
  /** Recipients in the Outbox. */
  readonly outbox?: number;
  /** Messages at the ISPs that are remembered. */
  readonly journal?: number;
  /** Entries of the log. */
  readonly activity?: number;
  /** What is left to do, a sentence each. */
  readonly next: readonly string[];
  /** Where the data that was there lies now. */
  readonly formerData?: string;
}

/** backup.verify: Restore a backup into a scratch folder and compare everything */
export interface BackupVerifyAnswer {
  readonly folder: string;
  readonly whole: boolean;
  readonly createdAt: string;
  /** Files in it. */
  readonly files: number;
  /** It holds passwords and keys. */
  readonly secrets: boolean;
  readonly messages?: number;
  /** Of the messages. */
  readonly octets?: number;
  /** In mailboxes. */
  readonly copies?: number;
  /** Recipients in the Outbox. */
  readonly outbox?: number;
  /** Messages at the ISPs that are remembered. */
  readonly journal?: number;
  /** Entries of the log. */
  readonly activity?: number;
  /** What is not in it, and how that is backed up, sentences. The counts are missing then. */
  readonly missing?: string;
}

/** certificate.authority: The authority's certificate (PEM), for mail programs and browsers to trust once */
export type CertificateAuthorityAnswer = string;

/** certificate.check: Whether the certificate is in use and good for long enough, as the doctor asks */
export type CertificateCheckAnswer = readonly CertificateCheckRow[];

export interface CertificateCheckRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
}

/** certificate.show: The server's certificate, its names and fingerprint, and the authority that people can trust */
export interface CertificateShowAnswer {
  /** The fingerprint, as clients show it. */
  readonly sha256: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** Host names and IP addresses that it is for. */
  readonly names: readonly string[];
  /** This server made it; otherwise the settings name its files. */
  readonly madeHere: boolean;
  /** When the server makes the next one. */
  readonly renewed?: string;
  /** What signed it; missing where the settings name the files. */
  readonly authority?: {
    readonly name: string;
    /** The fingerprint, as clients show it. */
    readonly sha256: string;
    readonly validFrom: string;
    readonly validTo: string;
  };
  /** Why the certificate that is wanted is not in use, or not good. */
  readonly problem?: string;
}

/** config.confirm: Keep a change of ports, TLS or access; without it the former values come back within 60 s */
export type ConfigConfirmAnswer = {
  /** Keys of the properties that stay. */
  readonly confirmed: readonly string[];
} | string;

/** config.diff: What changed since a former version */
export type ConfigDiffAnswer = string;

/** config.get: Settings in force */
export type ConfigGetAnswer = unknown;

/** config.history: Former versions of the settings */
export type ConfigHistoryAnswer = readonly ConfigHistoryRow[];

export interface ConfigHistoryRow {
  readonly id: number;
  readonly at: string;
  readonly author: string;
}

/** config.questions: What "postroom setup" asks and tests, as the enabled plugins contribute it */
export interface ConfigQuestionsAnswer {
  readonly questions: readonly {
    /** The property. */
    readonly key: string;
    readonly scope: 'server' | 'account' | 'user';
    readonly schema: Schema;
    readonly question: string;
    /** Said before the question. */
    readonly introduction?: string;
    /** Proposed where nothing is set. */
    readonly proposal?: string;
    /** Said where nothing is answered and the property stays as it is. */
    readonly skipped?: string;
    /** Said where an answer does not fit. */
    readonly refusal?: string;
    /** Property that a port behind the host goes into. */
    readonly portProperty?: string;
    /** Reads the answer. */
    readonly command?: string;
  }[];
  /** Ways to collect mail, the default first. */
  readonly collectors: readonly {
    readonly via: string;
    readonly title: string;
    /** Properties of accounts. */
    readonly properties: readonly string[];
    readonly isDefault?: boolean;
    readonly loginProperty?: string;
  }[];
  readonly loginTests: readonly {
    readonly name: string;
    readonly command: string;
    /** Only for accounts that are collected this way. */
    readonly via?: string;
  }[];
  /** Ids of the installed editions, the smallest first. */
  readonly editions: readonly string[];
  /** The property of a user that `--cc` of `users add` sets. */
  readonly cc?: string;
}

/** config.replace: Put a whole file in the place of the settings, on all servers that share them; "config undo" goes back */
export interface ConfigReplaceAnswer {
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** Where the change goes back unless it is confirmed: what comes of it, and how to confirm it. */
  readonly confirm?: string;
}

/** config.set: Change a property */
export type ConfigSetAnswer = {
  readonly key: string;
  /** As it was set. */
  readonly value: unknown;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** Where the change goes back unless it is confirmed: what comes of it, and how to confirm it. */
  readonly confirm?: string;
} | {
  /** Where several properties were changed. */
  readonly changes: readonly {
    readonly key: string;
    /** As it was set. */
    readonly value: unknown;
  }[];
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** Where the change goes back unless it is confirmed: what comes of it, and how to confirm it. */
  readonly confirm?: string;
};

/** config.show: Settings that are set, and where each comes from: for all servers, or for this one alone */
export type ConfigShowAnswer = readonly ConfigShowRow[];

export interface ConfigShowRow {
  readonly key: string;
  /** In force on this server. */
  readonly value: unknown;
  /** Where it stands in settings.json: top, or nodes.NAME for what this server has for itself; or default. */
  readonly from: string;
}

/** config.undo: Go back to a former version */
export interface ConfigUndoAnswer {
  /** The version that is in force again. */
  readonly revision: number;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** Where the change goes back unless it is confirmed: what comes of it, and how to confirm it. */
  readonly confirm?: string;
}

/** config.unset: Take a property out of the settings: its default counts again */
export interface ConfigUnsetAnswer {
  readonly key: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** Where the change goes back unless it is confirmed: what comes of it, and how to confirm it. */
  readonly confirm?: string;
}

/** config.validate: Check settings without using them */
export interface ConfigValidateAnswer {
  readonly valid: boolean;
  /** A line each, with the place in the text. */
  readonly warnings: readonly string[];
  /** With whatIf: messages that were looked at. */
  readonly looked?: number;
  /** With whatIf: messages that would go elsewhere. */
  readonly moved?: readonly {
    readonly message: string;
    readonly from: string;
    readonly subject: string;
    /** Where it goes by the settings in force. */
    readonly now: readonly string[];
    /** Where it would go. */
    readonly instead: readonly string[];
  }[];
}

/** doctor: Look at everything that mail depends on, and say what is not well */
export type DoctorAnswer = readonly DoctorRow[];

export interface DoctorRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
  /** The same commands, for buttons. */
  readonly actions?: readonly {
    readonly title: string;
    readonly command: string;
    /** Arguments of the command. */
    readonly args: Readonly<Record<string, unknown>>;
    /** What it comes to, where that has to be known first. */
    readonly warning?: string;
  }[];
}

/** doors.metrics: Door threads, as Prometheus reads them */
export type DoorsMetricsAnswer = readonly DoorsMetricsRow[];

export interface DoorsMetricsRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: number;
}

/** explain: Who would get this message, and why */
export type ExplainAnswer = {
  readonly account: string;
  /** User names; ADMIN1 is `admin1`. */
  readonly mailboxes: readonly string[];
  /** What decided, in words. */
  readonly evidence: string;
  readonly disposition: 'deliver' | 'hold' | 'quarantine' | 'discard';
  /** Own addresses that it was for. */
  readonly addressed: readonly {
    readonly address: string;
    readonly name: string;
    readonly rung: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
    readonly evidence: string;
    readonly placed: readonly string[];
  }[];
  readonly trail: readonly {
    /** `publisher.plugin/tap` */
    readonly tap: string;
    /** `+andrew@company`, `tag spam`, `hold`; empty for a note. */
    readonly change: string;
    readonly reason: string;
    readonly milliseconds: number;
    /** Which build of the hook the message went through. */
    readonly build?: number;
  }[];
  /** The rung of the evidence that placed the message; missing where none did. */
  readonly rung?: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
} | readonly {
  readonly uidl: string;
  readonly bytes: number;
  readonly state: 'waiting' | 'stored here already';
  readonly account?: string;
  /** User names; ADMIN1 is `admin1`. */
  readonly mailboxes?: readonly string[];
  /** What decided, in words. */
  readonly evidence?: string;
  readonly disposition?: 'deliver' | 'hold' | 'quarantine' | 'discard';
  /** Own addresses that it was for. */
  readonly addressed?: readonly {
    readonly address: string;
    readonly name: string;
    readonly rung: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
    readonly evidence: string;
    readonly placed: readonly string[];
  }[];
  readonly trail?: readonly {
    /** `publisher.plugin/tap` */
    readonly tap: string;
    /** `+andrew@company`, `tag spam`, `hold`; empty for a note. */
    readonly change: string;
    readonly reason: string;
    readonly milliseconds: number;
    /** Which build of the hook the message went through. */
    readonly build?: number;
  }[];
  /** The rung of the evidence that placed the message; missing where none did. */
  readonly rung?: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
}[];

/** held.delete: Remove a message that was set aside, for good */
export interface HeldDeleteAnswer {
  /** Number of the message. */
  readonly deleted: string;
}

/** held.list: Mail that is held, in quarantine or discarded, and why */
export type HeldListAnswer = readonly HeldListRow[];

export interface HeldListRow {
  readonly message: string;
  readonly receivedAt: string;
  readonly from: string;
  readonly subject: string;
  readonly bytes: number;
  readonly disposition: 'hold' | 'quarantine' | 'discard';
  readonly reason: string;
  readonly account?: string;
}

/** held.release: Deliver a message that was set aside */
export interface HeldReleaseAnswer {
  readonly message: string;
  /** Where it was delivered to. */
  readonly mailboxes: readonly string[];
}

/** held.retry: Sort held mail again now */
export interface HeldRetryAnswer {
  /** Messages that were delivered. */
  readonly delivered: number;
}

/** housekeeping.check: Whether every change of the database that was committed is there, as the doctor asks */
export type HousekeepingCheckAnswer = readonly HousekeepingCheckRow[];

export interface HousekeepingCheckRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
}

/** housekeeping.jobs: The jobs of every day and hour: when each ran, and whether it went well */
export type HousekeepingJobsAnswer = readonly HousekeepingJobsRow[];

export interface HousekeepingJobsRow {
  /** The command that it runs. */
  readonly job: string;
  readonly plugin: string;
  readonly title: string;
  readonly every: 'day' | 'hour';
  /** When it ran last, or began to. */
  readonly last?: string;
  readonly next: string;
  /** The server that runs it now. */
  readonly runsOn?: string;
  /** Why it failed the last time, a sentence. */
  readonly problem?: string;
}

/** housekeeping.run: Run a job now */
export interface HousekeepingRunAnswer {
  /** The command that it runs. */
  readonly job: string;
  readonly plugin: string;
  readonly title: string;
  readonly every: 'day' | 'hour';
  /** When it ran last, or began to. */
  readonly last?: string;
  readonly next: string;
  /** The server that runs it now. */
  readonly runsOn?: string;
  /** Why it failed the last time, a sentence. */
  readonly problem?: string;
}

/** housekeeping.tidy: Remove what has expired from the log and the journal */
export interface HousekeepingTidyAnswer {
  /** Removed from the log. */
  readonly logEntries: number;
  /** Messages at the ISPs that are remembered no longer. */
  readonly journalEntries: number;
  /** Why nothing was removed, a sentence. */
  readonly postponed?: string;
}

/** isolation.check: Which fences installed plugins run behind, and what they wait for */
export type IsolationCheckAnswer = readonly IsolationCheckRow[];

export interface IsolationCheckRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence. */
  readonly text: string;
}

/** isp-domainpop.probe: How does the ISP tell the recipient, and in how many copies? */
export interface IspDomainpopProbeAnswer {
  readonly account: string;
  /** Messages that were looked at. */
  readonly looked: number;
  /** Recipient */
  readonly recipient: string;
  /** Properties to set, by key; empty where nothing needs to be set. */
  readonly proposal: Readonly<Record<string, string | number>>;
  /** Copies */
  readonly copies: string;
  /** Fields that name a recipient */
  readonly candidates: readonly {
    /** Field */
    readonly header: string;
    /** Place */
    readonly position: number;
    /** Messages */
    readonly messages: number;
    /** Recipients */
    readonly recipients: number;
    /** With To or Cc */
    readonly comparable: number;
    /** Agree */
    readonly agree: number;
    /** The field stood more than once in some message. */
    readonly repeated: boolean;
  }[];
  /** What people should know unasked. */
  readonly advice?: string;
}

/** isp-regular.learned: Which names were learned from outgoing mail? */
export type IspRegularLearnedAnswer = readonly IspRegularLearnedRow[];

export interface IspRegularLearnedRow {
  readonly account: string;
  readonly user: string;
  /** Newest last. */
  readonly names: readonly string[];
}

/** licence: Edition, limits and device */
export interface LicenceAnswer {
  readonly granted: boolean;
  readonly edition: string;
  readonly used: {
    readonly accounts: number;
    readonly users: readonly {
      readonly account: string;
      readonly users: number;
    }[];
  };
  /** Where it is granted. */
  readonly limits?: {
    readonly accounts: number;
    readonly usersPerAccount: number;
  };
  /** Where it is denied: why, a sentence. */
  readonly reason?: string;
  /** Where it is denied: what mends it, a sentence. */
  readonly remedy?: string;
  /** What the plugin that looks for the network device knows of it; missing where none is active. */
  readonly device?: Readonly<Record<string, unknown>>;
  /** When the device came and went, oldest first. */
  readonly history?: readonly Readonly<Record<string, unknown>>[];
}

/** log.days: The days that have a log */
export type LogDaysAnswer = readonly LogDaysRow[];

export interface LogDaysRow {
  /** Local day, 2026-11-23. */
  readonly day: string;
  readonly entries: number;
}

/** log.read: What was collected, sent and picked up */
export type LogReadAnswer = readonly LogReadRow[];

export interface LogReadRow {
  readonly id: number;
  readonly at: string;
  readonly kind: 'collected' | 'sent' | 'deferred' | 'bounced' | 'submitted' | 'picked-up' | 'round' | 'problem' | 'settings' | 'service';
  /** A sentence. */
  readonly text: string;
  /** Facts for columns: octets, peer, recipient. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly account?: string;
  readonly user?: string;
  readonly message?: string;
}

/** logins.check: Mail programs that log in with the name of a shared address, as the doctor asks */
export type LoginsCheckAnswer = readonly LoginsCheckRow[];

export interface LoginsCheckRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
}

/** mailboxes.list: How much mail waits in each mailbox */
export type MailboxesListAnswer = readonly MailboxesListRow[];

export interface MailboxesListRow {
  readonly user: string;
  readonly messages: number;
  readonly bytes: number;
  /** Missing for ADMIN1. */
  readonly account?: string;
  readonly oldest?: string;
  /** When a client last picked mail up. */
  readonly pickedUp?: string;
  /** Name and address of that client. */
  readonly client?: string;
  /** Of a user who is not set up any more. */
  readonly former?: boolean;
}

/** mailboxes.move: Give a message to another user, and see which rule would have done so */
export interface MailboxesMoveAnswer {
  readonly message: string;
  readonly mailbox: string;
  /** Mailboxes that got it. */
  readonly added: readonly string[];
  /** Mailboxes that it was taken from. */
  readonly recalled: readonly string[];
  /** Mailboxes that should not have it, and whose users have picked it up. */
  readonly notRecalled: readonly string[];
  /** Rules that would have brought it there, narrowest first. */
  readonly rules: readonly {
    /** A sentence. */
    readonly rule: string;
    /** The setting, as text. */
    readonly set: string;
    /** Where it stands in the settings. */
    readonly path: readonly string[];
    /** Its value. */
    readonly value: unknown;
    /** Which other mail would go elsewhere. */
    readonly whatIf: string;
  }[];
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** The rule that is a setting now, or why there is none. */
  readonly taught?: string;
  /** How to make the first rule a setting. */
  readonly next?: string;
}

/** mailboxes.show: The messages in a mailbox */
export type MailboxesShowAnswer = readonly MailboxesShowRow[];

export interface MailboxesShowRow {
  readonly message: string;
  readonly receivedAt: string;
  readonly from: string;
  readonly subject: string;
  readonly bytes: number;
  /** The rung of the evidence that placed the message; missing where none did. */
  readonly rung?: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
}

/** metrics: How busy the server is, as Prometheus reads it */
export type MetricsAnswer = string;

/** network-device.card: Network device, in one line */
export interface NetworkDeviceCardAnswer {
  readonly state: 'good' | 'warning' | 'bad';
  /** A sentence. */
  readonly text: string;
}

/** network-device.look: Look for the network device now */
export interface NetworkDeviceLookAnswer {
  /** Empty where none is set. */
  readonly address: string;
  readonly port: number;
  /** Empty where none is set. */
  readonly mac: string;
  /** Postroom may work: a server sees it, or one did a short while ago. */
  readonly satisfied: boolean;
  /** Servers on the store that see it, this one among them. */
  readonly seenBy: readonly string[];
  /** The last times that it came or went, oldest first. */
  readonly history: readonly {
    readonly at: string;
    readonly seen: boolean;
    /** Why it was not seen. */
    readonly why?: string;
  }[];
  /** At this server's last look; missing before the first. */
  readonly seen?: boolean;
  /** Why it was not seen. */
  readonly why?: string;
  /** By any server. */
  readonly lastSeen?: string;
  /** Since when this server sees it, or not. */
  readonly since?: string;
}

/** network-device.status: Is the network device seen? */
export interface NetworkDeviceStatusAnswer {
  /** Empty where none is set. */
  readonly address: string;
  readonly port: number;
  /** Empty where none is set. */
  readonly mac: string;
  /** Postroom may work: a server sees it, or one did a short while ago. */
  readonly satisfied: boolean;
  /** Servers on the store that see it, this one among them. */
  readonly seenBy: readonly string[];
  /** The last times that it came or went, oldest first. */
  readonly history: readonly {
    readonly at: string;
    readonly seen: boolean;
    /** Why it was not seen. */
    readonly why?: string;
  }[];
  /** At this server's last look; missing before the first. */
  readonly seen?: boolean;
  /** Why it was not seen. */
  readonly why?: string;
  /** By any server. */
  readonly lastSeen?: string;
  /** Since when this server sees it, or not. */
  readonly since?: string;
}

/** nodes: The servers on the store, and what each of them holds */
export type NodesAnswer = readonly NodesRow[];

export interface NodesRow {
  /** Its name. */
  readonly server: string;
  /** `this`: whoever answers. `gone`: not heard of for half a minute; others take over what it holds. */
  readonly state: 'this' | 'running' | 'gone';
  readonly since: string;
  /** When the store heard of it last. */
  readonly heardAt: string;
  /** What it alone does, and since when: accounts that it collects, mailboxes that are open, the timer, tidying, jobs. */
  readonly holds: Readonly<Record<string, string>>;
}

/** outbox.hold: Keep entries back until they are retried */
export interface OutboxHoldAnswer {
  /** How many. */
  readonly entries: number;
}

/** outbox.list: Mail that waits to be sent, oldest first */
export type OutboxListAnswer = readonly OutboxListRow[];

export interface OutboxListRow {
  readonly entry: number;
  readonly message: string;
  readonly account: string;
  readonly from: string;
  readonly recipient: string;
  readonly state: 'waiting' | 'deferred' | 'sending' | 'held';
  readonly queuedAt: string;
  readonly tries: number;
  readonly nextTryAt: string;
  readonly subject?: string;
  /** Tries that left it open whether the ISP has the message. */
  readonly doubts?: number;
  /** Of the ISP. */
  readonly lastAnswer?: string;
}

/** outbox.retry: Try entries again in the next round */
export interface OutboxRetryAnswer {
  /** How many. */
  readonly entries: number;
}

/** outbox.return: Give up entries and tell their author */
export interface OutboxReturnAnswer {
  /** How many. */
  readonly entries: number;
}

/** plugins.add: Install a plugin, or another version of it, and enable it; mail goes on flowing */
export interface PluginsAddAnswer {
  readonly plugin: string;
  readonly version: string;
  readonly state: 'disabled' | 'activating' | 'active' | 'deactivating' | 'failed';
  /** A sentence each. */
  readonly problems: readonly string[];
  /** What it connects to. */
  readonly network?: readonly string[];
}

/** plugins.allow: Show what a plugin wants to connect to, and agree to what is on this machine or in the local network */
export interface PluginsAllowAnswer {
  readonly plugin: string;
  readonly asks: readonly {
    readonly 'asks for': string;
    /** Hosts and ports, by its settings. */
    readonly means: string;
    readonly state: string;
  }[];
  /** What was agreed to now. */
  readonly agreed?: readonly string[];
  /** What was taken back now. */
  readonly revoked?: readonly string[];
  /** The command that agrees. */
  readonly next?: string;
  /** The question to a person. */
  readonly confirm?: string;
}

/** plugins.disable: Disable a plugin */
export interface PluginsDisableAnswer {
  /** `publisher.name` */
  readonly plugin: string;
  readonly state: 'disabled' | 'activating' | 'active' | 'deactivating' | 'failed';
  /** A sentence each. */
  readonly problems: readonly string[];
  /** Plugins that it takes the place of. */
  readonly insteadOf?: readonly string[];
  /** What it connects to. */
  readonly network?: readonly string[];
}

/** plugins.enable: Enable a plugin and its pack */
export interface PluginsEnableAnswer {
  /** `publisher.name` */
  readonly plugin: string;
  readonly state: 'disabled' | 'activating' | 'active' | 'deactivating' | 'failed';
  /** A sentence each. */
  readonly problems: readonly string[];
  /** Plugins that it takes the place of. */
  readonly insteadOf?: readonly string[];
  /** What it connects to. */
  readonly network?: readonly string[];
}

/** plugins.list: Installed plugins and their states */
export type PluginsListAnswer = readonly PluginsListRow[];

export interface PluginsListRow {
  /** `publisher.name` */
  readonly plugin: string;
  readonly name: string;
  readonly version: string;
  readonly state: 'disabled' | 'activating' | 'active' | 'deactivating' | 'failed';
  readonly runs: 'in the host' | 'in the host, trusted by boot.json' | 'isolated';
  /** Whether it may take over deliveries; empty where it may not. */
  readonly deliveries: string;
  /** What becomes of mail while it does not run; empty where that is not in question. */
  readonly mail: string;
  /** A sentence each. */
  readonly problems: readonly string[];
}

/** plugins.order: The order of the taps in each hook, with reasons, and what each has cost since it was added */
export type PluginsOrderAnswer = readonly ({
  readonly hook: string;
  /** From 1. */
  readonly place: number;
  /** `publisher.plugin/tap` */
  readonly tap: string;
  readonly stage: string;
  /** Since it was added. */
  readonly calls: number;
  readonly failures: number;
  /** Why it stands there. */
  readonly reason: string;
  readonly onError?: 'skip';
  /** Milliseconds, over the last 128 calls. */
  readonly medianMs?: number;
  readonly slowestMs?: number;
} | {
  /** From 1. */
  readonly place: number;
  /** `publisher.name` */
  readonly plugin: string;
  readonly phase: 'before the settings' | 'after the settings';
  /** `MailStore 1.0.0, Outbox 1.0.0` */
  readonly provides: string;
  /** `acme.store: MailStore; the host: Clock` */
  readonly requires: string;
  /** The same for what it would do without. */
  readonly uses?: string;
})[];

/** plugins.remove: Remove an installed plugin with its settings, secrets and stored state */
export interface PluginsRemoveAnswer {
  /** `publisher.name` */
  readonly removed: string;
}

/** pop3.test-login: Log in to an account's POP3 server and look, without collecting */
export interface Pop3TestLoginAnswer {
  readonly ok: boolean;
  /** `C:` what was sent, `S:` what was answered; no password. */
  readonly transcript: readonly string[];
  readonly problem?: {
    readonly code: string;
    /** A sentence. */
    readonly message: string;
  };
}

/** pop3.waiting: The mail that waits at the ISP: ids, sizes and headers; nothing is collected */
export type Pop3WaitingAnswer = readonly Pop3WaitingRow[];

export interface Pop3WaitingRow {
  /** Its unique id. */
  readonly uidl: string;
  /** As the server says. */
  readonly bytes: number;
  /** Missing where the server does not show it. */
  readonly header?: string;
}

/** practice-isp.fault: Switch a fault of the practice ISP on or off */
export interface PracticeIspFaultAnswer {
  readonly fault: string;
}

/** practice-isp.put: Put a message into a mailbox of the practice ISP */
export interface PracticeIspPutAnswer {
  readonly mailbox: string;
  /** Messages that wait in it now. */
  readonly messages: number;
}

/** practice-isp.status: Where does the practice ISP listen, and what has it got? */
export interface PracticeIspStatusAnswer {
  readonly pop3: {
    readonly host: string;
    readonly port: number;
  };
  readonly smtp: {
    readonly host: string;
    readonly port: number;
  };
  readonly device: {
    readonly host: string;
    readonly port: number;
    readonly on: boolean;
  };
  readonly mailboxes: readonly {
    readonly mailbox: string;
    readonly messages: number;
  }[];
  /** What was sent out through it. */
  readonly received: readonly {
    readonly from: string;
    readonly recipients: readonly string[];
    readonly octets: number;
    readonly at: string;
  }[];
}

/** reply-thread.hosts: Which ISPs replace the Message-IDs of mail that they send? */
export type ReplyThreadHostsAnswer = readonly ReplyThreadHostsRow[];

export interface ReplyThreadHostsRow {
  readonly account: string;
  readonly kind: 'told' | 'silent';
  /** When the first answer showed it. */
  readonly since: string;
  /** A Message-ID that is not ours. */
  readonly example: string;
  readonly state: 'well' | 'warning';
  /** What it means, and what to do. */
  readonly text: string;
}

/** resort: Sort stored mail again by today's rules: deliver what is missing, recall what nobody has picked up */
export type ResortAnswer = readonly ResortRow[];

export interface ResortRow {
  readonly message: string;
  readonly from: string;
  readonly subject: string;
  /** Mailboxes that got it. */
  readonly added: readonly string[];
  /** Mailboxes that it was taken from. */
  readonly recalled: readonly string[];
  /** Mailboxes that should not have it, and whose users have picked it up. */
  readonly notRecalled: readonly string[];
  /** The rung of the evidence that placed the message; missing where none did. */
  readonly rung?: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
  /** Why nothing was changed. */
  readonly problem?: string;
  /** Where nothing had to be changed. */
  readonly note?: string;
}

/** schedule: The next connections to the ISP, and why then */
export type ScheduleAnswer = readonly ScheduleRow[];

export interface ScheduleRow {
  readonly at: string;
  readonly accounts: 'all' | readonly string[];
  /** In words: `every 5 minutes`. */
  readonly because: string;
}

/** secrets.check: Whether this server has the key of the encrypted passwords, and which, as the doctor asks */
export type SecretsCheckAnswer = readonly SecretsCheckRow[];

export interface SecretsCheckRow {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence; it names the commands that mend it. */
  readonly text: string;
}

/** secrets.forget: Remove the encrypted passwords whose key is lost on every server: they have to be set again */
export interface SecretsForgetAnswer {
  /** Passwords that were removed. */
  readonly forgotten: number;
}

/** secrets.rotate: Encrypt the passwords at the ISPs anew under a new key, or under the one that systemd gives */
export interface SecretsRotateAnswer {
  /** Passwords that are under the new key. */
  readonly encryptedAnew: number;
}

/** send-receive: Send and receive now */
export interface SendReceiveAnswer {
  readonly startedAt: string;
  readonly endedAt: string;
  /** By account. */
  readonly rounds: readonly {
    readonly account: string;
    /** Messages that were read. */
    readonly fetched: number;
    readonly stored: number;
    readonly duplicates: number;
    /** Why, a sentence each. */
    readonly failed: readonly string[];
  }[];
  /** Recipients. */
  readonly sent: number;
  readonly deferred: number;
  readonly bounced: number;
}

/** service.start: Open the mail ports and fetch by the timer */
export interface ServiceStartAnswer {
  readonly service: 'on' | 'off';
}

/** service.stop: Close the mail ports and stop fetching; stored mail stays */
export interface ServiceStopAnswer {
  readonly service: 'on' | 'off';
}

/** smtp.check-senders: Can these addresses send without a login? */
export type SmtpCheckSendersAnswer = {
  /** For smtp.trustedNetworks. */
  readonly value: readonly string[];
  /** What to know of it, a sentence. */
  readonly remark?: string;
} | {
  /** Why it can be none, a sentence. */
  readonly problem: string;
};

/** smtp.host-notes: What is out of the ordinary with the ISPs' outgoing servers */
export type SmtpHostNotesAnswer = readonly SmtpHostNotesRow[];

export interface SmtpHostNotesRow {
  readonly account: string;
  readonly state: 'warning';
  /** A sentence. */
  readonly text: string;
}

/** smtp.senders: Who may send without a login? */
export type SmtpSendersAnswer = readonly SmtpSendersRow[];

export interface SmtpSendersRow {
  readonly check: 'sending';
  readonly state: 'well' | 'warning';
  /** A sentence. */
  readonly text: string;
}

/** smtp.test-login: Test the login at the ISP's outgoing server */
export interface SmtpTestLoginAnswer {
  readonly ok: boolean;
  /** What was said, without passwords. */
  readonly transcript: readonly string[];
  /** A sentence. */
  readonly problem?: string;
}

/** status: What the server does now */
export interface StatusAnswer {
  /** `running`, or why not. */
  readonly service: string;
  readonly edition: string;
  /** Servers on the store that see the network device; missing where no plugin looks for it. */
  readonly deviceSeenBy?: readonly string[];
  readonly ports: readonly {
    readonly protocol: string;
    readonly host: string;
    readonly port: number;
    readonly security: 'plain' | 'starttls' | 'tls';
    /** `open`, or why not. */
    readonly state: string;
  }[];
  /** Threads that speak to mail programs beside the main one. */
  readonly doors?: {
    /** Threads that run. */
    readonly open: number;
    /** Threads that there may be. */
    readonly most: number;
    /** A sentence: how many there are, or why there is none. */
    readonly text: string;
  };
  readonly accounts: number;
  readonly inbox: {
    readonly messages: number;
    readonly oldest?: string;
  };
  readonly outbox: {
    readonly messages: number;
    readonly recipients: number;
    readonly oldest?: string;
  };
  /** Messages that are set aside. */
  readonly held: number;
  /** Plugins that mail is held for. */
  readonly waitsFor: readonly {
    readonly plugin: string;
    readonly name: string;
    readonly why: string;
  }[];
  /** Counts run since the start. Missing where the plugin that keeps them is not active. */
  readonly figures?: {
    readonly upSeconds: number;
    /** Messages taken in since the start. */
    readonly accepted: number;
    /** On average over the last minute. */
    readonly acceptedPerSecond: number;
    readonly pickedUp: number;
    readonly pickedUpPerSecond: number;
    readonly commits: number;
    /** Over the last 1,000 commits. */
    readonly commitMsP50: number;
    readonly commitMsP99: number;
    /** 0 for an empty queue. */
    readonly outboxOldestSeconds: number;
    readonly inboxOldestSeconds: number;
    /** How late the event loop comes to what is due, over the last minutes. */
    readonly eventLoopDelayMsP50: number;
    readonly eventLoopDelayMsP99: number;
    readonly eventLoopDelayMsMax: number;
    readonly memoryMB: number;
    readonly heapMB: number;
  };
  /** A sentence each. */
  readonly problems: readonly string[];
  /** Without a licence: why, a sentence. */
  readonly reason?: string;
  /** Without a licence: what mends it, a sentence. */
  readonly remedy?: string;
  readonly lastRound?: {
    readonly startedAt: string;
    readonly endedAt: string;
    /** By account. */
    readonly rounds: readonly {
      readonly account: string;
      /** Messages that were read. */
      readonly fetched: number;
      readonly stored: number;
      readonly duplicates: number;
      /** Why, a sentence each. */
      readonly failed: readonly string[];
    }[];
    /** Recipients. */
    readonly sent: number;
    readonly deferred: number;
    readonly bounced: number;
  };
  readonly nextRound?: {
    readonly at: string;
    readonly accounts: 'all' | readonly string[];
    /** In words: `every 5 minutes`. */
    readonly because: string;
    readonly reason: 'timer' | 'outbox';
  };
  /** Settings that go back to what they were, unless they are confirmed. */
  readonly unconfirmed?: {
    readonly keys: readonly string[];
    readonly until: string;
    /** What others notice, a sentence each. */
    readonly consequences: readonly string[];
  };
}

/** store.copy: Copy everything into another store, which servers start on from then on */
export interface StoreCopyAnswer {
  /** Everything is in the new store, and was compared. */
  readonly copied: boolean;
  readonly from: string;
  readonly to: string;
  readonly messages: number;
  /** Of the messages. */
  readonly octets: number;
  /** In mailboxes. */
  readonly copies: number;
  /** Recipients in the Outbox. */
  readonly outbox: number;
  /** Messages at the ISPs that are remembered. */
  readonly journal: number;
  /** Entries of the log. */
  readonly activity: number;
  readonly mailboxes?: number;
  /** Settings, sealed passwords and what else the servers share. */
  readonly documents?: number;
  /** Messages whose octets were read back from the new store, with the SHA-256 that they had when they came in. */
  readonly hashed?: number;
  /** Files of the data folder that were in the way, and lie here now. */
  readonly setAside?: readonly string[];
  /** What is left to do, sentences. */
  readonly next: string;
  /** The question, where it was asked without --yes: nothing was done. */
  readonly confirm?: string;
}

/** store.use: Let servers start again on the store that boot.json names, after everything in it was copied to another one */
export interface StoreUseAnswer {
  readonly store: string;
  /** Where everything was copied to. */
  readonly copiedTo?: string;
  readonly copiedAt?: string;
  /** What to know, a sentence. */
  readonly next: string;
}

/** trace: Where did a message go, and why */
export type TraceAnswer = readonly TraceRow[];

export interface TraceRow {
  readonly message: string;
  readonly origin: 'fetched' | 'submitted' | 'bounce' | 'resorted';
  readonly receivedAt: string;
  /** Message-ID without angle brackets; empty where there is none. */
  readonly messageId: string;
  readonly from: string;
  readonly subject: string;
  readonly bytes: number;
  readonly disposition: 'deliver' | 'hold' | 'quarantine' | 'discard';
  readonly trail: readonly {
    /** `publisher.plugin/tap` */
    readonly tap: string;
    /** `+andrew@company`, `tag spam`, `hold`; empty for a note. */
    readonly change: string;
    readonly reason: string;
    readonly milliseconds: number;
    /** Which build of the hook the message went through. */
    readonly build?: number;
  }[];
  readonly copies: readonly {
    readonly mailbox: string;
    readonly placedAt: string;
    readonly pickedUpAt?: string;
    /** Name and address of the client. */
    readonly pickedUpBy?: string;
    /** When a client deleted it, or a new sorting recalled it. */
    readonly removedAt?: string;
  }[];
  readonly outbox: readonly {
    readonly recipient: string;
    readonly state: 'waiting' | 'deferred' | 'sending' | 'held';
    readonly attempts: number;
    /** The last answer. */
    readonly text: string;
  }[];
  readonly account?: string;
  /** Its unique id at the ISP. */
  readonly uidl?: string;
  /** Mailbox of who sent it, for mail from a client. */
  readonly author?: string;
  /** Why it was not delivered. */
  readonly reason?: string;
  /** The rung of the evidence that placed the message; missing where none did. */
  readonly rung?: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
}

/** users.add: Add a user to an account */
export interface UsersAddAnswer {
  readonly account: string;
  readonly user: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
  /** The command that sets the password. */
  readonly next: string;
}

/** users.change: Change properties of a user */
export interface UsersChangeAnswer {
  readonly account: string;
  readonly user: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
}

/** users.list: Who shares which account, with their addresses, and which one to write in Bcc to reach a colleague */
export type UsersListAnswer = readonly UsersListRow[];

export interface UsersListRow {
  readonly user: string;
  readonly addresses: readonly string[];
  /** Colleagues who always get a copy. */
  readonly cc: readonly string[];
  readonly password: 'set' | 'none: cannot log in';
  /** Missing for ADMIN1. */
  readonly account?: string;
  /** Where the user's own address will not do in Bcc: what to write there, or `none: ` and why. */
  readonly bccAddress?: string;
}

/** users.remove: Remove a user: the password goes, the stored mail stays */
export interface UsersRemoveAnswer {
  readonly account: string;
  readonly user: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
}

/** users.rename: Rename a user; the mailbox goes along */
export interface UsersRenameAnswer {
  readonly account: string;
  /** The new name. */
  readonly user: string;
  /** The former name. */
  readonly formerly: string;
  /** What is doubtful in the settings now, a sentence each. */
  readonly warnings: readonly string[];
}

/** users.set-password: Set the password of a user, or of ADMIN1 */
export interface UsersSetPasswordAnswer {
  readonly user: string;
  readonly password: 'set';
  readonly account?: string;
  /** Access tokens that are still good. */
  readonly tokens?: readonly Readonly<Record<string, unknown>>[];
  /** Names of the access tokens that were taken back. */
  readonly revokedTokens?: readonly string[];
  /** How to take access tokens back. */
  readonly next?: string;
}

/** waiting.delete: Delete a message at the ISP with the next Send/Receive: nobody gets it */
export interface WaitingDeleteAnswer {
  readonly account: string;
  /** Its name here, for `waiting fetch`. */
  readonly message: string;
  readonly since: string;
  /** Empty where the ISP does not show the header. */
  readonly from: string;
  readonly subject: string;
  readonly why: 'too large' | 'not handed over';
  /** Mailboxes that were told of it. */
  readonly told: readonly string[];
  /** Its unique id at the ISP. */
  readonly uidl: string;
  /** What the next Send/Receive does with it. */
  readonly order: 'fetch' | 'delete' | 'leave';
  /** Missing where the ISP does not say. */
  readonly bytes?: number;
}

/** waiting.fetch: Collect a message that stays at the ISP, whatever its size, with the next Send/Receive */
export interface WaitingFetchAnswer {
  readonly account: string;
  /** Its name here, for `waiting fetch`. */
  readonly message: string;
  readonly since: string;
  /** Empty where the ISP does not show the header. */
  readonly from: string;
  readonly subject: string;
  readonly why: 'too large' | 'not handed over';
  /** Mailboxes that were told of it. */
  readonly told: readonly string[];
  /** Its unique id at the ISP. */
  readonly uidl: string;
  /** What the next Send/Receive does with it. */
  readonly order: 'fetch' | 'delete' | 'leave';
  /** Missing where the ISP does not say. */
  readonly bytes?: number;
}

/** waiting.leave: Leave a message at the ISP, and report it no more */
export interface WaitingLeaveAnswer {
  readonly account: string;
  /** Its name here, for `waiting fetch`. */
  readonly message: string;
  readonly since: string;
  /** Empty where the ISP does not show the header. */
  readonly from: string;
  readonly subject: string;
  readonly why: 'too large' | 'not handed over';
  /** Mailboxes that were told of it. */
  readonly told: readonly string[];
  /** Its unique id at the ISP. */
  readonly uidl: string;
  /** What the next Send/Receive does with it. */
  readonly order: 'fetch' | 'delete' | 'leave';
  /** Missing where the ISP does not say. */
  readonly bytes?: number;
}

/** waiting.list: Mail that stays at the ISPs: too large, or not handed over */
export type WaitingListAnswer = readonly WaitingListRow[];

export interface WaitingListRow {
  readonly account: string;
  /** Its name here, for `waiting fetch`. */
  readonly message: string;
  readonly since: string;
  /** Empty where the ISP does not show the header. */
  readonly from: string;
  readonly subject: string;
  readonly why: 'too large' | 'not handed over';
  /** Mailboxes that were told of it. */
  readonly told: readonly string[];
  /** Its unique id at the ISP. */
  readonly uidl: string;
  /** Missing where the ISP does not say. */
  readonly bytes?: number;
  /** What the next Send/Receive does with it. */
  readonly order?: 'fetch' | 'delete' | 'leave';
}

/** By command. */
export interface Answers {
  readonly 'accounts.add': AccountsAddAnswer;
  readonly 'accounts.advice': AccountsAdviceAnswer;
  readonly 'accounts.change': AccountsChangeAnswer;
  readonly 'accounts.check': AccountsCheckAnswer;
  readonly 'accounts.check-online': AccountsCheckOnlineAnswer;
  readonly 'accounts.kinds': AccountsKindsAnswer;
  readonly 'accounts.list': AccountsListAnswer;
  readonly 'accounts.remove': AccountsRemoveAnswer;
  readonly 'accounts.set-password': AccountsSetPasswordAnswer;
  readonly 'accounts.suggest-kind': AccountsSuggestKindAnswer;
  readonly 'addressees.trust': AddresseesTrustAnswer;
  readonly 'admin-ui.create-token': AdminUiCreateTokenAnswer;
  readonly 'admin-ui.revoke-session': AdminUiRevokeSessionAnswer;
  readonly 'admin-ui.revoke-token': AdminUiRevokeTokenAnswer;
  readonly 'admin-ui.sessions': AdminUiSessionsAnswer;
  readonly 'admin-ui.tokens': AdminUiTokensAnswer;
  readonly 'backup.create': BackupCreateAnswer;
  readonly 'backup.restore': BackupRestoreAnswer;
  readonly 'backup.verify': BackupVerifyAnswer;
  readonly 'certificate.authority': CertificateAuthorityAnswer;
  readonly 'certificate.check': CertificateCheckAnswer;
  readonly 'certificate.show': CertificateShowAnswer;
  readonly 'config.confirm': ConfigConfirmAnswer;
  readonly 'config.diff': ConfigDiffAnswer;
  readonly 'config.get': ConfigGetAnswer;
  readonly 'config.history': ConfigHistoryAnswer;
  readonly 'config.questions': ConfigQuestionsAnswer;
  readonly 'config.replace': ConfigReplaceAnswer;
  readonly 'config.set': ConfigSetAnswer;
  readonly 'config.show': ConfigShowAnswer;
  readonly 'config.undo': ConfigUndoAnswer;
  readonly 'config.unset': ConfigUnsetAnswer;
  readonly 'config.validate': ConfigValidateAnswer;
  readonly doctor: DoctorAnswer;
  readonly 'doors.metrics': DoorsMetricsAnswer;
  readonly explain: ExplainAnswer;
  readonly 'held.delete': HeldDeleteAnswer;
  readonly 'held.list': HeldListAnswer;
  readonly 'held.release': HeldReleaseAnswer;
  readonly 'held.retry': HeldRetryAnswer;
  readonly 'housekeeping.check': HousekeepingCheckAnswer;
  readonly 'housekeeping.jobs': HousekeepingJobsAnswer;
  readonly 'housekeeping.run': HousekeepingRunAnswer;
  readonly 'housekeeping.tidy': HousekeepingTidyAnswer;
  readonly 'isolation.check': IsolationCheckAnswer;
  readonly 'isp-domainpop.probe': IspDomainpopProbeAnswer;
  readonly 'isp-regular.learned': IspRegularLearnedAnswer;
  readonly licence: LicenceAnswer;
  readonly 'log.days': LogDaysAnswer;
  readonly 'log.read': LogReadAnswer;
  readonly 'logins.check': LoginsCheckAnswer;
  readonly 'mailboxes.list': MailboxesListAnswer;
  readonly 'mailboxes.move': MailboxesMoveAnswer;
  readonly 'mailboxes.show': MailboxesShowAnswer;
  readonly metrics: MetricsAnswer;
  readonly 'network-device.card': NetworkDeviceCardAnswer;
  readonly 'network-device.look': NetworkDeviceLookAnswer;
  readonly 'network-device.status': NetworkDeviceStatusAnswer;
  readonly nodes: NodesAnswer;
  readonly 'outbox.hold': OutboxHoldAnswer;
  readonly 'outbox.list': OutboxListAnswer;
  readonly 'outbox.retry': OutboxRetryAnswer;
  readonly 'outbox.return': OutboxReturnAnswer;
  readonly 'plugins.add': PluginsAddAnswer;
  readonly 'plugins.allow': PluginsAllowAnswer;
  readonly 'plugins.disable': PluginsDisableAnswer;
  readonly 'plugins.enable': PluginsEnableAnswer;
  readonly 'plugins.list': PluginsListAnswer;
  readonly 'plugins.order': PluginsOrderAnswer;
  readonly 'plugins.remove': PluginsRemoveAnswer;
  readonly 'pop3.test-login': Pop3TestLoginAnswer;
  readonly 'pop3.waiting': Pop3WaitingAnswer;
  readonly 'practice-isp.fault': PracticeIspFaultAnswer;
  readonly 'practice-isp.put': PracticeIspPutAnswer;
  readonly 'practice-isp.status': PracticeIspStatusAnswer;
  readonly 'reply-thread.hosts': ReplyThreadHostsAnswer;
  readonly resort: ResortAnswer;
  readonly schedule: ScheduleAnswer;
  readonly 'secrets.check': SecretsCheckAnswer;
  readonly 'secrets.forget': SecretsForgetAnswer;
  readonly 'secrets.rotate': SecretsRotateAnswer;
  readonly 'send-receive': SendReceiveAnswer;
  readonly 'service.start': ServiceStartAnswer;
  readonly 'service.stop': ServiceStopAnswer;
  readonly 'smtp.check-senders': SmtpCheckSendersAnswer;
  readonly 'smtp.host-notes': SmtpHostNotesAnswer;
  readonly 'smtp.senders': SmtpSendersAnswer;
  readonly 'smtp.test-login': SmtpTestLoginAnswer;
  readonly status: StatusAnswer;
  readonly 'store.copy': StoreCopyAnswer;
  readonly 'store.use': StoreUseAnswer;
  readonly trace: TraceAnswer;
  readonly 'users.add': UsersAddAnswer;
  readonly 'users.change': UsersChangeAnswer;
  readonly 'users.list': UsersListAnswer;
  readonly 'users.remove': UsersRemoveAnswer;
  readonly 'users.rename': UsersRenameAnswer;
  readonly 'users.set-password': UsersSetPasswordAnswer;
  readonly 'waiting.delete': WaitingDeleteAnswer;
  readonly 'waiting.fetch': WaitingFetchAnswer;
  readonly 'waiting.leave': WaitingLeaveAnswer;
  readonly 'waiting.list': WaitingListAnswer;
}

/** GET /api/session */
export interface SessionAnswer {
  readonly state: 'setup' | 'login' | 'locked' | 'open';
  /** What changes have to bear, with an open login. */
  readonly csrf?: string;
  /** Id of an open login. */
  readonly session?: string;
  /** Until an open login is locked. */
  readonly idleMinutes?: number;
  /** Before ADMIN1 has a password: whether the code of the console is asked for. */
  readonly codeNeeded?: boolean;
  /** Before ADMIN1 has a password: characters that it needs. */
  readonly shortestPassword?: number;
}

/** POST /api/session */
export interface PostSessionAnswer {
  readonly state: 'setup' | 'login' | 'locked' | 'open';
  /** What changes have to bear, with an open login. */
  readonly csrf?: string;
  /** Id of an open login. */
  readonly session?: string;
  /** Until an open login is locked. */
  readonly idleMinutes?: number;
  /** Before ADMIN1 has a password: whether the code of the console is asked for. */
  readonly codeNeeded?: boolean;
  /** Before ADMIN1 has a password: characters that it needs. */
  readonly shortestPassword?: number;
}

/** POST /api/setup */
export interface PostSetupAnswer {
  readonly state: 'setup' | 'login' | 'locked' | 'open';
  /** What changes have to bear, with an open login. */
  readonly csrf?: string;
  /** Id of an open login. */
  readonly session?: string;
  /** Until an open login is locked. */
  readonly idleMinutes?: number;
  /** Before ADMIN1 has a password: whether the code of the console is asked for. */
  readonly codeNeeded?: boolean;
  /** Before ADMIN1 has a password: characters that it needs. */
  readonly shortestPassword?: number;
}

/** GET /api/commands */
export type CommandsAnswer = readonly CommandsRow[];

export interface CommandsRow {
  readonly command: string;
  readonly title: string;
  /** `core`, or a plugin's id. */
  readonly owner: string;
  readonly arguments?: Schema;
  readonly result?: Schema;
  /** Arguments that the command line takes by position. */
  readonly positional?: readonly string[];
  /** It changes nothing. */
  readonly reads?: boolean;
  /** It works without a running server. */
  readonly offline?: boolean;
  /** It works where no server can start. */
  readonly standalone?: boolean;
  /** It is a question about one account. */
  readonly scope?: 'account';
  /** With scope: only for accounts of this kind. */
  readonly accountKind?: string;
  /** With scope or role: only for accounts that are collected this way. */
  readonly via?: string;
  /** What the product finds it by. */
  readonly role?: string;
}

/** GET /api/contributions */
export interface ContributionsAnswer {
  readonly plugins: readonly {
    /** `publisher.name` */
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly version: string;
    readonly isEdition: boolean;
    /** Ids of plugins that it needs. */
    readonly needs: readonly string[];
    /** Ids of plugins that come along with it. */
    readonly pack: readonly string[];
    readonly taps: readonly {
      readonly hook: string;
      readonly name: string;
      readonly stage?: string;
      readonly onError?: 'hold' | 'skip';
    }[];
    readonly essential: boolean;
    readonly state: string;
    readonly bundled: boolean;
    /** A sentence each. */
    readonly problems: readonly string[];
    /** Of its settings. */
    readonly title?: string;
  }[];
  readonly properties: readonly {
    readonly key: string;
    readonly scope: 'server' | 'account' | 'user';
    readonly owner: string;
    readonly schema: Schema;
  }[];
  readonly statusCards: readonly {
    readonly id: string;
    readonly title: string;
    readonly command: string;
  }[];
  readonly logColumns: readonly {
    readonly id: string;
    readonly title: string;
    /** Of an entry: a key of its details. */
    readonly field: string;
  }[];
}

/** GET /api/settings */
export interface SettingsAnswer {
  /** The file. */
  readonly text: string;
  /** Names the version of the text. */
  readonly etag: string;
  readonly problems: readonly {
    readonly severity: 'error' | 'warning';
    /** Slashes between the names; empty for the file as a whole. */
    readonly path: string;
    readonly message: string;
    /** From 1. */
    readonly line?: number;
    /** From 1. */
    readonly column?: number;
  }[];
  /** What is in force, with defaults, by key. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What the file itself says, by key. */
  readonly written: Readonly<Record<string, unknown>>;
  /** This server: what it has for itself stands under this name in `nodes`. */
  readonly node: string;
}

/** PUT /api/settings */
export interface PutSettingsAnswer {
  readonly etag: string;
  readonly problems: readonly {
    readonly severity: 'error' | 'warning';
    /** Slashes between the names; empty for the file as a whole. */
    readonly path: string;
    readonly message: string;
    /** From 1. */
    readonly line?: number;
    /** From 1. */
    readonly column?: number;
  }[];
}

/** PATCH /api/settings */
export interface PatchSettingsAnswer {
  readonly etag: string;
  readonly problems: readonly {
    readonly severity: 'error' | 'warning';
    /** Slashes between the names; empty for the file as a whole. */
    readonly path: string;
    readonly message: string;
    /** From 1. */
    readonly line?: number;
    /** From 1. */
    readonly column?: number;
  }[];
}

/** POST /api/settings/check */
export interface PostSettingsCheckAnswer {
  readonly problems: readonly {
    readonly severity: 'error' | 'warning';
    /** Slashes between the names; empty for the file as a whole. */
    readonly path: string;
    readonly message: string;
    /** From 1. */
    readonly line?: number;
    /** From 1. */
    readonly column?: number;
  }[];
}

/** GET /api/settings/schema */
export type SettingsSchemaAnswer = Readonly<Record<string, unknown>>;

/** By method and path. */
export interface RouteAnswers {
  readonly 'GET /api/session': SessionAnswer;
  readonly 'POST /api/session': PostSessionAnswer;
  readonly 'POST /api/setup': PostSetupAnswer;
  readonly 'GET /api/commands': CommandsAnswer;
  readonly 'GET /api/contributions': ContributionsAnswer;
  readonly 'GET /api/settings': SettingsAnswer;
  readonly 'PUT /api/settings': PutSettingsAnswer;
  readonly 'PATCH /api/settings': PatchSettingsAnswer;
  readonly 'POST /api/settings/check': PostSettingsCheckAnswer;
  readonly 'GET /api/settings/schema': SettingsSchemaAnswer;
}
