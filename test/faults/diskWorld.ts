// A server as a process of its own, with its data folder on a small disk that can be filled, and that strace can make fail.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { officeSettings } from '../kit/officeSettings.js';
import { Ledger, type Verdict } from './ledger.js';
import { memoryDisk, type SmallDisk } from './smallDisk.js';
import { DEVICES, PASSWORD, Traffic } from './traffic.js';
import { VictimProcess } from './victimProcess.js';

const run = promisify(execFile);
const MEGABYTE = 2 ** 20;
/** Below so much the server takes nothing in. */
export const FLOOR_MB = 20;
/** Large enough for the ballast. */
export const DISK_MB = 180;
const ROUNDS = 3;

export class DiskWorld {
  readonly ledger = new Ledger();
  readonly traffic: Traffic;
  victim: VictimProcess;

  private constructor(
    readonly isp: PracticeIsp,
    private readonly disk: SmallDisk,
    readonly dataDir: string,
  ) {
    this.traffic = new Traffic(isp, this.ledger, 'disk');
    this.victim = VictimProcess.spawn();
  }

  /** Throws with the reason where no small disk can be made. `disk` belongs to the world from now on. */
  static async start(disk?: SmallDisk): Promise<DiskWorld> {
    const small = disk ?? (await memoryDisk(DISK_MB));
    const isp = await PracticeIsp.start();
    for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
    const dataDir = path.join(small.mount, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    const settings = {
      ...officeSettings(isp),
      ...DEVICES,
      'plugins.disabled': ['postroom.admin-ui'],
      'log.level': 'error',
      'server.freeSpaceFloorMB': FLOOR_MB,
    };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    const world = new DiskWorld(isp, small, dataDir);
    await world.victim.open(dataDir);
    for (const account of ['company', 'works']) await world.victim.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
    await world.victim.run('users.set-password', { account: 'company', user: 'andrew', password: PASSWORD });
    return world;
  }

  get database(): string {
    return path.join(this.dataDir, 'postroom.db');
  }

  /** Takes room until only so many megabytes are free. */
  async fill(leftMb: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.disk.mount);
    const octets = Math.max(0, bavail * bsize - leftMb * MEGABYTE);
    await writeFile(path.join(this.disk.mount, 'filler'), Buffer.alloc(octets)).catch(() => undefined);
  }

  /** Takes every octet that can be had, but `leftKb` kilobytes. */
  async fillWhole(leftKb = 0): Promise<void> {
    const filler = await open(path.join(this.disk.mount, 'filler'), 'a');
    try {
      for (let size = MEGABYTE; size >= 1; ) {
        const isWritten = await filler.write(Buffer.alloc(size)).then(
          ({ bytesWritten }) => bytesWritten === size,
          () => false,
        );
        if (!isWritten) size = Math.floor(size / 2);
      }
      await filler.sync().catch(() => undefined);
      if (leftKb > 0) {
        await filler.truncate(Math.max(0, (await filler.stat()).size - leftKb * 1024));
        await filler.sync();
      }
    } finally {
      await filler.close();
    }
  }

  async empty(): Promise<void> {
    await rm(path.join(this.disk.mount, 'filler'), { force: true });
  }

  /** Mounts the disk anew, for reading only or for both. Nobody may have a file open on it. */
  async remount(how: 'ro' | 'rw'): Promise<void> {
    await run('mount', ['-o', `remount,${how}`, this.disk.mount]);
  }

  /** Good rounds, then the ledger. */
  async judge(): Promise<Verdict> {
    const waiting = await this.victim.run<readonly { readonly entry: number; readonly recipient: string }[]>('outbox.list');
    this.ledger.openWindows(waiting.map(({ recipient }) => recipient));
    if (waiting.length > 0) await this.victim.run('outbox.retry', { entries: waiting.map(({ entry }) => entry) });
    for (let round = 0; round < ROUNDS; round += 1) await this.victim.run('send-receive');
    return this.ledger.judge(
      this.dataDir,
      this.isp.mailboxes.reduce((sum, mailbox) => sum + mailbox.messages.length, 0),
    );
  }

  /** Makes system calls of the server fail, as `strace --inject` says, until the answer is called. */
  async inject(injection: string): Promise<() => Promise<void>> {
    const calls = injection.split(':')[0] ?? '';
    const tracer = spawn(
      'strace',
      ['-f', '-qq', '-p', String(this.victim.pid), '-e', `trace=${calls}`, '-e', `inject=${injection}`, '-o', '/dev/null'],
      {
        stdio: 'ignore',
      },
    );
    await attached(this.victim.pid);
    return async () => {
      const ended = once(tracer, 'exit');
      tracer.kill('SIGINT');
      await ended;
    };
  }

  async stop(): Promise<void> {
    await this.victim.kill();
    await this.isp.stop();
    await this.disk.remove();
  }
}

/** Whether strace is here, and may look into processes. */
export function canTrace(): Promise<boolean> {
  return run('strace', ['-qq', '-o', '/dev/null', 'true']).then(
    () => true,
    () => false,
  );
}

/** Resolves when somebody traces every thread of the process: SQLite writes in threads beside the first. */
async function attached(pid: number): Promise<void> {
  for (let look = 0; look < 1_000; look += 1) {
    const threads = await readdir(`/proc/${pid}/task`);
    const states = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')));
    if (states.every((state) => /^TracerPid:\s+[1-9]/m.test(state))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`strace did not attach to ${pid}.`);
}
