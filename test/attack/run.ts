// `npm run test:attack`: one row for each finding and neighbour: what was tried, what held. Words pick rows by their finding: `-- S4 R10`.
// Tests that have a long form are played in it. Ends with 1 where a row fails, or names a test that there is not.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import Table from 'cli-table3';
import { fullDiskSweep } from '../faults/fullDiskSweep.js';
import { FaultTable } from '../faults/table.js';
import { ROOT } from '../kit/sourceFiles.js';
import { ATTACKS, type AttackRow, FULL_DISK } from './table.js';

const CHROMIUM = process.env['POSTROOM_CHROMIUM'] ?? '/usr/bin/chromium';
const OPENSSL = '/usr/bin/openssl';
/** Longest title that a row shows. */
const SHOWN = 90;

interface Ran {
  readonly title: string;
  /** Why it failed. */
  readonly reason?: string;
  readonly state: 'passed' | 'failed' | 'skipped';
}

/** A test in mocha's own report. */
interface Reported {
  readonly fullTitle: string;
  readonly err?: { readonly message?: string };
}

const MISSING: Readonly<Record<NonNullable<AttackRow['needs']>, () => string | undefined>> = {
  root: () => (process.getuid?.() === 0 ? undefined : 'needs root'),
  chromium: () => (existsSync(CHROMIUM) ? undefined : `needs Chromium at ${CHROMIUM}`),
  openssl: () => (existsSync(OPENSSL) ? undefined : `needs ${OPENSSL}`),
};

/** The sweep's rows as if they were tests. */
async function runFullDisk(): Promise<readonly Ran[]> {
  const table = new FaultTable();
  await fullDiskSweep(table);
  return table.outcomes.map(({ fault, state, reasons }) => ({ title: fault, state, reason: reasons.join(' ') }));
}

/** All tests of a file, run in a process of its own. */
function run(file: string): Promise<readonly Ran[]> {
  const built = path.join(ROOT, 'test', 'dist', `${file}.test.js`);
  if (!existsSync(built)) return Promise.resolve([]);
  const mocha = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const options = [
    '--no-config',
    '--exit',
    '--timeout',
    '240000',
    '--reporter',
    'json',
    '--require',
    path.join(ROOT, 'test', 'dist', 'leaks.js'),
  ];
  const child = spawn(process.execPath, ['--enable-source-maps', mocha, ...options, built], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { POSTROOM_DRIBBLERS: '1000', ...process.env },
  });
  let out = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString('utf8')));
  return new Promise((resolve) => child.on('close', () => resolve(resultsIn(out))));
}

function resultsIn(out: string): readonly Ran[] {
  // Tests may print lines of their own before the report.
  const start = out.search(/^\{\n {2}"stats"/m);
  if (start < 0) return [];
  const report = JSON.parse(out.slice(start)) as Readonly<Record<'passes' | 'failures' | 'pending', readonly Reported[]>>;
  const of = (state: Ran['state'], tests: readonly Reported[]): readonly Ran[] =>
    tests.map(({ fullTitle, err }) => ({ title: fullTitle, state, ...(err?.message !== undefined && { reason: err.message }) }));
  return [...of('passed', report.passes), ...of('failed', report.failures), ...of('skipped', report.pending)];
}

const words = process.argv.slice(2);
const rows = ATTACKS.filter(
  ({ finding }) => words.length === 0 || words.some((word) => finding.split(/[\s,]+/).includes(word) || finding.startsWith(word)),
);
const able = rows.filter(({ needs }) => needs === undefined || MISSING[needs]() === undefined);
const results = new Map<string, readonly Ran[]>();
for (const file of new Set(able.map((row) => row.file))) results.set(file, await (file === FULL_DISK ? runFullDisk() : run(file)));

const table = new Table({
  head: ['finding', 'tried', 'what held', ''],
  colWidths: [20, 46, 64, 9],
  wordWrap: true,
  style: { head: [], border: [], compact: true },
});
const counts = { ok: 0, FAIL: 0, skipped: 0 };
for (const row of rows) {
  const missing = row.needs === undefined ? undefined : MISSING[row.needs]();
  const ran = (results.get(row.file) ?? []).filter(({ title }) => title.includes(row.title));
  const bad = ran.filter(({ state }) => state === 'failed');
  const isSkipped = missing !== undefined || (ran.length > 0 && ran.every(({ state }) => state === 'skipped'));
  const verdict = isSkipped ? 'skipped' : ran.length === 0 || bad.length > 0 ? 'FAIL' : 'ok';
  const first = (bad[0] ?? ran[0])?.title.slice(0, SHOWN);
  const held =
    missing ??
    (first === undefined
      ? `no test of ${row.file} has "${row.title}" in its title`
      : `${first}${ran.length > 1 ? ` (and ${ran.length - 1} more)` : ''}`);
  counts[verdict] += 1;
  table.push([row.finding, row.tried, held, verdict]);
}
process.stdout.write(
  `${table.toString()}\n\n${counts.ok} passed, ${counts.FAIL} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}\n`,
);
process.exit(counts.FAIL > 0 || rows.length === 0 ? 1 : 0);
