// `npm run bench`: what Postroom does beside the programs of Debian that do the same, in one run.
// --quick: within 50 s; smaller work and fewer turns, and what no longer fits is named. --only NAME: one measurement. --growth: curves instead of the table.
// --stores: servers on PostgreSQL beside SQLite instead of the table. --json: a last line for programs.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { growth } from './growth.js';
import { isInstalled } from './installed.js';
import { loadNow, machine } from './machine.js';
import { type Bench, type Measurement, notMeasured, type Row } from './row.js';
import { fetch } from './rows/fetch.js';
import { largeMailbox } from './rows/largeMailbox.js';
import { manager } from './rows/manager.js';
import { memory } from './rows/memory.js';
import { oneBody } from './rows/oneBody.js';
import { plugins } from './rows/plugins.js';
import { pop3 } from './rows/pop3.js';
import { ready } from './rows/ready.js';
import { slowLink } from './rows/slowLink.js';
import { smtp } from './rows/smtp.js';
import { ComparedStores } from './stores/storesBench.js';
import { lineOf, tableOf } from './table.js';

const MEASUREMENTS: readonly Measurement[] = [pop3, smtp, fetch, slowLink, oneBody, largeMailbox, memory, ready, manager, plugins];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    stores: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});

/** Nothing is begun after this with --quick, so that all is over within 50 s. */
const QUICK_MS = 42_000;

const folder = await mkdtemp(path.join(tmpdir(), 'postroom-bench-'));
// Servers that give up root pass through it.
await chmod(folder, 0o755);
const bench: Bench = { quick: values.quick, folder, say: (text) => process.stdout.write(`${text.trimEnd()}\n\n`) };
const stores = new ComparedStores();
const measurements = values.stores ? stores.measurements : MEASUREMENTS;
const wanted = measurements.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
if (wanted.length === 0 && !values.growth)
  bench.say(`There is no measurement of that name. There are: ${measurements.map(({ name }) => name).join(', ')}.`);
const before = loadNow();
const rows: Row[] = [];
try {
  if (values.growth) await growth(bench, values.only);
  for (const measurement of values.growth ? [] : wanted) {
    for (const row of await measure(measurement)) {
      rows.push(row);
      process.stdout.write(lineOf(row));
    }
  }
} finally {
  await stores.dispose();
  await rm(folder, { recursive: true, force: true });
}
const facts = machine(before);
process.stdout.write(
  `\n${facts.cores} cores (${facts.model}), ${facts.memoryMB} MB, Node ${facts.node}, load ${facts.load.join(' to ')}\n`,
);
process.stdout.write(tableOf(rows));
if (values.json) {
  const lines = rows.map(({ work, unit, ours, peer, ratio, goal, reached }) => ({ work, unit, ours, peer, ratio, goal, reached }));
  // What was not measured is there as null, not missing.
  process.stdout.write(`${JSON.stringify({ machine: facts, rows: lines }, (_key, value: unknown) => value ?? null)}\n`);
}

async function measure({ name, needs, run }: Measurement): Promise<readonly Row[]> {
  if (values.quick && performance.now() > QUICK_MS)
    return [notMeasured(name, `Left out: the time of --quick was over. "--only ${name}" measures it.`)];
  const missing = needs.filter((program) => !isInstalled(program));
  if (missing.length > 0) return [notMeasured(name, `Not installed here: ${missing.join(', ')}.`)];
  try {
    return await run(bench);
  } catch (error) {
    process.exitCode = 1;
    return [notMeasured(name, `It failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)];
  }
}
