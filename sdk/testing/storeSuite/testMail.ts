// Mail to put into a store that is tested, and what a mail client would see of it.
import { createHash } from 'node:crypto';
import type { MailboxRef } from '../../accounts.js';
import type { AccountJournal } from '../../fetching.js';
import type { IntakeResult, IntakeUnit, Leases, Maildrop, MailStore, OutboxDraft, StagedBody, StoredMessage } from '../../services.js';
import type { TestedStore } from './testedStore.js';

export interface MailSketch {
  readonly text?: string;
  readonly octets?: Uint8Array;
  readonly to?: readonly MailboxRef[];
  readonly prefix?: string;
  readonly duplicateKey?: Uint8Array;
  readonly outbox?: readonly OutboxDraft[];
  readonly uidl?: string;
  readonly message?: Partial<StoredMessage>;
}

export const ANDREW: MailboxRef = { account: 'company', user: 'andrew' };
export const GREG: MailboxRef = { account: 'company', user: 'greg' };
export const CAROLYN: MailboxRef = { account: 'company', user: 'carolyn' };

/** The unit for a message whose octets are staged already. */
export function describeMail(body: StagedBody, contentHash: string, sketch: MailSketch = {}): IntakeUnit {
  return {
    body,
    message: {
      id: body.id,
      origin: 'fetched',
      account: 'company',
      author: undefined,
      envelopeFrom: undefined,
      envelopeRecipients: [],
      uidl: sketch.uidl,
      receivedAt: new Date('2026-11-23T09:00:00Z'),
      size: body.size,
      headerSize: 20,
      contentHash,
      messageId: `${body.id}@test.example`,
      from: 'Lisa Jones <lisa@works.example>',
      subject: 'Offer 100%',
      disposition: 'deliver',
      reason: '',
      rung: 'L4',
      trail: [{ tap: 'postroom.isp-regular/route', change: '+andrew@company', reason: 'To: andrew', milliseconds: 1 }],
      concealed: [],
      ...sketch.message,
    },
    placements: (sketch.to ?? []).map((mailbox) => ({
      mailbox,
      prefix: Buffer.from(sketch.prefix ?? ''),
      duplicateKey: sketch.duplicateKey,
    })),
    outbox: sketch.outbox ?? [],
    journal: sketch.uidl === undefined ? undefined : { account: 'company', uidl: sketch.uidl, listedSize: body.size },
  };
}

/** A message staged, and the unit that commits it. */
export async function mail(store: { readonly mailStore: MailStore }, sketch: MailSketch = {}): Promise<IntakeUnit> {
  const octets = sketch.octets ?? Buffer.from(sketch.text ?? 'Subject: hello\r\n\r\nhello\r\n');
  const body = await store.mailStore.stage();
  await body.append(octets);
  return describeMail(body, createHash('sha256').update(octets).digest('hex'), sketch);
}

export async function put(store: { readonly mailStore: MailStore }, sketch: MailSketch = {}): Promise<IntakeResult> {
  return store.mailStore.commit(await mail(store, sketch));
}

const journals = new WeakMap<Leases, Map<string, Promise<AccountJournal>>>();

/** The journal of an account as its round has it: under the lease of the round, which this server keeps. */
export function journalOf(store: Pick<TestedStore, 'journal' | 'leases'>, account = 'company'): Promise<AccountJournal> {
  const known = journals.get(store.leases) ?? new Map<string, Promise<AccountJournal>>();
  journals.set(store.leases, known);
  const journal = known.get(account) ?? begin(store, account);
  known.set(account, journal);
  return journal;
}

async function begin(store: Pick<TestedStore, 'journal' | 'leases'>, account: string): Promise<AccountJournal> {
  const lease = await store.leases.take(`round/${account}`);
  if (lease === undefined) throw new Error(`The round of ${account} is another server's.`);
  return store.journal.forAccount(account, lease.fence);
}

export async function octetsOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The maildrop of a mailbox that nobody has. */
export async function openMaildrop(store: Pick<TestedStore, 'maildrops'>, mailbox: MailboxRef): Promise<Maildrop> {
  const maildrop = await store.maildrops.open(mailbox);
  if (maildrop === 'in-use') throw new Error('The maildrop is in use.');
  return maildrop;
}

/** What a mail client would see: UIDL, announced size and octets of each message. */
export async function pickUp(
  store: Pick<TestedStore, 'maildrops'>,
  mailbox: MailboxRef,
): Promise<{ uidl: string; size: number; text: string }[]> {
  const maildrop = await openMaildrop(store, mailbox);
  try {
    const { messages } = maildrop;
    const seen = Array.from({ length: messages.count }, (_, index) => ({
      uidl: messages.uidl(index + 1),
      size: messages.size(index + 1),
      text: '',
    }));
    for await (const piece of maildrop.read(seen.map((_, index) => index + 1))) {
      const message = seen[piece.number - 1];
      if (message !== undefined) message.text += Buffer.from(piece.octets).toString('latin1');
    }
    return seen;
  } finally {
    await maildrop.close();
  }
}

export function outboxDraft(recipient: string): OutboxDraft {
  return {
    account: 'company',
    from: 'mail@company.example',
    recipient,
    prefix: Buffer.from('Received: x\r\n'),
    ret: undefined,
    envid: undefined,
    notify: ['FAILURE'],
    orcpt: undefined,
  };
}
