// Puts messages into a data folder directly, before its server starts: what is measured is not how they came.
import { createHash } from 'node:crypto';
import { SystemClock } from '@postroom/sdk/base';
import type { MailStore } from '@postroom/sdk/services';
import { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { letterOf } from './letters.js';

/** Whichever store. */
interface Filled {
  readonly mailStore: MailStore;
}

/** Messages that wait for one commit. */
const AT_ONCE = 2_000;
const TO_OLGA = {
  from: 'user0@works.example',
  recipient: 'olga@customer.example',
  prefix: Buffer.alloc(0),
  ret: undefined,
  envid: undefined,
  notify: undefined,
  orcpt: undefined,
} as const;
const PREFIX = Buffer.from('Received: from pop.isp.example by bench (Postroom) with POP3 id 1\r\n');

/** `mailboxes`: `account/user`, each of which gets `messages` of `octets` octets. */
export async function fillStore(dataDir: string, mailboxes: readonly string[], messages: number, octets: number): Promise<void> {
  const store = await SqliteStore.open(dataDir, { clock: new SystemClock(), node: 'a' });
  try {
    await fillMailboxes(store, mailboxes, messages, octets);
  } finally {
    await store.close();
  }
}

/** The same in a store that is open already. */
export async function fillMailboxes(store: Filled, mailboxes: readonly string[], messages: number, octets: number): Promise<void> {
  const work = mailboxes.flatMap((name) => Array.from({ length: messages }, () => name));
  for (let at = 0; at < work.length; at += AT_ONCE) {
    await Promise.all(work.slice(at, at + AT_ONCE).map((name, index) => put(store, name, letterOf(octets, at + index))));
  }
}

/** Messages that wait for their way to the ISP. */
export async function fillOutbox(dataDir: string, messages: number, octets: number): Promise<void> {
  const store = await SqliteStore.open(dataDir, { clock: new SystemClock(), node: 'a' });
  try {
    for (let at = 0; at < messages; at += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, messages - at) }, (_, index) => letterOf(octets, at + index));
      await Promise.all(some.map((letter) => put(store, undefined, letter)));
    }
  } finally {
    await store.close();
  }
}

/** Into a mailbox, or without one into the Outbox. */
async function put({ mailStore }: Filled, name: string | undefined, octets: Buffer): Promise<void> {
  const [account = 'works', user = ''] = name?.split('/') ?? [];
  const body = await mailStore.stage();
  await body.append(octets);
  await mailStore.commit({
    body,
    message: {
      id: body.id,
      origin: name === undefined ? 'submitted' : 'fetched',
      account,
      author: undefined,
      envelopeFrom: undefined,
      envelopeRecipients: [],
      uidl: undefined,
      receivedAt: new Date(),
      size: octets.length,
      headerSize: octets.indexOf('\r\n\r\n') + 4,
      contentHash: createHash('sha256').update(octets).digest('hex'),
      messageId: `fill-${body.id}@customer.example`,
      from: 'Ruth <ruth@customer.example>',
      subject: `Message ${body.id}`,
      disposition: 'deliver',
      reason: '',
      rung: 'L1',
      trail: [],
      concealed: [],
    },
    placements: name === undefined ? [] : [{ mailbox: { account, user }, prefix: PREFIX, duplicateKey: undefined }],
    outbox: name === undefined ? [{ ...TO_OLGA, account }] : [],
    journal: undefined,
  });
}
