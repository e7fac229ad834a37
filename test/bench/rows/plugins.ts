// What a filter in a process of its own costs a message, and whether several wait for each other.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { inTurn, median } from '../measure.js';
import { type Observed, observe, othersOf } from '../observed.js';
import { type Bench, costingAtMost, type Measurement, type Row, within } from '../row.js';

/** A filter of another publisher. */
export const NEIGHBOUR = fileURLToPath(new URL('../../../fixtures/plugins/neighbour/', import.meta.url));
const LETTER = 'From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: Offer\nMessage-ID: <1@far.example>\n\nHello\n';
const MOST_MS = 0.6;
const MOST_CPU_MS = 0.3;
/** Turns with the filter and without it. */
const TURNS = 5;
const FILTERS = 4;
/** So long each of the slow filters thinks. */
const THINKS_MS = 50;

export const plugins: Measurement = {
  name: 'plugins',
  needs: [],
  run: async (bench) => [await headerOnly(bench), await together(bench)],
};

/** The processor time is that of this process, in which the server runs, and of the filter's, less what sorting takes without the filter. */
async function headerOnly({ quick }: Bench): Promise<Row> {
  const messages = quick ? 200 : 1_000;
  const bare = await startTestHost({ plugins: [] });
  const host = await startTestHost({ plugins: [NEIGHBOUR] });
  try {
    const waits: number[] = [];
    const sort = (on: TestHost, into: number[]): Promise<Observed<'both'>> =>
      observe({ both: [process.pid] }, async () => {
        for (let count = 0; count < messages; count += 1) {
          const { trail } = await on.sort(LETTER);
          into.push(trail.find(({ tap }) => tap === 'decent.neighbour/scan')?.milliseconds ?? Number.NaN);
        }
      });
    for (const on of [bare, host]) await sort(on, []);
    const turns = await inTurn(
      TURNS,
      () => sort(host, waits),
      () => sort(bare, []),
    );
    const cpu = turns.ours.map((turn, index) => (turn.cpu.both - (turns.peer[index]?.cpu.both ?? Number.NaN)) / messages);
    const sorted = waits.sort((one, other) => one - other);
    const work = 'a header-only filter in a process of its own, median a message';
    return {
      ...within(work, 'ms', median(sorted), MOST_MS, [
        `95 % take at most ${sorted[Math.floor(sorted.length * 0.95)]} ms`,
        'processor time of both processes, less that of sorting without the filter',
      ]),
      cpu: costingAtMost('ms a message', median(cpu), MOST_CPU_MS),
      others: othersOf([...turns.ours, ...turns.peer]),
    };
  } finally {
    await host.stop();
    await bare.stop();
  }
}

async function together({ folder, quick }: Bench): Promise<Row> {
  const host = await startTestHost({ plugins: await slowFilters(folder) });
  try {
    const times: number[] = [];
    for (let count = 0; count < (quick ? 5 : 30); count += 1) {
      const started = performance.now();
      await host.sort(LETTER);
      times.push(performance.now() - started);
    }
    const ours = times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
    const work = `${FILTERS} filters that think ${THINKS_MS} ms each, median a message`;
    return within(work, 'ms', ours, THINKS_MS * 1.5, ['They look at a message at the same time.']);
  } finally {
    await host.stop();
  }
}

async function slowFilters(folder: string): Promise<readonly string[]> {
  const names = Array.from({ length: FILTERS }, (_, index) => `slow-${index}`);
  for (const name of names) {
    const at = path.join(folder, name);
    await mkdir(at, { recursive: true });
    await cp(NEIGHBOUR, at, { recursive: true });
    const manifest = await readFile(path.join(at, 'package.json'), 'utf8');
    await writeFile(path.join(at, 'package.json'), manifest.replace('"name": "neighbour"', `"name": "${name}"`));
    const think = `await new Promise((resolve) => setTimeout(resolve, ${THINKS_MS}))`;
    await writeFile(
      path.join(at, 'plugin.js'),
      `export function activate(context) {\n  context.hooks.onSort.tap('scan', async (plan) => {\n    ${think};\n    return plan.tag('${name}', '');\n  });\n}\n`,
    );
  }
  return names.map((name) => path.join(folder, name));
}
