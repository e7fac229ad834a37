// Where messages live. One body per message, however many mailboxes hold it; one commit for all that a message brings.
import type { MailboxRef } from '../../accounts.js';
import type { CopyEdit } from '../../base/copyEdits.js';
import type { MailOrigin, MessageId } from '../../mail.js';
import type { Disposition, Rung, TrailEntry } from '../../sorting.js';
import { createServiceId } from '../createServiceId.js';
import type { Submission } from '../submissions.js';
import type { WaitingNotice } from './journal.js';
import type { Fence } from './leases.js';
import type { OutboxUpdate } from './outbox.js';

/** Octets of a message that is being taken in. Small ones stay in memory, large ones go to the store piece by piece, unseen until the commit. */
export interface StagedBody {
  readonly id: MessageId;
  readonly size: number;
  /** Adds octets (CRLF form), which are kept as they are: don't re-use their memory. Resolves when more may come; rejects with `store/full` or `store/failed`. */
  append(octets: Uint8Array): Promise<void> | undefined;
  /** What has been added so far, in pieces of at most 256 KB. Can be read again. */
  read(): AsyncIterable<Uint8Array>;
  /** Lets go of everything that was added. After a commit it does nothing. */
  discard(): Promise<void>;
}

/** A message as the store keeps it. */
export interface StoredMessage {
  readonly id: MessageId;
  readonly origin: MailOrigin;
  /** The ISP account it came by, or its author's. */
  readonly account: string | undefined;
  readonly author: MailboxRef | undefined;
  readonly envelopeFrom: string | undefined;
  readonly envelopeRecipients: readonly string[];
  /** UIDL at the ISP, for fetched mail. */
  readonly uidl: string | undefined;
  readonly receivedAt: Date;
  /** Octets in CRLF form, without Postroom's own lines. */
  readonly size: number;
  /** Octets of the header, the empty line included. */
  readonly headerSize: number;
  /** SHA-256 of the octets, hex. */
  readonly contentHash: string;
  /** First Message-ID field without angle brackets, '' if none; for `trace`. */
  readonly messageId: string;
  /** Decoded From and Subject, at most 200 characters, for lists. */
  readonly from: string;
  readonly subject: string;
  readonly disposition: Disposition;
  /** Why, where the disposition is not `deliver`. */
  readonly reason: string;
  readonly rung: Rung | undefined;
  readonly trail: readonly TrailEntry[];
  /** Header octets that no copy shows, with what stands in their place. */
  readonly concealed: readonly CopyEdit[];
  /** Of a submitted message that waits: what its client said, for the Received line and the way out (RFC 3461). */
  readonly submission?: SubmissionFacts | undefined;
}

/** What is kept of a submission until its message goes on its way. */
export interface SubmissionFacts extends Pick<Submission, 'client' | 'recipients'> {
  readonly dsn: Submission['dsn'] | undefined;
}

/** One copy for a mailbox. */
export interface PlacementDraft {
  readonly mailbox: MailboxRef;
  /** Lines that stand on top of this copy, CRLF ended: Received, and what plugins added. */
  readonly prefix: Uint8Array;
  /** Names the content for duplicates (16 octets of a hash over Message-ID, body and what a reader goes by); the copy is left out where the mailbox took the same within 7 days. */
  readonly duplicateKey: Uint8Array | undefined;
  /** It is not left out: somebody wants it. What comes after it is. */
  readonly isWanted?: boolean;
}

/** One recipient in the Outbox. */
export interface OutboxDraft {
  readonly account: string;
  readonly from: string;
  readonly recipient: string;
  readonly prefix: Uint8Array;
  readonly ret: 'FULL' | 'HDRS' | undefined;
  readonly envid: string | undefined;
  readonly notify: readonly string[] | undefined;
  readonly orcpt: string | undefined;
}

/** The ISP's message that is hereby stored. */
export interface JournalDraft {
  readonly account: string;
  readonly uidl: string;
  readonly listedSize: number;
  /** Names its header, in the plugin's way. */
  readonly headerPrint?: string;
  /**
   * Messages vanished from the ISP's listing, or the id is known already. What was stored of the same octets under a vanished id, or under this
   * one, is this message: then it is placed nowhere again.
   */
  readonly maybeRenamed?: boolean;
}

/** Where a copy goes that every mailbox has had already, beyond those that the header accounts for. */
export interface SurplusDraft {
  /** Copies that are accounted for, 1 or more: one for each recipient. */
  readonly recipients: number;
  readonly placement: PlacementDraft;
  /** In the place of the message's own. */
  readonly rung: Rung;
  readonly trail: readonly TrailEntry[];
}

/** The ISP's message that a notice tells of. */
export interface NoticeDraft {
  readonly account: string;
  readonly uidl: string;
  readonly listedSize: number;
  readonly headerPrint: string | undefined;
  readonly notice: WaitingNotice;
}

/** All that one message changes, committed as one. */
export interface IntakeUnit {
  readonly body: StagedBody;
  readonly message: StoredMessage;
  readonly placements: readonly PlacementDraft[];
  readonly outbox: readonly OutboxDraft[];
  /**
   * Where it is unknown whose copy it is. `accounted for`: it comes beside those that the header accounts for, and is for no other user. Without it a copy that
   * is one too many is dropped, too.
   */
  readonly surplus?: SurplusDraft | 'accounted for';
  /**
   * Outbox entries that this message answers for: a bounce and the end of what bounced are one commit. Refused with `lease/lost` where another sender has one of
   * them, and where its try, or all of it, has ended already: that was answered for.
   */
  readonly settles?: readonly OutboxUpdate[];
  /** What this message tells of: it and the journal's note of it are one commit, so that each is announced once. */
  readonly tells?: NoticeDraft;
  /** `undefined` for what did not come from an ISP. */
  readonly journal: JournalDraft | undefined;
  /** Of the lease under which it was collected. */
  readonly fence?: Fence;
}

/** What the commit came to. */
export interface IntakeResult {
  readonly placed: readonly MailboxRef[];
  readonly duplicates: readonly MailboxRef[];
  /** It was placed as a surplus copy. */
  readonly isSurplus?: true;
  /** The id under which the same octets were stored already; only for `maybeRenamed`. */
  readonly formerUidl?: string;
}

/** A mailbox at a glance. */
export interface MailboxSummary {
  readonly mailbox: MailboxRef;
  readonly messages: number;
  readonly bytes: number;
  readonly oldest: Date | undefined;
  readonly lastPickedUp: Date | undefined;
  /** Name and address of the client that picked mail up last. */
  readonly lastClient: string | undefined;
}

/** A copy that a mailbox has or had. */
export interface CopyTrace {
  readonly mailbox: MailboxRef;
  readonly placedAt: Date;
  readonly pickedUpAt: Date | undefined;
  /** Name and address of the client that picked it up. */
  readonly client: string | undefined;
  /** When a client deleted it or a new sorting recalled it. */
  readonly removedAt: Date | undefined;
}

/** A message's way, kept as long as the log, also after the message itself is gone. */
export interface MessageTrace extends Omit<StoredMessage, 'concealed' | 'headerSize' | 'submission'> {
  readonly copies: readonly CopyTrace[];
}

export interface MailStore {
  /**
   * Begins a message with a new number. Numbers are given once; they have gaps, and those of two servers come in any order. Rejects with `store/failed`,
   * `store/unreachable`.
   */
  stage(): Promise<StagedBody>;
  /**
   * Commits the unit, together with what else waits; resolves when it survives a power cut. Rejects with nothing of it stored (`store/full`, `store/failed`,
   * `store/unreachable`, `lease/lost`), or with `store/unknown`: the answer to the commit was lost, and only `outcome` tells.
   */
  commit(unit: IntakeUnit): Promise<IntakeResult>;
  /**
   * Settles a commit that rejected with `store/unknown`: what was stored, or `undefined`, and then nothing of it is stored, nor ever will be. Of what was
   * left out as a duplicate it knows nothing. Rejects while the store cannot be asked.
   */
  outcome(id: MessageId): Promise<IntakeResult | undefined>;
  message(id: MessageId): Promise<StoredMessage | undefined>;
  /** Every copy of a message, also those that are gone, in the order in which they were placed. */
  copies(id: MessageId): Promise<readonly CopyTrace[]>;
  /** Octets as stored (CRLF form), in pieces of at most 256 KB, from `start` on. */
  read(id: MessageId, start?: number): AsyncIterable<Uint8Array>;
  /** Messages that wait for the administrator or a working plugin: `hold`, `quarantine`, `discard`. Newest first. */
  setAside(disposition?: Disposition): Promise<readonly StoredMessage[]>;
  /**
   * Replaces the sorting of a stored message: adds copies, removes copies that are not picked up yet, sets the disposition. One commit. Answers
   * `undefined`, with nothing changed, where the message is no longer what it was when the change was decided.
   */
  resort(id: MessageId, change: ResortChange): Promise<IntakeResult | undefined>;
  /** Removes a message that was set aside, and its copies. */
  remove(id: MessageId): Promise<void>;
  mailboxes(): Promise<readonly MailboxSummary[]>;
  /** Messages of one mailbox, newest first. */
  list(mailbox: MailboxRef, limit: number): Promise<readonly StoredMessage[]>;
  /** The newest messages taken in, newest first; what-if and probes read them. */
  recent(limit: number, account?: string): Promise<readonly StoredMessage[]>;
  /** Traces by message number, Message-ID, UIDL, mailbox, or a word of From or Subject. Newest first. */
  trace(query: string, limit: number): Promise<readonly MessageTrace[]>;
  /** Moves everything a mailbox holds, its UIDLs and its history to a new name. */
  renameMailbox(from: MailboxRef, to: MailboxRef): Promise<void>;
  /** Whether `octets` more may be stored and leave room to work. */
  room(octets: number): Promise<StoreRoom>;
}
export const MailStore = createServiceId<MailStore>('MailStore');

export interface StoreRoom {
  /** `only-removals`: nothing can be stored, but what makes room can be done. `no`: nothing can be written at all. */
  readonly answer: 'yes' | 'only-removals' | 'no';
  /** Octets that are free, where the store knows: a server of a database does not see its disk. */
  readonly free: number | undefined;
  /** The place that has the room, for sentences: `the disk of the data folder`. */
  readonly place: string;
}

export interface ResortChange {
  /** The message's disposition when this was decided. */
  readonly from: Disposition;
  readonly disposition: Disposition;
  readonly reason: string;
  readonly rung: Rung | undefined;
  readonly trail: readonly TrailEntry[];
  readonly concealed: readonly CopyEdit[];
  readonly add: readonly PlacementDraft[];
  readonly recall: readonly MailboxRef[];
  readonly outbox: readonly OutboxDraft[];
}
