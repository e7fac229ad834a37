import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { clearBackupUnderWay, noteBackupUnderWay } from '#plugins/platform/backup/dist/backupUnderWay.js';
import { clearStaleFolders, verificationPrefix } from '#plugins/platform/backup/dist/staleFolders.js';

const TWO_HOURS_AGO = new Date(Date.now() - 7_200_000);
/** More than any system gives. */
const NO_PROCESS = 2 ** 30;

describe('Half backups that were left', () => {
  let place: string;
  beforeEach(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'postroom-stale-'));
  });
  afterEach(() => rm(place, { recursive: true }));

  /** A folder with a file; `file` changed last then. */
  async function make(name: string, file: Date, folder = TWO_HOURS_AGO): Promise<void> {
    const made = path.join(place, name);
    await mkdir(made);
    await writeFile(path.join(made, 'postroom.db'), 'half');
    await utimes(path.join(made, 'postroom.db'), file, file);
    await utimes(made, folder, folder);
  }

  it('go when nothing has changed in them for an hour and nobody can be at work on them; whole ones and others stay', async () => {
    await make('postroom-backup-2026-11-23-021500.part', TWO_HOURS_AGO);
    await make('postroom-backup-2026-11-23-021501-with-secrets.part', TWO_HOURS_AGO);
    await make(`postroom-verify-${NO_PROCESS}-aB3dEf`, TWO_HOURS_AGO);
    const staying = [
      'postroom-backup-2026-11-23-021500',
      'postroom-backup-2026-11-23.part',
      'postroom-verify-aB3dEf',
      `${verificationPrefix()}aB3dEf`,
      'other.part',
    ];
    for (const name of staying) await make(name, TWO_HOURS_AGO);
    await make('postroom-backup-2026-11-23-021502.part', new Date());
    await make(`postroom-verify-${NO_PROCESS}-busy00`, new Date());
    await clearStaleFolders(place);
    expect(await readdir(place)).to.have.members([
      ...staying,
      'postroom-backup-2026-11-23-021502.part',
      `postroom-verify-${NO_PROCESS}-busy00`,
    ]);
  });

  it('go at once where the name says that they are of a process of this machine that is gone', async function () {
    const own = verificationPrefix().replace(String(process.pid), String(NO_PROCESS));
    if (!/^postroom-verify-\d+-[0-9a-f]+-$/.test(own)) this.skip();
    await make(`${own}aB3dEf`, new Date());
    const staying = [`${verificationPrefix()}aB3dEf`, `postroom-verify-${NO_PROCESS}-0123456789abcdef-aB3dEf`];
    for (const name of staying) await make(name, new Date());
    await clearStaleFolders(place);
    expect(await readdir(place)).to.have.members(staying);
  });

  it('go at the next start of the server that made them, and of no copy of it', async () => {
    const part = 'postroom-backup-2026-11-23-021502.part';
    const [dataDir, copy] = [path.join(place, 'data'), path.join(place, 'copy')];
    await mkdir(dataDir);
    await mkdir(copy);
    await make(part, new Date());
    await noteBackupUnderWay(dataDir, path.join(place, part));
    await writeFile(path.join(copy, 'backup-under-way.json'), JSON.stringify({ dataDir, part: path.join(place, part) }));
    expect(await clearBackupUnderWay(copy)).to.equal(undefined);
    expect(await readdir(place)).to.include(part);
    expect(await clearBackupUnderWay(dataDir)).to.equal(path.join(place, part));
    expect(await readdir(place)).to.not.include(part);
    expect(await clearBackupUnderWay(dataDir)).to.equal(undefined);
    await noteBackupUnderWay(dataDir, path.join(place, 'copy'));
    await clearBackupUnderWay(dataDir);
    expect(await readdir(place), 'only what bears the name of a half backup').to.include('copy');
  });
});
