// Run as a process of its own and killed while it writes: takes messages in as fast as it can, and prints the number of each
// once its commit is acknowledged.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { SystemClock } from '@postroom/sdk/base';
import { ANDREW, CAROLYN, describeMail, GREG, outboxDraft } from '@postroom/sdk/testing/store';
import { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';

const store = await SqliteStore.open(process.argv[2] ?? '', { clock: new SystemClock(), node: 'a' });

async function keepWriting(writer: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const body = await store.mailStore.stage();
    // Now and then a message that goes to the database ahead of its commit.
    const octets = Buffer.alloc(writer === 0 && n % 5 === 0 ? 1_500_000 : 4_000, `${body.id}\r\n`);
    await body.append(octets);
    const hash = createHash('sha256').update(octets).digest('hex');
    await store.mailStore.commit(
      describeMail(body, hash, { to: [ANDREW, GREG, CAROLYN], outbox: [outboxDraft('bob@far.example')], uidl: `uidl-${body.id}` }),
    );
    writeSync(1, `${body.id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => keepWriting(writer)));
