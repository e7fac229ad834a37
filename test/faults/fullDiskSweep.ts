// A disk that is full to the last octet before the server starts, on both kinds of file system that fail in their own way: the server starts, serves,
// lets people delete and says why it takes nothing in; backups, restores, upgrades and plugins leave nothing half done, and name the disk that is full.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '@postroom/sdk/base';
import { BUNDLED_PLUGINS } from '#core/base/places.js';
import { restoreBackup } from '#plugins/platform/backup/dist/restoreBackup.js';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { SqliteFiles } from '#plugins/platform/store-sqlite/dist/sqliteFiles.js';
import { packFolder } from '../kit/packedPlugin.js';
import { DISK_MB, DiskWorld } from './diskWorld.js';
import { BreakableDisk, memoryDisk, type SmallDisk } from './smallDisk.js';
import type { FaultTable } from './table.js';
import { VictimProcess } from './victimProcess.js';

const PLUGIN = fileURLToPath(new URL('../../fixtures/plugins/version', import.meta.url));
const PATIENCE_MS = 30_000;

/** Adds the rows; rows that this machine can't try say why. */
export async function fullDiskSweep(table: FaultTable): Promise<void> {
  const kinds: Readonly<Record<string, () => Promise<SmallDisk>>> = {
    tmpfs: () => memoryDisk(DISK_MB),
    ext4: () => BreakableDisk.make(DISK_MB),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    let world: DiskWorld;
    try {
      world = await DiskWorld.start(await make());
    } catch (error) {
      table.skip(
        `a start on a disk that is full to the last octet (${kind})`,
        `no small disk could be mounted (${String(error).split('\n')[0]}); it needs root`,
      );
      continue;
    }
    try {
      const sweep = new FullDiskSweep(world, table, kind);
      await sweep.starting();
      await sweep.installing();
      await sweep.backingUp();
      await sweep.upgrading();
    } finally {
      await world.stop();
    }
  }
}

class FullDiskSweep {
  constructor(
    private readonly world: DiskWorld,
    private readonly table: FaultTable,
    private readonly kind: string,
  ) {}

  /** After a clean end, and after a kill; between them somebody fills what the ballast left. */
  async starting(): Promise<void> {
    const { world } = this;
    for (let round = 0; round < 4; round += 1) {
      world.traffic.arrive(1);
      await world.victim.run('send-receive');
    }
    await world.victim.close();
    const stalled: string[] = [];
    for (const ending of ['kill', 'close'] as const) {
      await world.fillWhole();
      await this.#open();
      stalled.push(...(await this.#serves()));
      await world.fillWhole();
      stalled.push(...(await this.#serves()));
      await world.victim[ending]();
    }
    await world.fillWhole();
    await this.#open();
    stalled.push(...(await this.#serves()));
    await world.empty();
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await this.#answerToSubmission()).startsWith('250')) {
      if (performance.now() > deadline) throw new Error(`It did not go on when there was room again.\n${world.victim.log}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    if (!(await readdir(world.dataDir)).includes('ballast')) stalled.push('the ballast was not taken again');
    const verdict = await world.judge();
    this.table.add(
      `a start on a disk that is full to the last octet (${this.kind})`,
      { ...verdict, stalled: [...stalled, ...verdict.stalled] },
      'three starts, after a kill too: POP3 deletes, 452 to clients, the round and the doctor say why; went on by itself',
    );
  }

  async installing(): Promise<void> {
    const { world } = this;
    const plugin = (await packFolder(PLUGIN)).toString('base64');
    await world.fillWhole();
    const refused = await world.victim.run('plugins.add', { plugin }).then(() => 'it was installed', String);
    const plugins = path.join(world.dataDir, 'plugins');
    const left = await readdir(plugins).catch(() => []);
    await world.empty();
    await world.victim.run('plugins.add', { plugin });
    const manifest = await readFile(path.join(plugins, 'decent.version', 'package.json'), 'utf8');
    await world.fillWhole();
    await world.victim.run('plugins.add', { plugin }).catch(() => undefined);
    const isUnchanged = (await readFile(path.join(plugins, 'decent.version', 'package.json'), 'utf8')) === manifest;
    const [row] = await world.victim
      .run<readonly { readonly plugin: string; readonly state: string }[]>('plugins.list')
      .then((rows) => rows.filter((each) => each.plugin === 'decent.version'));
    await world.empty();
    await world.victim.run('plugins.remove', { plugin: 'decent.version' });
    this.table.add(
      `a plugin is installed on a full disk (${this.kind})`,
      {
        stalled: [
          ...(/There is no room left on the disk of .*plugins.*Nothing was installed/.test(refused) ? [] : [refused]),
          ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`]),
          ...(isUnchanged && row?.state === 'active' ? [] : ['the former version does not go on']),
        ],
      },
      'refused with the reason, nothing left behind; a former version goes on',
    );
  }

  /** Onto a full disk; and from a backup elsewhere onto it. */
  async backingUp(): Promise<void> {
    const { world } = this;
    const elsewhere = await mkdtemp(path.join(os.tmpdir(), 'postroom-backup-'));
    try {
      const { folder } = await world.victim.run<{ readonly folder: string }>('backup.create', { into: elsewhere });
      const target = path.join(path.dirname(world.dataDir), 'backups');
      await mkdir(target);
      await world.fillWhole();
      const refused = await world.victim.run('backup.create', { into: target }).then(() => 'a backup was made', String);
      const left = await readdir(target);
      await world.empty();
      await world.victim.close();
      // Without the ballast, on whose room a small backup would fit.
      await rm(path.join(world.dataDir, 'ballast'), { force: true });
      await world.fillWhole();
      const before = (await readdir(world.dataDir)).filter((name) => name !== 'ballast').sort();
      const clock = new SystemClock();
      const notRestored = await restoreBackup(folder, world.dataDir, { files: new SqliteFiles(clock), clock }, () => undefined).then(
        () => 'it was restored',
        String,
      );
      const after = (await readdir(world.dataDir)).filter((name) => name !== 'ballast').sort();
      await world.empty();
      await this.#open();
      const { lost, doubled, stalled } = await world.judge();
      this.table.add(
        `a backup is made onto a full disk, and restored onto one (${this.kind})`,
        {
          lost,
          doubled,
          stalled: [
            ...stalled,
            ...(refused.includes(`There is no room left on the disk of ${target}`) ? [] : [refused]),
            ...(notRestored.includes(`There is no room left on the disk of ${world.dataDir}`) ? [] : [notRestored]),
            ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`]),
            ...(before.join() === after.join() ? [] : [`before the restore: ${before.join(', ')}; after it: ${after.join(', ')}`]),
          ],
        },
        'refused with the disk that is full and what to do; nothing left behind, the data as they were',
      );
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  }

  /** A database of an older version. */
  async upgrading(): Promise<void> {
    const { world } = this;
    const dataDir = path.join(path.dirname(world.dataDir), 'older');
    await mkdir(dataDir, { mode: 0o700 });
    await cp(path.join(world.dataDir, 'settings.json'), path.join(dataDir, 'settings.json'));
    const database = path.join(dataDir, 'postroom.db');
    await writeOlder(database);
    const octets = await readFile(database);
    await world.fillWhole();
    const victim = VictimProcess.spawn();
    const refusal = await victim.open(dataDir).then(() => 'it started', String);
    await victim.kill();
    const isUnchanged = octets.equals(await readFile(database));
    const halves = (await readdir(dataDir)).filter((name) => /\.(new|part|tmp)|-journal$/.test(name));
    await world.empty();
    const later = VictimProcess.spawn();
    const started = await later.open(dataDir).then(() => '', String);
    await later.kill();
    this.table.add(
      `an upgrade on a full disk (${this.kind})`,
      {
        stalled: [
          ...(/is of an older version \(1\).*no room on the disk of .*Nothing was changed\. Make room there/.test(refusal)
            ? []
            : [refusal]),
          ...(/belong|mounted/.test(refusal) ? [`another reason was named: ${refusal}`] : []),
          ...(isUnchanged ? [] : ['the database is another one']),
          ...(halves.length === 0 ? [] : [`left behind: ${halves.join(', ')}`]),
          ...(started === '' ? [] : [started]),
        ],
      },
      'refused with the reason, the database as it was; done when there was room',
    );
  }

  async #open(): Promise<void> {
    this.world.victim = VictimProcess.spawn();
    await this.world.victim.open(this.world.dataDir);
  }

  /** Mailboxes are served and emptied, mail is refused with the reason, and nothing is deleted at the ISP. Answers what went wrong. */
  async #serves(): Promise<readonly string[]> {
    const { world } = this;
    const problems: string[] = [];
    const deleted = await world.traffic.pickUp(world.victim.pop3Port, 'andrew', 'company/andrew');
    if (!deleted.startsWith('+OK')) problems.push(`POP3 said: ${deleted}`);
    const answer = await this.#answerToSubmission();
    if (!/^452 .*free; below/.test(answer)) problems.push(`mail was answered: ${answer}`);
    world.traffic.arrive(1);
    const before = world.isp.mailboxes.map((mailbox) => mailbox.messages.length).join();
    await world.victim.run('send-receive').catch(() => undefined);
    if (world.isp.mailboxes.map((mailbox) => mailbox.messages.length).join() !== before) problems.push('mail was deleted at the ISP');
    const findings = await world.victim.run<readonly { readonly check: string; readonly state: string }[]>('doctor', { logins: false });
    if (findings.find(({ check }) => check === 'disk')?.state !== 'problem') problems.push('the doctor finds the disk well');
    const { problems: shown } = await world.victim.run<{ readonly problems: readonly string[] }>('status');
    if (!shown.some((line) => line.includes('MB free'))) problems.push('the status does not tell of it');
    return problems;
  }

  async #answerToSubmission(): Promise<string> {
    return (await this.world.traffic.submit(this.world.victim.smtpPort, 0)).answer.replace(/^.* -> /, '');
  }
}

/** As the first version made it, with something in it. */
async function writeOlder(database: string): Promise<void> {
  const first = await readFile(path.join(BUNDLED_PLUGINS, 'platform', 'store-sqlite', 'migrations', '001-initial.sql'), 'utf8');
  await writeFile(database, '', { mode: 0o600 });
  const connection = await Connection.open(database, 'write');
  await connection.exec(`PRAGMA application_id = 0x506f7374;\n${first}\nPRAGMA user_version = 1;`);
  await connection.exec("INSERT INTO settings_revision (at, author, text) VALUES (1, 'cli', hex(randomblob(200000)))");
  await connection.exec('PRAGMA journal_mode = WAL');
  await connection.close();
}
