// Shapes of the answers that the page reads. The commands' own files say what they mean.

export interface Status {
  readonly service: string;
  readonly edition: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly ports: readonly {
    readonly protocol: string;
    readonly host: string;
    readonly port: number;
    readonly security: string;
    readonly state: string;
  }[];
  readonly accounts: number;
  readonly inbox: { readonly messages: number; readonly oldest?: string };
  readonly outbox: { readonly messages: number; readonly recipients: number; readonly oldest?: string };
  readonly held: number;
  /** Plugins that mail is held for. */
  readonly waitsFor: readonly { readonly plugin: string; readonly name: string; readonly why: string }[];
  readonly lastRound?: RoundSummary;
  readonly nextRound?: PlannedRound;
  /** Settings that go back to what they were at `until`, unless they are confirmed. */
  readonly unconfirmed?: { readonly keys: readonly string[]; readonly until: string; readonly consequences: readonly string[] };
  readonly problems: readonly string[];
}

export interface RoundSummary {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly rounds: readonly {
    readonly account: string;
    readonly fetched: number;
    readonly stored: number;
    readonly duplicates: number;
    readonly failed: readonly string[];
  }[];
  readonly sent: number;
  readonly deferred: number;
  readonly bounced: number;
}

export interface PlannedRound {
  readonly at: string;
  readonly accounts: 'all' | readonly string[];
  readonly because: string;
}

export interface AccountRow {
  readonly account: string;
  readonly kind: string;
  readonly address: string;
  readonly users: readonly string[];
  readonly passwords: readonly string[];
}

/** The fingerprint as clients show it, and what signed the certificate; no authority where the settings name the files. */
export interface CertificateView {
  readonly sha256: string;
  /** Host names and IP addresses. */
  readonly names: readonly string[];
  readonly authority?: { readonly name: string; readonly sha256: string };
}

export interface UserRow {
  readonly account?: string;
  readonly user: string;
  readonly addresses: readonly string[];
  /** Where the user's own address will not do in Bcc: what to write there, or `none: ` and why. */
  readonly bccAddress?: string;
  readonly cc: readonly string[];
  readonly password: string;
}

export interface MailboxRow {
  readonly account?: string;
  readonly user: string;
  readonly messages: number;
  readonly bytes: number;
  readonly oldest?: string;
  readonly pickedUp?: string;
  readonly client?: string;
  readonly former?: boolean;
}

export interface MessageRow {
  readonly message: string;
  readonly receivedAt: string;
  readonly from: string;
  readonly subject: string;
  readonly bytes: number;
  readonly rung?: string;
}

export interface OutboxRow {
  readonly entry: number;
  readonly message: string;
  readonly account: string;
  readonly from: string;
  readonly recipient: string;
  readonly subject?: string;
  readonly state: string;
  readonly queuedAt: string;
  readonly tries: number;
  /** Tries that left it open whether the ISP has the message. */
  readonly doubts?: number;
  readonly nextTryAt: string;
  readonly lastAnswer?: string;
}

export interface HeldRow extends MessageRow {
  readonly account?: string;
  readonly disposition: string;
  readonly reason: string;
}

export interface ActivityRow {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly account?: string;
  readonly user?: string;
  readonly message?: string;
  readonly text: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface WaitingRow {
  readonly account: string;
  readonly message: string;
  readonly since: string;
  readonly from: string;
  readonly subject: string;
  readonly bytes?: number;
  readonly why: string;
  readonly order?: 'fetch' | 'delete' | 'leave';
}

export interface TrailEntry {
  readonly tap: string;
  readonly change: string;
  readonly reason: string;
  readonly build?: number;
}

export interface TraceRow {
  readonly message: string;
  readonly account?: string;
  readonly receivedAt: string;
  readonly origin: string;
  /** Mailbox of who logged in, for mail from a client. */
  readonly author?: string;
  readonly uidl?: string;
  readonly messageId: string;
  readonly from: string;
  readonly subject: string;
  readonly rung?: string;
  readonly disposition: string;
  readonly reason?: string;
  readonly trail: readonly TrailEntry[];
  readonly copies: readonly {
    readonly mailbox: string;
    readonly placedAt: string;
    readonly pickedUpAt?: string;
    readonly client?: string;
    readonly removedAt?: string;
  }[];
}

export interface Explanation {
  readonly account: string;
  readonly mailboxes: readonly string[];
  readonly rung?: string;
  readonly disposition: string;
  readonly trail: readonly TrailEntry[];
}

export interface LicenceAnswer {
  readonly granted: boolean;
  readonly edition: string;
  readonly limits?: { readonly accounts: number; readonly usersPerAccount: number };
  readonly reason?: string;
  readonly remedy?: string;
  readonly used: { readonly accounts: number; readonly users: readonly { readonly account: string; readonly users: number }[] };
}

export interface LoginTest {
  readonly ok: boolean;
  readonly transcript: readonly string[];
  readonly problem?: string | { readonly code: string; readonly message: string };
}

export interface CommandDeclaration {
  readonly command: string;
  readonly title: string;
  readonly owner: string;
  readonly reads?: boolean;
  readonly positional?: readonly string[];
  readonly arguments?: { readonly properties?: Readonly<Record<string, Schema>>; readonly required?: readonly string[] };
  readonly result?: Schema;
  /** A question about one account, of this kind where one is named. */
  readonly scope?: 'account';
  readonly accountKind?: string;
}

/** JSON Schema, as far as forms use it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly secret?: boolean;
  readonly file?: boolean;
  readonly plugin?: boolean;
  readonly restart?: string;
  readonly accountKind?: string;
}

export interface Property {
  readonly key: string;
  readonly scope: 'server' | 'account' | 'user';
  readonly owner: string;
  readonly schema: Schema;
}

export interface Contributions {
  readonly plugins: readonly PluginInfo[];
  readonly properties: readonly Property[];
  readonly statusCards: readonly { readonly id: string; readonly title: string; readonly command: string }[];
  readonly logColumns: readonly { readonly id: string; readonly title: string; readonly field: string }[];
}

export interface AccountKind {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly owns: string;
  /** What whoever sets such an account up is asked for. */
  readonly requires: readonly { readonly key: string; readonly schema: Schema }[];
}

export interface PluginInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly title?: string;
  readonly isEdition: boolean;
  readonly needs: readonly string[];
  readonly pack: readonly string[];
  readonly taps: readonly { readonly hook: string; readonly name: string; readonly stage?: string; readonly onError?: 'hold' | 'skip' }[];
  readonly essential: boolean;
  readonly state: string;
  readonly bundled: boolean;
  readonly problems: readonly string[];
}

export interface SettingsProblem {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

export interface SettingsShown {
  readonly text: string;
  readonly etag: string;
  readonly problems: readonly SettingsProblem[];
  readonly value: Readonly<Record<string, unknown>>;
  readonly written: Readonly<Record<string, unknown>>;
}
