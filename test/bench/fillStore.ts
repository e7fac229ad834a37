// Puts messages into a data folder directly, before its server starts: what is measured is not how they came.
import { createHash } from 'node:crypto';
import { SystemClock } from '#core/base/clock.js';
import { SqliteStore } from '#core/store/sqlite/sqliteStore.js';
import { letterOf } from './letters.js';

/** Messages that wait for one commit. */
const AT_ONCE = 2_000;
const PREFIX = Buffer.from('X-Postroom-Trail: L1\r\n');

/** `mailboxes`: `account/user`, each of which gets `messages` of `octets` octets. */
export async function fillStore(dataDir: string, mailboxes: readonly string[], messages: number, octets: number): Promise<void> {
  const store = await SqliteStore.open(dataDir, { clock: new SystemClock() });
  try {
    const work = mailboxes.flatMap((name) => Array.from({ length: messages }, () => name));
    for (let at = 0; at < work.length; at += AT_ONCE) {
      await Promise.all(work.slice(at, at + AT_ONCE).map((name, index) => put(store, name, letterOf(octets, at + index))));
    }
  } finally {
    await store.close();
  }
}

async function put({ mailStore }: SqliteStore, name: string, octets: Buffer): Promise<void> {
  const [account, user = ''] = name.split('/');
  const body = mailStore.stage();
  await body.append(octets);
  await mailStore.commit({
    body,
    message: {
      id: body.id,
      origin: 'fetched',
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
    placements: [{ mailbox: { account, user }, prefix: PREFIX, duplicateKey: undefined }],
    outbox: [],
    journal: undefined,
  });
}
