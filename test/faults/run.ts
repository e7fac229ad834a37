// `npm run test:faults`: every sweep, and one table at the end. Words pick sweeps (kill, servers, poison, link, disk, time); --kills=N, --seed=N,
// --worlds=N, --servers=N.
import { bundleVictim } from './bundledVictim.js';
import { diskSweep } from './diskSweep.js';
import { fullDiskSweep } from './fullDiskSweep.js';
import { KillSweep } from './killSweep.js';
import { LinkSweep } from './linkSweep.js';
import { poisonSweep } from './poisonSweep.js';
import { serversSweep } from './servers/serversSweep.js';
import { startSweep } from './startSweep.js';
import { FaultTable } from './table.js';
import { timeSweep } from './timeSweep.js';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const option = (name: string, otherwise: number): number => {
  const given = process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
  return given === undefined ? otherwise : Number(given);
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const MINUTE_MS = 60_000;
/** A sweep that waits for what never comes is a failure that names itself, not a run without an end. */
async function within(minutes: number, sweep: string, work: Promise<unknown>): Promise<void> {
  const watch = setTimeout(() => {
    say(`\nThe sweep "${sweep}" did not end within ${minutes} minutes.\n\n${table.toString()}`);
    process.exit(1);
  }, minutes * MINUTE_MS);
  await work;
  clearTimeout(watch);
}
const wanted = (sweep: string): boolean => words.length === 0 || words.includes(sweep);

const table = new FaultTable();
const seed = option('seed', Math.floor(Math.random() * 1e9));
if (wanted('kill')) {
  const worlds = option('worlds', 2);
  const kills = option('kills', 504);
  say(`Killing the server ${kills} times in ${worlds} worlds, seed ${seed}.`);
  const bundle = await bundleVictim();
  try {
    const share = Math.ceil(kills / worlds);
    const sweeps = Array.from({ length: worlds }, (_, world) => KillSweep.run(table, { bundle, kills: share, seed: seed + world, say }));
    await within(5 + Math.ceil(kills / 10), 'kill', Promise.all(sweeps));
  } finally {
    await bundle.remove();
  }
}
if (wanted('servers')) {
  const kills = option('servers', 16);
  say(`Killing two servers and their PostgreSQL ${kills} times, seed ${seed}.`);
  await within(5 + Math.ceil(kills / 5), 'servers', serversSweep(table, { kills, seed, say }));
}
if (wanted('poison')) {
  await within(10, 'poison', poisonSweep(table));
}
if (wanted('link')) {
  say('Breaking the line to the ISP in every way.');
  await within(15, 'link', LinkSweep.run(table));
}
if (wanted('disk')) {
  say('Filling, failing and damaging the disk.');
  await within(
    15,
    'disk',
    diskSweep(table)
      .then(() => fullDiskSweep(table))
      .then(() => startSweep(table)),
  );
}
if (wanted('time')) {
  say('Stopping the server and setting its clock.');
  await within(10, 'time', timeSweep(table));
}
say(`\n${table.toString()}`);
for (const complaint of table.complaints) say(`  ${complaint}`);
say(
  table.isClean
    ? `\nNothing lost, nothing doubled, nothing stalled. Seed ${seed}.`
    : `\n${table.complaints.length} things went wrong. Seed ${seed}.`,
);
say(`\n${table.sum}`);
process.exit(table.isClean ? 0 : 1);
