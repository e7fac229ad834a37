// What a filter in a process of its own costs a message, and whether several wait for each other.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { type Bench, type Measurement, type Row, within } from '../row.js';

/** A filter of another publisher. */
export const NEIGHBOUR = fileURLToPath(new URL('../../../fixtures/plugins/neighbour/', import.meta.url));
const LETTER = 'From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: Offer\nMessage-ID: <1@far.example>\n\nHello\n';
const MOST_MS = 1;
const FILTERS = 4;
/** So long each of the slow filters thinks. */
const THINKS_MS = 50;

export const plugins: Measurement = {
  name: 'plugins',
  needs: [],
  run: async (bench) => [await headerOnly(bench), await together(bench)],
};

async function headerOnly({ quick }: Bench): Promise<Row> {
  const host = await startTestHost({ plugins: [NEIGHBOUR] });
  try {
    const costs = await costsOf(host, quick ? 300 : 3_000);
    const ours = costs[Math.floor(costs.length / 2)] ?? Number.NaN;
    const work = 'a header-only filter in a process of its own, median a message';
    return within(work, 'ms', ours, MOST_MS, [`95 % take at most ${costs[Math.floor(costs.length * 0.95)]} ms.`]);
  } finally {
    await host.stop();
  }
}

async function costsOf(host: TestHost, messages: number): Promise<readonly number[]> {
  const costs: number[] = [];
  for (let count = 0; count < messages; count += 1) {
    const { trail } = await host.sort(LETTER);
    costs.push(trail.find(({ tap }) => tap === 'decent.neighbour/scan')?.milliseconds ?? Number.NaN);
  }
  return costs.sort((one, other) => one - other);
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
