// onSort: who gets a message, decided tap by tap.
import type { AccountView, MailboxRef } from './accounts.js';
import type { Address, HeaderField } from './mail.js';

/**
 * The evidence that decided, best first: L1 envelope header or SMTP envelope, L2 `for` of the trusted Received, L3 newest Resent block,
 * L4 To/Cc, L5 reply thread, L6 mailing list, L7 none: ADMIN1.
 */
export type Rung = 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';

/** One of the account's own addresses that the message was for, and how we know. */
export interface AddressedTo {
  readonly address: Address;
  readonly rung: Rung;
  /** In words, for example `X-Original-To: greg@works.example (written by mx.isp.example)`. */
  readonly evidence: string;
  /** Who got it: mailbox names or `PUBLIC1`; empty while no tap has placed it. `admin1`'s fallback takes what stays empty. */
  readonly placed: readonly string[];
}

/** What becomes of the message as a whole. */
export type Disposition = 'deliver' | 'hold' | 'quarantine' | 'discard';

/**
 * Who gets a message, as far as the taps so far have decided. A value: every method answers a new plan and notes its reason;
 * the core compares the plans before and after each tap, and that comparison is the trail kept with the message.
 */
export interface SortPlan {
  /** Whose ISP mailbox it came by; for submitted mail, the account that owns the recipients in question. */
  readonly account: AccountView;
  /** Filled in the `identify` stage. */
  readonly addressed: readonly AddressedTo[];
  /** A set, in the order in which mailboxes were added. */
  readonly mailboxes: readonly MailboxRef[];
  /** Submitted mail: envelope recipients that go out through the ISP. Fetched mail: always empty, it is never sent on. */
  readonly outside: readonly string[];
  /**
   * Lower-case words: `spam`, `list`, `bounce` ... Submitted mail in quarantine that is tagged `refused` is not taken in: its client hears why. Of mail that
   * is tagged `list-readers` a further copy is a duplicate: all who read its list get it.
   */
  readonly tags: readonly string[];
  readonly disposition: Disposition;
  /** The rung of the first evidence that placed the message; `undefined` before. */
  readonly rung: Rung | undefined;
  /** Header lines that every delivered or relayed copy gets on top, without line end: `X-Spam-Flag: YES`. */
  readonly addHeaders: readonly string[];
  /** Positions (HeaderField.index) of fields that no delivered or relayed copy shows. The stored message keeps them. */
  readonly concealed: readonly number[];
  /** A word in the `id` of the Received line on top of every copy, by which a plugin knows a message again that comes back. */
  readonly traceMark: string | undefined;

  /** Notes one of the account's addresses as meant. `identify` stage. Idempotent by name and address. */
  address(address: Address, rung: Rung, evidence: string): SortPlan;
  /** Adds a mailbox; one copy each, however often it is added. `basis` is the address or rung that led there; an address counts as placed. */
  to(mailbox: MailboxRef, reason: string, basis?: AddressedTo | Rung): SortPlan;
  /** Marks an address as taken care of by a later stage, as PUBLIC1 does: the fallback leaves it alone. */
  placed(addressed: AddressedTo, by: string, reason: string): SortPlan;
  /** Takes a mailbox off. */
  without(mailbox: MailboxRef, reason: string): SortPlan;
  /** Says why, where nothing else changes: an alternative that was refused, a doubt. Kept in the trail. */
  note(reason: string): SortPlan;
  tag(tag: string, reason: string): SortPlan;
  /** Keeps the message back: shown to the administrator, retried in the next round. */
  hold(reason: string): SortPlan;
  /** Sets the message aside for the administrator to release or delete. */
  quarantine(reason: string): SortPlan;
  /** Delivers to no mailbox. Listed for the administrator and kept 30 days. */
  discard(reason: string): SortPlan;
  /** Adds a header line to every copy, 100 of all plugins at most. The line may not hold CR, LF or NUL; non-ASCII text must be encoded. */
  addHeader(line: string, reason: string): SortPlan;
  /** Keeps a field from every copy. */
  conceal(field: HeaderField, reason: string): SortPlan;
  /**
   * Sets `traceMark`: 8 to 64 letters, digits, `-` and `_`; the first one stays. People outside see it in receipts and in mail that is forwarded to
   * them, so it has to say nothing, and to be good for this one message.
   */
  markTrace(mark: string, reason: string): SortPlan;
}

/**
 * Whether a message still looks for somebody, so that weaker evidence may speak: no user is placed, and no address says who is meant. That is so where
 * none of the account's addresses was named, or where the account has one address only and the name in front did not help.
 */
export function needsPlacing(plan: SortPlan): boolean {
  if (plan.mailboxes.length > 0 || plan.addressed.some((entry) => entry.placed.length > 0)) return false;
  if (plan.addressed.length > 0) return plan.account.domains.length === 0;
  return plan.outside.length === 0;
}

/** One tap's change, as the core saw it. */
export interface TrailEntry {
  /** `publisher.plugin/tap`, for example `postroom.cc/copy`. */
  readonly tap: string;
  /** The difference in words: `+andrew@company`, `-greg@company`, `tag spam`, `hold`; '' for a note. */
  readonly change: string;
  readonly reason: string;
  readonly milliseconds: number;
  /**
   * Which build of the hook the message went through, for entries of `onSort`: every tap that comes, goes or is replaced makes a new one. All entries of
   * one sorting bear the same; counted from 0 at each start of the server.
   */
  readonly build?: number;
}
