// `npm run bench`: what Postroom does beside the programs of Debian that do the same, in one run.
// --quick: within a minute on an idle machine; smaller work and fewer turns, and what no longer fits is named. --only NAME: one measurement. --growth: curves instead of the table.
// --stores: servers on PostgreSQL beside SQLite instead of the table. --cores N: servers and peers on the first N cores, the load on the others; twice, and it
// says what the second number brings. --json: a last line for programs.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { growth } from './growth.js';
import { isInstalled } from './installed.js';
import { LoadGenerator } from './load/loadGenerator.js';
import { lookAround, machine } from './machine.js';
import { allowedCores, EVERYWHERE, type Placement, placementOn } from './placement.js';
import { type Bench, type Measurement, notMeasured, type Row, withoutGoals } from './row.js';
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
import { scalingLines } from './scaling.js';
import { ComparedStores } from './stores/storesBench.js';
import { lineOf, recordOf, tableOf } from './table.js';
import { busyWith, percent } from './verdict.js';

const MEASUREMENTS: readonly Measurement[] = [pop3, smtp, fetch, ready, plugins, slowLink, oneBody, largeMailbox, memory, manager];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    stores: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    cores: { type: 'string', multiple: true, default: [] },
  },
});

/** Nothing is begun after this with --quick, so that all is over within a minute. */
const QUICK_MS = 42_000;

const cores = allowedCores();
const counts = values.cores.map(Number);
if (counts.some((count) => !Number.isInteger(count) || count < 1 || count > cores.length)) {
  process.stderr.write(`--cores takes a number from 1 to ${cores.length}, which is how many cores there are.\n`);
  process.exit(2);
}
const folder = await mkdtemp(path.join(tmpdir(), 'postroom-bench-'));
// Servers that give up root pass through it.
await chmod(folder, 0o755);
const say = (text: string): void => void process.stdout.write(`${text.trimEnd()}\n\n`);
const benchOn = (placement: Placement, at: string): Bench => ({
  quick: values.quick,
  folder: at,
  load: new LoadGenerator(at, placement.load),
  placement,
  say,
});
const stores = new ComparedStores();
const measurements = values.stores
  ? stores.measurements
  : MEASUREMENTS.filter(({ onSomeCores }) => counts.length === 0 || onSomeCores === true);
const wanted = measurements.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
if (wanted.length === 0 && !values.growth)
  say(`There is no measurement of that name. There are: ${measurements.map(({ name }) => name).join(', ')}.`);
const facts = machine();
const before = await lookAround();
const busyBefore = busyWith(facts.cores, before);
const rows: Row[] = [];
const onCores = new Map<number, Row[]>(counts.map((count) => [count, []]));
try {
  if (values.growth) await growth(benchOn(EVERYWHERE, folder), values.only);
  for (const measurement of values.growth ? [] : wanted) {
    if (counts.length === 0) for (const row of await measure(measurement, benchOn(EVERYWHERE, folder))) add(row);
    for (const count of counts) {
      const at = path.join(folder, `cores-${count}`);
      await mkdir(at, { recursive: true });
      for (const row of await measure(measurement, benchOn(placementOn(count, cores), at))) {
        onCores.get(count)?.push(row);
        add({ ...withoutGoals(row), work: `on ${count} of ${cores.length} cores: ${row.work}` });
      }
    }
  }
} finally {
  await stores.dispose();
  await rm(folder, { recursive: true, force: true });
}
const after = await lookAround();
const busy = busyWith(facts.cores, before, after);
process.stdout.write(`\n${facts.cores} cores (${facts.model}), ${facts.memoryMB} MB, Node ${facts.node}\n`);
for (const [when, { load, running, others }] of [
  ['at the start', before],
  ['at the end', after],
] as const)
  process.stdout.write(`${when}: load ${load}, ${running} other threads that want to run, ${percent(others)} of the processors\n`);
process.stdout.write(tableOf(rows, busy));
for (const line of scalingLines(onCores)) process.stdout.write(`${line}\n`);
if (values.json) {
  const record = { machine: { ...facts, before, after }, rows: rows.map((row) => recordOf(row, busy)) };
  // What was not measured is there as null, not missing.
  process.stdout.write(`${JSON.stringify(record, (_key, value: unknown) => value ?? null)}\n`);
}

function add(row: Row): void {
  rows.push(row);
  process.stdout.write(lineOf(row, busyBefore));
}

async function measure({ name, needs, run }: Measurement, bench: Bench): Promise<readonly Row[]> {
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
