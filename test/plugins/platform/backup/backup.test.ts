import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '@postroom/sdk/base';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { restoreBackup } from '#plugins/platform/backup/dist/restoreBackup.js';
import { verifyBackup } from '#plugins/platform/backup/dist/verifyBackup.js';
import { SqliteFiles } from '#plugins/platform/store-sqlite/dist/sqliteFiles.js';
import { failureOf } from '../../../kit/failureOf.js';
import { letter } from '../../../kit/letter.js';
import { REGULAR } from '../../../kit/officeSettings.js';
import { Postroom } from '../../../kit/postroom.js';

const clock = new SystemClock();
const files = new SqliteFiles(clock);
const sources = { files, clock };
const quiet = (): void => undefined;

/** Answers whether it came to an end by itself. */
async function restoreKilledAt(victim: string, backup: string, dataDir: string, nth: number): Promise<boolean> {
  const child = spawn(process.execPath, [victim, backup, dataDir, String(nth)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') expect(code).to.equal(0);
  return signal === null;
}

describe('A backup', () => {
  let office: Postroom;
  let place: string;
  beforeEach(async () => {
    office = await Postroom.start();
    place = await mkdtemp(path.join(tmpdir(), 'postroom-backup-'));
  });
  afterEach(async () => {
    await office.stop();
    await rm(place, { recursive: true });
  });

  const arrive = (subject: string): unknown => office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject }));

  async function create(args: object = {}): Promise<string> {
    return (await office.run<{ folder: string }>('backup.create', { into: place, ...args })).folder;
  }

  /** Puts the backup in the place of what the server holds, and starts it again. */
  async function restore(folder: string): Promise<Awaited<ReturnType<typeof restoreBackup>>> {
    await office.close();
    const restored = await restoreBackup(folder, office.dataDir, sources, quiet);
    await office.open();
    return restored;
  }

  it('F33 is whole though mail comes and goes while it is made', async function () {
    this.timeout(60_000);
    for (let n = 0; n < 20; n += 1) arrive(`before ${n}`);
    await office.round();
    let running = true;
    const traffic = (async () => {
      for (let n = 0; running; n += 1) {
        arrive(`during ${n}`);
        await office.round();
      }
    })();
    const folder = await create();
    running = false;
    await traffic;
    const manifest = await verifyBackup(folder, place, () => files, quiet);
    expect(manifest.census?.messages).to.be.greaterThanOrEqual(20);
    expect(await readdir(place), 'nothing is left of the scratch folder').to.have.length(1);
  });

  it('holds passwords and keys only where they are asked for', async () => {
    const plain = await create();
    const names = await readdir(plain);
    expect(names).to.include.members(['backup.json', 'postroom.db', 'settings.json']);
    expect(names).not.to.include.members(['secrets.json']);
    expect(names).not.to.include.members(['secret.key']);
    expect(names).not.to.include.members(['tls']);
    const full = await create({ secrets: true });
    expect(await readdir(full)).to.include.members(['secrets.json', 'secret.key', 'tls']);
    expect((await stat(path.join(full, 'secret.key'))).mode & 0o777).to.equal(0o600);
    expect((await stat(full)).mode & 0o777).to.equal(0o700);
  });

  it('is found out where an octet, a file or the manifest is wrong, and never restored then', async () => {
    arrive('one');
    await office.round();
    const folder = await create();
    const spoil = async (file: string, what: (at: string) => Promise<unknown>): Promise<string> => {
      const at = path.join(folder, file);
      const safe = await readFile(at);
      await what(at);
      const { code, message } = await failureOf(verifyBackup(folder, place, () => files, quiet));
      expect(code).to.equal('backup/damaged');
      await office.close();
      expect((await failureOf(restoreBackup(folder, office.dataDir, sources, quiet))).code).to.equal('backup/damaged');
      await office.open();
      await writeFile(at, safe);
      return message;
    };
    expect(await spoil('postroom.db', (at) => appendFile(at, 'x'))).to.include('postroom.db');
    expect(await spoil('settings.json', (at) => rm(at))).to.include('settings.json');
    expect(await spoil('backup.json', (at) => writeFile(at, '{'))).to.include('backup.json');
    expect(await spoil('backup.json', (at) => writeFile(at, '{"format":1,"census":{},"files":[{"path":"../x"}]}'))).to.include('outside');
    expect(await office.subjects('andrew')).to.deep.equal(['one']);
    await verifyBackup(folder, place, () => files, quiet);
  });

  it('F32 brings back what was there, with its UIDLs, gives no UIDL twice, and collects nothing again that was gone', async () => {
    arrive('kept');
    await office.round();
    const before = await office.pickUp('andrew');
    const folder = await create();
    arrive('since then');
    await office.round();
    const since = await office.pickUp('andrew');
    const { movedTo } = await restore(folder);
    expect(movedTo).to.include('before-restore-');
    expect(await office.pickUp('andrew')).to.deep.equal(before);
    const reads = (): number => office.isp.log.commands('pop3').filter((command) => command.startsWith('RETR')).length;
    const readBefore = reads();
    await office.round();
    expect(reads(), 'nothing is read at the ISP that was gone').to.equal(readBefore);
    arrive('after');
    await office.round();
    const after = await office.pickUp('andrew');
    expect(after.map(({ uidl }) => uidl).slice(0, 1)).to.deep.equal(before.map(({ uidl }) => uidl));
    expect(since.map(({ uidl }) => uidl)).not.to.include(after[1]?.uidl);
  });

  it('puts the Outbox on hold: what waited then may have been sent since', async () => {
    office.isp.faults.smtp.answer('MAIL', '450 4.3.0 Later', 1);
    await office.submit('andrew', ['friend@far.example'], letter({ to: 'friend@far.example' }));
    await office.round();
    const folder = await create();
    const entries = async (): Promise<readonly { entry: number; state: string; lastAnswer?: string }[]> => office.run('outbox.list');
    await office.run('outbox.retry', { entries: (await entries()).map(({ entry }) => entry) });
    await office.round();
    expect(office.isp.outgoing).to.have.length(1);
    expect((await restore(folder)).held).to.equal(1);
    await office.round();
    expect(office.isp.outgoing, 'not sent again by itself').to.have.length(1);
    const [entry] = await entries();
    expect(entry).to.include({ state: 'held' });
    expect(entry?.lastAnswer).to.include('may have been sent since');
  });

  it('keeps the passwords of the folder where it has none itself', async () => {
    arrive('one');
    const folder = await create();
    await restore(folder);
    const report = await office.round();
    expect(report.accounts.find(({ account }) => account === 'company')).to.include({ stored: 1 });
  });

  it('F10 refuses to start on half of a restore, until it is run again', async () => {
    arrive('one');
    await office.round();
    const folder = await create();
    await office.close();
    await writeFile(path.join(office.dataDir, 'restore-unfinished'), 'then\n');
    await rm(path.join(office.dataDir, 'postroom.db'));
    expect((await failureOf(office.open())).code).to.equal('data/unfinished');
    await restore(folder);
    expect(await office.subjects('andrew')).to.deep.equal(['one']);
  });

  it('is restored whole or not at all wherever that is killed; the next start says what is so, and nothing else', async function () {
    this.timeout(170_000);
    arrive('in the backup');
    await office.round();
    const folder = await create({ secrets: true });
    arrive('since');
    await office.round();
    await office.close();
    const victim = fileURLToPath(new URL('./restoringVictim.js', import.meta.url));
    const seen = new Set<string>();
    for (let nth = 1, isDone = false; !isDone; nth += nth < 20 ? 4 : 1) {
      const data = path.join(place, 'data');
      await cp(office.dataDir, data, { recursive: true });
      isDone = await restoreKilledAt(victim, folder, data, nth);
      const state = await whatIsSaid(data);
      seen.add(state);
      if (state === 'interrupted') {
        await restoreBackup(folder, data, sources, quiet);
        expect(await whatIsSaid(data), `run again after step ${nth}`).to.equal('restored');
        const formers = (await readdir(data)).filter((name) => name.startsWith('before-restore-'));
        expect(formers, 'the former data are in one place').to.have.lengthOf(1);
        expect(await readdir(path.join(data, formers[0] ?? ''))).to.include.members(['postroom.db', 'settings.json', 'secrets.json']);
      }
      expect((await readdir(data)).filter((name) => /part$|tmp$|unfinished/.test(name))).to.deep.equal([]);
      await rm(data, { recursive: true });
    }
    expect([...seen].sort()).to.deep.equal(['as before', 'interrupted', 'restored']);
    await office.open();
  });

  /** Starts a server there. Answers which mail it has, or that it says that the restore has to be run again. Fails where it says anything else. */
  async function whatIsSaid(dataDir: string): Promise<string> {
    let said = '';
    const sink = new Writable({
      write: (line, _encoding, done) => {
        said += String(line);
        done();
      },
    });
    const log = createLog('warn', sink);
    let server: Server;
    try {
      server = await openServer({ dataDir, serve: false, log });
    } catch (error) {
      expect((error as Error).message).to.match(/^A restore into .* was interrupted\. Run it again: postroom backup restore FOLDER/);
      return 'interrupted';
    }
    try {
      const problems = said
        .split('\n')
        .filter((line) => line !== '' && !line.includes('A restore was interrupted before it changed anything'));
      expect(problems).to.deep.equal([]);
      const call = { author: 'test', signal: new AbortController().signal, progress: quiet };
      const findings = (await server.run('doctor', { logins: false }, call)) as readonly {
        readonly check: string;
        readonly state: string;
      }[];
      const mail = findings.filter(({ check }) => ['database', 'last changes', 'durability'].includes(check)).map(({ state }) => state);
      expect(mail).to.deep.equal(['well', 'well', 'well']);
      const boxes = (await server.run('mailboxes.list', {}, call)) as readonly { readonly user: string; readonly messages: number }[];
      return boxes.find(({ user }) => user === 'andrew')?.messages === 1 ? 'restored' : 'as before';
    } finally {
      await server.close();
    }
  }

  it('is not begun to be restored or looked through where there is no room for it, and leaves everything as it was', async () => {
    const folder = await create();
    await office.close();
    await writeFile(path.join(office.dataDir, 'ballast'), Buffer.alloc(3 * 2 ** 20));
    const manifest = JSON.parse(await readFile(path.join(folder, 'backup.json'), 'utf8')) as { files: { path: string; bytes: number }[] };
    for (const file of manifest.files) if (file.path === 'postroom.db') file.bytes = 2 ** 50;
    await writeFile(path.join(folder, 'backup.json'), JSON.stringify(manifest));
    const before = (await readdir(office.dataDir, { recursive: true })).sort();
    const elsewhere = path.join(place, 'new');
    for (const [dataDir, words] of [
      [office.dataDir, 'can be had'],
      [elsewhere, 'are free'],
    ] as const) {
      const { code, message } = await failureOf(restoreBackup(folder, dataDir, sources, quiet));
      expect(code).to.equal('store/full');
      expect(message).to.match(/: the backup needs \d+ MB, and \d+ MB (are free|can be had)\. Nothing was changed\. Make room there/);
      expect(message).to.include(`There is no room left on the disk of ${dataDir}: `).and.to.include(words);
    }
    const { message } = await failureOf(verifyBackup(folder, place, () => files, quiet));
    expect(message).to.match(/^There is no room left on the disk of .* needs \d+ MB, and \d+ MB are free\. Name a folder on another disk/);
    expect((await readdir(office.dataDir, { recursive: true })).sort()).to.deep.equal(before);
    expect(await readdir(place)).to.deep.equal([path.basename(folder)]);
    await office.open();
  });

  it('keeps the ballast, and removes the folder that it began, where it fails after all', async () => {
    const folder = await create();
    await office.close();
    await writeFile(path.join(office.dataDir, 'ballast'), Buffer.alloc(3 * 2 ** 20));
    const before = (await readdir(office.dataDir)).sort();
    const manifest = JSON.parse(await readFile(path.join(folder, 'backup.json'), 'utf8')) as { files: { path: string; sha256: string }[] };
    // What is copied is no database: the last thing that can fail before anything is moved.
    await writeFile(path.join(folder, 'postroom.db'), 'no database');
    const sha256 = createHash('sha256').update('no database').digest('hex');
    for (const file of manifest.files) if (file.path === 'postroom.db') Object.assign(file, { sha256, bytes: 11 });
    await writeFile(path.join(folder, 'backup.json'), JSON.stringify(manifest));
    for (const dataDir of [office.dataDir, path.join(place, 'new')]) {
      expect((await failureOf(restoreBackup(folder, dataDir, sources, quiet))).code).to.equal('data/corrupt');
    }
    expect((await readdir(office.dataDir)).sort()).to.deep.equal(before);
    expect(await readdir(place)).to.deep.equal([path.basename(folder)]);
    await office.open();
  });

  it('does not go into the folder that it copies', async () => {
    const { code } = await failureOf(office.run('backup.create', { into: path.join(office.dataDir, 'storage', 'backups') }));
    expect(code).to.equal('command/arguments');
  });

  it('is not restored under a running server', async () => {
    const folder = await create();
    expect((await failureOf(restoreBackup(folder, office.dataDir, sources, quiet))).code).to.equal('data/locked');
    expect((await failureOf(office.run('backup.restore', { folder }))).code).to.equal('data/locked');
  });
});
