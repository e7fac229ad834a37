// A process that copies one store into another and ends itself at a point: `node copyingVictim.js FOLDER ADDRESS WAY POINT`.
import type { StoreTransfer, TransferRecord } from '@postroom/sdk/services';
import { countSteps, killBefore } from '../../../kit/killedSteps.js';

countSteps();
const [folder = '', address = '', way = '', point = ''] = process.argv.slice(2);
const { copyEverything } = await import('#plugins/platform/store-commands/dist/copyEverything.js');
const { SqliteTransfer } = await import('#plugins/platform/store-sqlite/dist/transfer/sqliteTransfer.js');
const { PostgresTransfer } = await import('#plugins/store-postgres/dist/transfer/postgresTransfer.js');
const { SystemClock } = await import('@postroom/sdk/base');
const clock = new SystemClock();
const sqlite = new SqliteTransfer(folder, clock);
const postgres = new PostgresTransfer({ address, passwordFile: undefined });
const [from, to]: readonly [StoreTransfer, StoreTransfer] = way === 'to postgres' ? [sqlite, postgres] : [postgres, sqlite];

const end = (): void => void process.kill(process.pid, 'SIGKILL');
const source = await from.openSource();
const target = await to.openTarget();
let reads = 0;

/** `record N`, `check N`: when that record of the first or the second reading is asked for. */
async function* read(what?: { readonly octets: boolean }): AsyncGenerator<TransferRecord> {
  reads += 1;
  const part = reads === 1 ? 'record' : 'check';
  let count = 0;
  for await (const record of source.records(what)) {
    if (point === `${part} ${count}`) end();
    count += 1;
    yield record;
  }
}

await copyEverything(
  {
    from,
    to,
    source: {
      census: () => source.census(),
      records: read,
      retire: async (note) => {
        if (point === 'retire') end();
        await source.retire(note);
      },
      close: () => source.close(),
    },
    target: {
      census: () => target.census(),
      records: (what) => target.records(what),
      take: (records) => target.take(records),
      finish: async () => {
        const [, steps] = /^finish (\d+)$/.exec(point) ?? [];
        if (steps !== undefined) killBefore(Number(steps) + 1);
        if (point === 'finish') end();
        return target.finish();
      },
      close: () => target.close(),
    },
  },
  () => true,
  clock,
  () => undefined,
);
await target.close();
await source.close();
