// The lines that Postroom puts on top of a copy. Everybody who reads the copy sees them, so they tell of this mailbox only: no other
// recipient's name may stand there (it might be a Bcc), and nothing that came from outside may begin a line.
import type { AccountView, MailboxRef, MessageId, SortPlan, TrailEntry } from '@postroom/sdk';
import { mailboxName } from '@postroom/sdk';
import type { Submission } from '@postroom/sdk/services';
import { formatDateTime } from './dateTime.js';
import type { Header } from './header.js';
import { foldedLine, headerLine, plainWord } from './headerLine.js';

/** What every copy's lines are made from. */
export interface CopyOrigin {
  readonly id: MessageId;
  /** This server's host name. */
  readonly host: string;
  readonly receivedAt: Date;
  readonly plan: SortPlan;
  readonly trail: readonly TrailEntry[];
  /** The message's own header: one without any header gets an empty line between our lines and its text (SORTING case 72). */
  readonly header: Header;
}

/** `author`: who logged in, or is known by a device's address. */
type SubmittedOrigin = CopyOrigin & Pick<Submission, 'client'> & Partial<Pick<Submission, 'author'>>;

/** Lines for a fetched message's copy. `server`: the ISP's host. */
export function fetchedPrefix(origin: CopyOrigin & { readonly server: string }, mailbox: MailboxRef): Uint8Array {
  const { account } = origin.plan;
  const from = `from ${plainWord(origin.server)} (account ${plainWord(account.id)})`;
  return linesOf(origin, mailbox, receivedLine(origin, from, 'POP3', mailbox));
}

/**
 * Lines for a submitted message's copy (RFC 5321 section 4.4): for a mailbox here or, without one, for the way out, which shows neither who logged in nor a
 * trail.
 */
export function submittedPrefix(origin: SubmittedOrigin, mailbox: MailboxRef | undefined): Uint8Array {
  const { helo, address, protocol, tls } = origin.client;
  const literal = address.includes(':') ? `[IPv6:${plainWord(address)}]` : `[${plainWord(address)}]`;
  const cipher = tls === undefined ? '' : ` (${tls.replace(/[^A-Za-z0-9._ -]/g, '-').slice(0, 100)})`;
  const from = `from ${plainWord(helo)} (${literal})${mailbox === undefined ? '' : handedInBy(origin)}`;
  return linesOf(origin, mailbox, receivedLine(origin, from, plainWord(protocol) + cipher, mailbox));
}

/** Whom a colleague can hold to it, whatever From says. A final A says that there was a login (RFC 3848). */
function handedInBy({ author, client: { address, protocol, helo } }: SubmittedOrigin): string {
  const name = author === undefined ? '' : commentText(mailboxName(author));
  if (protocol === 'LOCAL') return ` (for ${name || 'nobody'}, by the plugin ${plainWord(helo)})`;
  if (!/SMTPS?A$/.test(protocol)) return ` (no login, trusted address ${plainWord(address)})`;
  return name === '' ? '' : ` (Authenticated sender: ${name})`;
}

/** A name inside a comment: what could end it, or is no ASCII, as octets in the way of URLs. No encoded-word may stand in a trace field (RFC 2047 section 5). */
function commentText(name: string): string {
  return name.replace(/[^\w@.+=~-]/gu, (character) =>
    [...Buffer.from(character)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** Lines for a copy of a message that was made here, a bounce for instance: it came from nowhere. */
export function ownPrefix(origin: CopyOrigin, mailbox: MailboxRef): Uint8Array {
  return linesOf(origin, mailbox, '');
}

function linesOf(origin: CopyOrigin, mailbox: MailboxRef | undefined, received: string): Uint8Array {
  const trail = mailbox === undefined ? '' : trailLine(origin.plan, origin.trail, mailbox);
  const separator = origin.header.size === 0 ? '\r\n' : '';
  return Buffer.from(received + trail + origin.plan.addHeaders.map(foldedLine).join('') + separator, 'latin1');
}

function receivedLine(origin: CopyOrigin, from: string, protocol: string, mailbox: MailboxRef | undefined): string {
  const name = mailbox === undefined ? '' : mailboxName(mailbox);
  const recipient = /^[\w.+-]+(@[\w.+-]+)?$/.test(name) ? ` for <${name}>` : '';
  const by = `by ${plainWord(origin.host)} (Postroom) with ${protocol} id ${plainWord(origin.id)}`;
  return foldedLine(`Received: ${from} ${by}${recipient}; ${formatDateTime(origin.receivedAt)}`);
}

/** `X-Postroom-Trail: L4; postroom.isp-regular/route: name in front of our address`. */
function trailLine(plan: SortPlan, trail: readonly TrailEntry[], mailbox: MailboxRef): string {
  const gained = `+${mailboxName(mailbox)}`;
  const steps = trail
    .filter((entry) => entry.change.split(', ').includes(gained))
    .map((entry) => (entry.reason !== '' && isSilentOnOthers(plan, mailbox, entry.reason) ? `${entry.tap}: ${entry.reason}` : entry.tap));
  return headerLine('X-Postroom-Trail', [plan.rung ?? 'placed', ...steps].join('; '));
}

/** Whether a reason names nobody else of the account, and nobody else whom the message was for. */
function isSilentOnOthers(plan: SortPlan, mailbox: MailboxRef, reason: string): boolean {
  const { all, shared, byUser } = namesOf(plan.account);
  const own = byUser.get(mailbox.user.toLowerCase()) ?? new Set(wordsOf(mailbox.user));
  const words = wordsOf(reason).filter((word) => !own.has(word) && !shared.has(word));
  if (words.some((word) => all.has(word))) return false;
  const named = addresseesOf(plan);
  return !words.some((word) => named.has(word));
}

const addressees = new WeakMap<SortPlan, ReadonlySet<string>>();

/** The words of all for whom the message was. Made once for all copies: a sender may name thousands. */
function addresseesOf(plan: SortPlan): ReadonlySet<string> {
  let words = addressees.get(plan);
  if (words === undefined) {
    words = new Set([...plan.addressed.flatMap((entry) => [entry.address.name, entry.address.local]), ...plan.outside].flatMap(wordsOf));
    addressees.set(plan, words);
  }
  return words;
}

/** The words of every user's names, together and one by one, and those of the account itself, which tell of nobody. Lower case. */
interface AccountNames {
  readonly all: ReadonlySet<string>;
  readonly shared: ReadonlySet<string>;
  readonly byUser: ReadonlyMap<string, ReadonlySet<string>>;
}

const accountNames = new WeakMap<AccountView, AccountNames>();

function namesOf(account: AccountView): AccountNames {
  let names = accountNames.get(account);
  if (names === undefined) {
    const byUser = new Map(
      account.users.map(
        (user) => [user.name.toLowerCase(), new Set([user.name, ...user.aliases, ...user.names].flatMap(wordsOf))] as const,
      ),
    );
    const shared = new Set([account.address, account.id].flatMap(wordsOf));
    names = { all: new Set([...byUser.values()].flatMap((words) => [...words])), shared, byUser };
    accountNames.set(account, names);
  }
  return names;
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
