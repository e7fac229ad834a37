// The disk full, failing, damaged: nothing is promised that is not stored, nothing is deleted at the ISP, mailboxes are served, and all goes on by
// itself when the disk does.
import { rm, stat, truncate } from 'node:fs/promises';
import { canTrace, DISK_MB, DiskWorld, FLOOR_MB } from './diskWorld.js';
import { BreakableDisk } from './smallDisk.js';
import { copyOf, overwrite } from './spoiltDatabase.js';
import type { FaultTable } from './table.js';
import { VictimProcess } from './victimProcess.js';

const PATIENCE_MS = 90_000;
const POWER_CUTS = 3;

/** Adds the rows; rows that this machine can't try say why. */
export async function diskSweep(table: FaultTable): Promise<void> {
  let world: DiskWorld;
  try {
    world = await DiskWorld.start();
  } catch (error) {
    table.skip('disk full, failing, damaged', `no small disk could be mounted (${String(error).split('\n')[0]}); it needs root`);
    return;
  }
  try {
    const sweep = new DiskSweep(world, table);
    await sweep.belowFloor();
    await sweep.full();
    if (await canTrace()) {
      for (const call of ['fdatasync,fsync', 'pwrite64']) await sweep.inputOutputError(call);
      await sweep.readOnlyForAWhile();
      await sweep.slowSync();
    } else {
      table.skip('I/O error', 'strace is not installed, or may not trace here');
    }
    await sweep.secondProcess();
    await sweep.readOnly();
    await sweep.damagedPage();
    await sweep.lostWal();
  } finally {
    await world.stop();
  }
  await brokenFileSystem(table);
}

/** The kernel takes the file system for damaged and lets nobody write to it, as most servers are set up. It has to be mended by hand. */
async function brokenFileSystem(table: FaultTable): Promise<void> {
  const fault = 'the data folder turns read-only while the server runs';
  let disk: BreakableDisk;
  try {
    disk = await BreakableDisk.make(DISK_MB);
  } catch (error) {
    table.skip(fault, `no file system could be made that breaks (${String(error).split('\n')[0]}); it needs root`);
    return;
  }
  const world = await DiskWorld.start(disk);
  try {
    const sweep = new DiskSweep(world, table);
    for (let cut = 0; cut < POWER_CUTS; cut += 1) await sweep.powerCut(disk);
    await sweep.turnsReadOnly(fault, disk);
  } finally {
    await world.stop();
  }
}

class DiskSweep {
  constructor(
    private readonly world: DiskWorld,
    private readonly table: FaultTable,
  ) {}

  async belowFloor(): Promise<void> {
    const { world } = this;
    await world.fill(FLOOR_MB / 2);
    await this.#until('the server sees the full disk', async () => (await this.#answerToSubmission()).startsWith('452'));
    const stalled = [...(await this.#nothingMoves()), ...(await this.#servesMail())];
    await world.empty();
    await this.#until('the server takes mail again', async () => (await this.#answerToSubmission()).startsWith('250'));
    await this.#judge('disk full up to the floor', stalled, '452 to clients, no DELE, POP3 serves; went on by itself');
  }

  async full(): Promise<void> {
    const { world } = this;
    await world.fill(0);
    const stalled = [...(await this.#nothingMoves()), ...(await this.#servesMail())];
    await world.empty();
    await this.#until('the server takes mail again', async () => (await this.#answerToSubmission()).startsWith('250'));
    await this.#judge('disk full to the last octet', stalled, 'users could still delete, on the room of the ballast');
  }

  async inputOutputError(calls: string): Promise<void> {
    const { world } = this;
    const release = await world.inject(`${calls}:error=EIO`);
    world.traffic.arrive(1);
    const { state, answer } = await world.traffic.submit(world.victim.smtpPort, 0);
    const stalled = [
      ...(state === 'made' ? [`250 was said though nothing could be stored: ${answer}`] : []),
      ...(await this.#nothingMoves()),
      ...(await this.#servesMail('serves')),
    ];
    await release();
    await this.#until('the database is opened again', async () => (await this.#answerToSubmission()).startsWith('250'));
    await this.#judge(
      `I/O error on ${calls.replace(',', ' and ')}`,
      stalled,
      'stopped taking mail, served POP3, opened and checked the database, went on',
    );
  }

  async slowSync(): Promise<void> {
    const { world } = this;
    const release = await world.inject('fdatasync,fsync:delay_enter=2000000:when=1..2');
    world.traffic.arrive(1);
    await Promise.allSettled([world.traffic.submit(world.victim.smtpPort, 0), world.victim.run('send-receive')]);
    await release();
    await this.#judge('fsync takes seconds', [], 'sessions waited');
  }

  async secondProcess(): Promise<void> {
    const second = VictimProcess.spawn();
    const refusal = await second.open(this.world.dataDir).then(
      () => '',
      (error: unknown) => String(error),
    );
    await second.kill();
    await this.#judge(
      'a second process on the same folder',
      refusal.includes(`process ${this.world.victim.pid}`) ? [] : [`it said: ${refusal}`],
      'refused, naming the first',
    );
  }

  async readOnly(): Promise<void> {
    const { world } = this;
    await world.victim.close();
    await world.remount('ro');
    const refusing = VictimProcess.spawn();
    const refusal = await refusing.open(world.dataDir).then(() => '', String);
    await refusing.kill();
    await world.remount('rw');
    world.victim = VictimProcess.spawn();
    await world.victim.open(world.dataDir);
    await this.#judge(
      'a data folder that is read-only',
      /can't be written/.test(refusal) ? [] : [`it said: ${refusal}`],
      'refused, saying why',
    );
  }

  /** As an export of NFS does for a while: writing fails with EROFS, reading goes on. */
  async readOnlyForAWhile(): Promise<void> {
    const { world } = this;
    world.traffic.arrive(1);
    await world.victim.run('send-receive');
    const release = await world.inject('pwrite64,ftruncate,fdatasync,fsync,unlink:error=EROFS');
    const stalled = await this.#refusesToTake();
    await release();
    await this.#until('the database is opened again', async () => (await this.#answerToSubmission()).startsWith('250'));
    await this.#judge(
      'the data folder is read-only for a while',
      stalled,
      'refused mail for now, deleted nothing, served POP3; went on by itself',
    );
  }

  /** In the middle of everything. */
  async powerCut(disk: BreakableDisk): Promise<void> {
    const { world } = this;
    world.traffic.arrive(1);
    const work = Promise.allSettled([
      world.victim.run('send-receive').then(() => world.victim.run('send-receive')),
      ...Array.from({ length: 8 }, () => world.traffic.submit(world.victim.smtpPort, 0)),
    ]);
    await Promise.race([work, world.traffic.submit(world.victim.smtpPort, 0)]);
    process.kill(world.victim.pid, 'SIGSTOP');
    await disk.cutPower(() => world.victim.kill());
    await work;
    world.victim = VictimProcess.spawn();
    await world.victim.open(world.dataDir);
    await this.#judge(
      'the power is cut',
      await this.#criesOfLoss(),
      'what was acknowledged is there, and nobody is told that anything were missing',
    );
  }

  /** Whether people are told that the database lost something. */
  async #criesOfLoss(): Promise<readonly string[]> {
    const log = await this.world.victim.run<readonly { readonly text: string }[]>('log.read', { limit: 50, text: 'postroom.db-wal' });
    return log.map(({ text }) => `it was said: ${text}`);
  }

  async turnsReadOnly(fault: string, disk: BreakableDisk): Promise<void> {
    const { world } = this;
    world.traffic.arrive(1);
    await world.victim.run('send-receive');
    await disk.break();
    const stalled = await this.#refusesToTake();
    // It may not take a database that it can only read for one that works.
    await this.#until('the server tries twice to open the database', async () => world.victim.log.includes('after 2 tries'));
    stalled.push(...(await this.#refusesToTake()));
    await world.victim.close();
    await disk.mend();
    world.victim = VictimProcess.spawn();
    await world.victim.open(world.dataDir);
    await this.#judge(fault, stalled, 'refused mail for now, deleted nothing, served POP3; went on when the disk was mended');
  }

  async damagedPage(): Promise<void> {
    const { world } = this;
    // In order, so that no WAL covers the damage.
    await world.victim.close();
    const safe = await copyOf(world.database);
    await overwrite(world.database, Math.floor((await stat(world.database)).size / 2 / 4096) * 4096, 4096);
    world.victim = VictimProcess.spawn();
    const said = await world.victim
      .open(world.dataDir)
      .then(() => world.victim.run<readonly { readonly check: string; readonly state: string; readonly text: string }[]>('doctor'))
      .then((findings) => findings.find((finding) => finding.check === 'database')?.text ?? '')
      .catch((error: unknown) => String(error));
    await world.victim.kill();
    await safe.restore();
    await overwrite(world.database, 0, 100);
    const refusing = VictimProcess.spawn();
    const refusal = await refusing.open(world.dataDir).then(() => '', String);
    await refusing.kill();
    await safe.restore();
    world.victim = VictimProcess.spawn();
    await world.victim.open(world.dataDir);
    await this.#judge(
      'a damaged page in the database',
      /damaged|malformed|corrupt/i.test(said) ? [] : [`the doctor said: ${said}`],
      'found by the doctor',
    );
    await this.#judge(
      'a damaged header of the database',
      /damaged/.test(refusal) ? [] : [`it said: ${refusal}`],
      'refused, never put an empty one in its place',
    );
  }

  async lostWal(): Promise<void> {
    const { world } = this;
    for (const [fault, spoil] of [
      ['the WAL is gone after a crash', () => rm(`${world.database}-wal`)],
      ['the WAL is zeroed after a crash', () => overwrite(`${world.database}-wal`, 0, 32)],
      [
        'the WAL loses its second half after a crash',
        async () => truncate(`${world.database}-wal`, Math.floor((await stat(`${world.database}-wal`)).size / 2)),
      ],
    ] as const) {
      await world.victim.run('send-receive');
      await world.victim.kill();
      const safe = await copyOf(world.database);
      await spoil();
      world.victim = VictimProcess.spawn();
      await world.victim.open(world.dataDir);
      const log = await world.victim.run<readonly { readonly text: string }[]>('log.read', { limit: 20 });
      const isTold = log.some(({ text }) => text.includes('-wal'));
      await world.victim.kill();
      await safe.restore();
      world.victim = VictimProcess.spawn();
      await world.victim.open(world.dataDir);
      await this.#judge(fault, isTold ? [] : ['nobody was told'], 'told in the log, with what to do');
    }
  }

  /** Answers what went wrong. */
  async #refusesToTake(): Promise<string[]> {
    const { answer } = await this.world.traffic.submit(this.world.victim.smtpPort, 0);
    return [
      ...(/( -> |^)4\d\d /.test(answer) ? [] : [`mail was answered: ${answer}`]),
      ...(await this.#nothingMoves()),
      ...(await this.#servesMail('serves')),
    ];
  }

  /** Mail arrives at the ISP and has to stay there. Answers what went wrong. */
  async #nothingMoves(): Promise<readonly string[]> {
    const { world } = this;
    world.traffic.arrive(1);
    const before = world.isp.mailboxes.map((mailbox) => mailbox.messages.length);
    await world.victim.run('send-receive').catch(() => undefined);
    const after = world.isp.mailboxes.map((mailbox) => mailbox.messages.length);
    return before.join() === after.join() ? [] : ['mail was deleted at the ISP though it could not be stored'];
  }

  /** `deletes`: QUIT is answered +OK. `serves`: reading is enough, as nothing can be written. */
  async #servesMail(expected: 'deletes' | 'serves' = 'deletes'): Promise<readonly string[]> {
    if (expected === 'serves' && (await this.world.traffic.read(this.world.victim.pop3Port, 'andrew')) === 0)
      return ['no mail could be read by POP3'];
    const answer = await this.world.traffic.pickUp(this.world.victim.pop3Port, 'andrew', 'company/andrew');
    const isWell = expected === 'deletes' ? answer.startsWith('+OK') : /^(\+OK|-ERR)/.test(answer);
    return isWell ? [] : [`POP3 said: ${answer}`];
  }

  async #answerToSubmission(): Promise<string> {
    return (await this.world.traffic.submit(this.world.victim.smtpPort, 0)).answer.replace(/^.* -> /, '');
  }

  async #judge(fault: string, stalled: readonly string[], note: string): Promise<void> {
    const verdict = await this.world.judge();
    this.table.add(fault, { ...verdict, stalled: [...stalled, ...verdict.stalled] }, note);
  }

  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.\n${this.world.victim.log}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
