// onFetch: collecting one account's mail from its ISP.
import type { AccountView, MailboxRef } from './accounts.js';
import type { MessageId } from './mail.js';

/** One account's part of a round. */
export interface FetchRequest {
  /** With another `via` than the plugin's own: the tap answers `undefined`, and the next one is asked. */
  readonly account: AccountView;
  readonly reason: RoundReason;
  readonly intake: Intake;
  readonly journal: AccountJournal;
  /**
   * Tells of a message that stays at the ISP: one mail, once for a message, however often it is asked for. It goes to those that the header is
   * sorted to, else to ADMIN1, and says how an administrator has the message fetched, deleted or left. Resolves after the commit.
   */
  tell(message: LeftMessage): Promise<void>;
  /** Tells how far the account is: messages done and to do, octets so far. Cheap: call it for every message. */
  progress(done: number, total: number, octets: number): void;
}

/** What set a round off. */
export type RoundReason = 'timer' | 'outbox' | 'user';

/** The only door into Postroom for fetched mail. */
export interface Intake {
  /**
   * Takes a message in: stores it, sorts it, places it, and resolves after the commit (the message then survives a power cut).
   * Until then the ISP must not be told to delete it. The source is read once, in pieces; raw octets as received, dot-stuffing removed.
   * Rejects, with nothing stored, when the source fails, the store can't take more (`store/full`, `store/failed`, `store/unreachable`) or another server
   * collects the account by now (`lease/lost`: end the session). With `store/unknown` the message may be stored: leave it, the journal knows in the next round.
   */
  accept(source: AsyncIterable<Uint8Array>, from: FetchedFrom): Promise<Accepted>;
}

/** Where on the ISP's server a message stood. */
export interface FetchedFrom {
  /** Unique id (RFC 1939 section 7, UIDL), or a fingerprint of the plugin's making where the server has none. */
  readonly uidl: string;
  /** Octets as the server's LIST gave them: a hint, kept to recognise a re-used UIDL. */
  readonly listedSize: number;
  /** Host name of the server, for the Received line. */
  readonly server: string;
  /** Names the header as TOP shows it, of the plugin's making: kept to recognise a re-used UIDL whose size is the same. */
  readonly headerPrint?: string;
  /** Reading it brought the reader down before: it is stored as it is, unread, and set aside for the administrator. */
  readonly unread?: boolean;
  /**
   * The server no longer lists messages that it held: it may have given them new ids, this one among them. Or the journal knows the id already. A
   * message whose octets are the same as a vanished one's, or as those that were stored under its id, is that one, and is not delivered again (sorting cases 80, 81).
   */
  readonly maybeRenamed?: boolean;
}

/** What became of an accepted message. */
export interface Accepted {
  readonly id: MessageId;
  /** Octets stored, in CRLF form. */
  readonly size: number;
  /** Where it went; a mailbox that had the message already is not listed. Empty for held mail. */
  readonly mailboxes: readonly MailboxRef[];
  /** Copies left out because the mailbox had the message already (same Message-ID and same content within 7 days). */
  readonly duplicates: number;
  readonly disposition: 'deliver' | 'hold' | 'quarantine' | 'discard';
  /** The UIDL under which the journal knew these octets already; only for `maybeRenamed`. */
  readonly formerUidl?: string;
}

/** A message that stays at the ISP until somebody decides. */
export interface LeftMessage {
  readonly uidl: string;
  readonly listedSize: number;
  /** As TOP shows it; `undefined` where the server does not. */
  readonly header: Uint8Array | undefined;
  /** As in FetchedFrom. */
  readonly headerPrint: string | undefined;
  /** `too-large`: beyond the account's limit. `refused`: the server does not hand it over. */
  readonly why: 'too-large' | 'refused';
  /** A sentence for people: why it stays. */
  readonly sentence: string;
}

/** What Postroom remembers of the messages on one account's ISP server. It makes fetching exactly-once. */
export interface AccountJournal {
  /** Everything known, by UIDL. A re-used UIDL has its newest entry here. */
  entries(): Promise<ReadonlyMap<string, JournalEntry>>;
  /** After the server answered +OK to QUIT: these are deleted there. Kept 35 days, so that a UIDL that shows up again is known. */
  gone(uidls: readonly string[]): Promise<void>;
  /** Forgets entries that a complete, good listing no longer shows (kept 35 days all the same). */
  listed(uidls: readonly string[]): Promise<void>;
  /**
   * Counts a try of each message before it is read, in one commit for all: a message that brings the reader down, with the process or without,
   * is known by tries that were begun and never ended. A message that is accepted has ended its try by that.
   */
  attempt(uidls: readonly string[]): Promise<void>;
  /** Tries that are over without the message. `failed`: the ISP or the line failed. `untried`: something else ended the session before them. */
  ended(tries: { readonly failed: readonly string[]; readonly untried: readonly string[] }): Promise<void>;
}

/** One message on the ISP's server that is known here. */
export interface JournalEntry {
  readonly uidl: string;
  /** `stored`: it is here, the server may still hold it. `gone`: the server confirmed the deletion. `failed`: tried, not yet taken in. */
  readonly state: 'stored' | 'gone' | 'failed';
  readonly listedSize: number;
  /** When it was taken in (or first tried); leave-on-server days count from here. */
  readonly since: Date;
  /** Unfinished tries: the message may crash the process that reads it. */
  readonly attempts: number;
  /** Tries that ended without the message, at the ISP or on the line. */
  readonly failures: number;
  /** As it was given with the message. */
  readonly headerPrint?: string;
  /** The last complete listing did not show it. */
  readonly wasMissing?: boolean;
  /** Somebody was told that it stays at the ISP. */
  readonly isTold?: boolean;
  /** What the administrator said shall be done with a message that stays at the ISP. `fetch`: whatever its size. `leave`: and tell no more of it. */
  readonly order?: WaitingOrder;
}

export type WaitingOrder = 'fetch' | 'delete' | 'leave';

/** What an account's part of a round came to. */
export interface FetchReport {
  /** Messages read from the server. */
  readonly fetched: number;
  /** Messages of them that are new here. */
  readonly stored: number;
  /** Messages of them that every destination mailbox had already. */
  readonly duplicates: number;
  readonly failed: readonly FetchProblem[];
  /** What the administrator should know although nothing failed: sentences. */
  readonly alerts?: readonly string[];
  /** Not before this, where the server asked for it ([LOGIN-DELAY]) or trying again at once would harm. */
  readonly retryAfter?: Date;
}

/** Something that did not work; the rest of the account went on where it could. */
export interface FetchProblem {
  /** A code of the table in errors.ts, for example `isp/login-refused`. */
  readonly code: string;
  /** The message concerned; `undefined` for the account as a whole. */
  readonly uidl?: string;
  /** A sentence: what happened, to what, what to do. No password. */
  readonly message: string;
}
