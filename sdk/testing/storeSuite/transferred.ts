// A store with one of everything in it, and what comes of it when it moves.
import { createHash } from 'node:crypto';
import type { StoreTransfer, TransferRecord } from '../../services.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, CAROLYN, GREG, journalOf, mail, openMaildrop, outboxDraft, put } from './testMail.js';

const PIECE = 256 * 1024;
const EVERY = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
const DAY = 86_400_000;

/** Of what mailboxes took in `fillStore`. */
export const TAKEN = createHash('sha256').update('the same').digest().subarray(0, 16);

/** Mail of every kind and state, the Outbox in every state, and what else a store keeps. The store is closed afterwards; a server sent something at that moment. */
export async function fillStore(place: StorePlace): Promise<void> {
  const store = await place.open();
  await fillMail(store);
  await fillOutbox(store);
  await fillRecords(store);
  await store.settle();
  await place.close(store);
}

async function fillMail(store: TestedStore): Promise<void> {
  await put(store, { to: [ANDREW, GREG], prefix: 'Received: x\r\n', duplicateKey: TAKEN, uidl: 'one' });
  // Their octets are of every kind, and of every length around the edges of pieces.
  for (const size of [0, 1, PIECE, 5 * PIECE + 7]) {
    await put(store, { octets: Buffer.alloc(size, EVERY), to: [CAROLYN], uidl: `octets ${size}` });
  }
  await put(store, {
    to: [ANDREW],
    message: {
      concealed: [
        { start: 0, end: 3 },
        { start: 5, end: 5, instead: 'X' },
      ],
    },
  });
  await put(store, {
    to: [{ account: undefined, user: 'admin1' }],
    message: { author: ANDREW, subject: 'Größe \u{1f4ee}', account: undefined },
  });
  await put(store, { message: { disposition: 'quarantine', reason: 'it looks like spam', rung: undefined } });
  await put(store, { text: 'Subject: gone\r\n\r\n', to: [GREG] });
  const maildrop = await openMaildrop(store, GREG);
  for await (const _ of maildrop.read([1]));
  maildrop.picked([1], 'client 192.0.2.1');
  await maildrop.remove([2]);
  await maildrop.close();
  await store.mailStore.renameMailbox(GREG, { account: 'company', user: 'Gregory' });
}

async function fillOutbox(store: TestedStore): Promise<void> {
  await put(store, { outbox: [outboxDraft('doubt@far.example'), outboxDraft('sending@far.example')] });
  await put(store, {
    outbox: [outboxDraft('held@far.example'), { ...outboxDraft('late@far.example'), ret: 'HDRS', envid: 'e', orcpt: 'rfc822;x' }],
  });
  await put(store, { outbox: [outboxDraft('waits@far.example')] });
  const entries = await store.outbox.lease({ limit: 4, forMs: DAY });
  const [doubt, sending, held, late] = entries;
  if (doubt === undefined || sending === undefined || held === undefined || late === undefined) throw new Error('An entry is not due.');
  await store.outbox.enterDoubt([doubt]);
  const receipt = { recipient: 'x', outcome: 'failed', status: '4.4.1', text: 'busy' } as const;
  const nextTryAt = new Date(Date.now() + DAY);
  const update = { receipt, nextTryAt, delayNoticed: true, doubtful: true };
  await store.outbox.report([
    { ...update, id: late.id, ...(late.lease !== undefined && { lease: late.lease }), outcome: 'deferred' },
    { ...update, id: held.id, ...(held.lease !== undefined && { lease: held.lease }), outcome: 'held' },
  ]);
}

async function fillRecords(store: TestedStore): Promise<void> {
  const journal = await journalOf(store);
  await journal.gone(['octets 1']);
  await journal.attempt(['tried', 'too large']);
  await journal.ended({ failed: ['tried'], untried: [] });
  await journal.listed(['one', 'tried', 'too large']);
  const notice = { why: 'too-large', from: 'ann@far.example', subject: 'large', told: [ANDREW] } as const;
  const told = await mail(store, { to: [ANDREW] });
  const tells = { account: 'company', uidl: 'too large', listedSize: 99, headerPrint: 'print', notice };
  await store.mailStore.commit({ ...told, tells });
  await store.journal.order('company', 'too large', 'fetch');
  await store.journal.followClock();
  store.activity.add({ kind: 'service', account: undefined, user: undefined, message: undefined, text: 'Started' });
  store.activity.add({ kind: 'collected', account: 'company', user: 'andrew', message: '1', text: 'From Lisa', details: { octets: 5 } });
  await store.storages.forPlugin('acme.one').set('key/ä', { list: [1, 'two', null] });
  await store.storages.forPlugin('acme.two').set('soon', true, new Date(Date.now() + DAY));
  await store.revisions.add('cli', '{ "pop3.port": 110 }', 0);
  await store.revisions.add('editor', '{ // with a comment\n}', 1);
  await store.documents.put('settings.json', Buffer.from('{ // with a comment\n}'), undefined);
  await store.documents.put('packed/acme.one-1.0.0.tgz', EVERY, undefined);
}

/** Everything of a store, in its order. Nobody has it open. */
export async function allRecords(transfer: StoreTransfer): Promise<readonly TransferRecord[]> {
  const source = await transfer.openSource();
  const records: TransferRecord[] = [];
  try {
    for await (const record of source.records()) records.push(record);
  } finally {
    await source.close();
  }
  return records.map(plainOctets);
}

/** One compares with another whatever made its octets. */
function plainOctets(record: TransferRecord): TransferRecord {
  const entries = Object.entries(record).map(([key, value]) => [
    key,
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  ]);
  return Object.fromEntries(entries) as unknown as TransferRecord;
}

/** Everything of one store into another, empty one, on which servers may start then. */
export async function moveAll(from: StoreTransfer, to: StoreTransfer): Promise<void> {
  const source = await from.openSource();
  try {
    const target = await to.openTarget();
    try {
      await target.take(source.records());
      await target.finish();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
