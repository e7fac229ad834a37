// The start: from the command to the line that says that every port is open.
import path from 'node:path';
import { fillStore } from '../fillStore.js';
import { median } from '../measure.js';
import { observe, othersOf } from '../observed.js';
import { mailboxNames, makeDataFolder, OurServer } from '../ourServer.js';
import { type Bench, type Measurement, type Row, within } from '../row.js';

const ACCOUNTS = 20;
const USERS = 64;
const MOST_S = 0.8;

export const ready: Measurement = { name: 'ready', needs: [], run };

async function run(bench: Bench): Promise<readonly Row[]> {
  const perMailbox = bench.quick ? 4 : 80;
  const dataDir = path.join(bench.folder, 'ready');
  await makeDataFolder(dataDir, { accounts: ACCOUNTS, users: USERS });
  const mailboxes = mailboxNames(ACCOUNTS, USERS);
  await fillStore(dataDir, mailboxes, perMailbox, 600);
  const times: number[] = [];
  const costs: number[] = [];
  // The first start makes the certificate, once in the life of a data folder.
  const seen = await observe({}, async () => {
    for (let start = 0; start < (bench.quick ? 3 : 6); start += 1) {
      const server = await OurServer.start(dataDir);
      times.push(server.startMs);
      costs.push(server.startCpuMs);
      await server.stop();
    }
  });
  const messages = (mailboxes.length * perMailbox).toLocaleString('en-US');
  return [
    {
      ...within(
        `ready after start, ${ACCOUNTS} accounts x ${USERS} users, ${messages} messages`,
        's',
        median(times.slice(1)) / 1000,
        MOST_S,
        [
          `${Math.round(median(costs.slice(1)))} ms of processor time, on all cores`,
          `the first start, which makes the certificate: ${((times[0] ?? 0) / 1000).toFixed(2)} s`,
        ],
      ),
      others: othersOf([seen]),
    },
  ];
}
