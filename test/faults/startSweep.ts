// The program started by its command line on a disk that is as good as full, and running on one that becomes full: whatever it can't do it says, and no
// signal ends it.
import { DISK_MB, DiskWorld } from './diskWorld.js';
import { FullStart } from './fullStart.js';
import { BreakableDisk, copyingDisk } from './smallDisk.js';
import { StartedProgram } from './startedProgram.js';
import type { FaultTable } from './table.js';

/** Around the sizes of a block, a page, and the first piece of the index. */
const LEFT_KB = [0, 1, 4, 8, 16, 24, 32, 40, 48, 56, 64];
const ROUNDS = 20;

/** Adds the rows; rows that this machine can't try say why. */
export async function startSweep(table: FaultTable): Promise<void> {
  await startingByCommand(table);
  await fillingCopyingDisk(table);
}

/** By the command line, from 0 to 64 KB left. */
async function startingByCommand(table: FaultTable): Promise<void> {
  const [kept, without] = ['the program is started with 0 to 64 KB left (ext4)', 'the same without the ballast (ext4)'] as const;
  const made = await BreakableDisk.make(DISK_MB).catch((error: unknown) => String(error).split('\n')[0] ?? '');
  if (typeof made === 'string') {
    table.skip(kept, `no small disk could be mounted (${made}); it needs root`);
    return;
  }
  const world = await DiskWorld.start(made);
  try {
    const start = new FullStart(world);
    await start.prepare(ROUNDS);
    for (const leftKb of LEFT_KB) {
      const stalled = await start.everything(leftKb);
      table.add(
        kept,
        { stalled },
        'serve, doctor and commands that only look: no signal; mail is picked up and deleted, the ballast is kept',
      );
    }
    for (const leftKb of LEFT_KB) {
      const stalled = await start.withoutBallast(leftKb);
      table.add(without, { stalled }, 'mail is read and the doctor says what is so, or one sentence why not; no signal');
    }
  } finally {
    await world.stop();
  }
}

/** Where each change of a map is written to a new block, a server that runs is in the same danger. */
async function fillingCopyingDisk(table: FaultTable): Promise<void> {
  const fault = 'the disk of a running server becomes full (btrfs)';
  const made = await copyingDisk(DISK_MB).catch((error: unknown) => String(error).split('\n')[0] ?? '');
  if (typeof made === 'string') {
    table.skip(fault, `no such disk could be made (${made}); it needs root and btrfs-progs`);
    return;
  }
  const world = await DiskWorld.start(made);
  try {
    await new FullStart(world).prepare(10);
    const server = StartedProgram.serve(world.dataDir);
    const ready = await server.ready;
    const stalled: string[] = [];
    for (let round = 0; ready !== undefined && round < 4; round += 1) {
      await world.fillWhole();
      await world.traffic.pickUp(ready.pop3, 'andrew', 'company/andrew');
      if ((await world.traffic.read(ready.pop3, 'andrew').catch(() => 0)) === 0) stalled.push(`round ${round}: no mail could be read`);
    }
    const { code, signal, text } = await server.end();
    if (code !== 0) stalled.push(`it ended with ${code ?? signal}: ${text.slice(-600)}`);
    table.add(fault, { stalled }, 'mail is read on; it ends as it is asked to');
  } finally {
    await world.stop();
  }
}
