// The data folder and the files in it that plugins say nobody else may read.
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ContributedEntries, StoreFiles } from '@postroom/sdk/services';
import { expect } from 'chai';
import { checkRestore, checkRights } from '#plugins/platform/doctor/dist/folderChecks.js';
import { Postroom } from '../../../kit/postroom.js';

describe('the rights to a data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-rights-'));
    for (const name of ['moon', 'sun', 'stars']) await writeFile(path.join(folder, name), '', { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const entries = {
    of: <T>(point: string) =>
      point === 'privateFiles' ? ['moon', 'sun', 'gone'].map((file) => ({ plugin: 'acme.sky', value: { file } as T })) : [],
  };

  it('are well where nobody else can read the folder and the files that plugins name; those need not be there', async () => {
    await chmod(path.join(folder, 'stars'), 0o644);
    const text = `${folder} is readable and writable by the server's user alone.`;
    expect(await checkRights(folder, entries)).to.deep.equal({ check: 'data folder', state: 'well', text });
  });

  it('are too wide where others can read one of them: all are named', async () => {
    for (const name of ['.', 'moon', 'sun']) await chmod(path.join(folder, name), 0o755);
    const { state, text } = await checkRights(folder, entries);
    const [moon, sun] = ['moon', 'sun'].map((name) => path.join(folder, name));
    expect([state, text]).to.deep.equal([
      'warning',
      `Others on this machine can read ${folder}, ${moon}, ${sun}. Take their rights away: chmod go-rwx.`,
    ]);
  });

  it('are those of the files that a server has: the store and the secrets name theirs as they are', async () => {
    const office = await Postroom.start();
    try {
      const named = office.service(ContributedEntries).of<{ readonly file: string }>('privateFiles');
      const files = named.map(({ value }) => value.file);
      expect(files).to.include(office.service(StoreFiles).copyName);
      expect(files).to.have.length.above(2);
      expect(await readdir(office.dataDir)).to.include.members(files);
    } finally {
      await office.stop();
    }
  });
});

describe('a restore that was cut', () => {
  it('is told with the backup that it was of, and how it goes on', async () => {
    const note = { from: '2026-11-23T08:00:00.000Z', aside: undefined };
    expect(await checkRestore('/data', { interrupted: async () => undefined })).to.include({ state: 'well' });
    expect(await checkRestore('/data', { interrupted: async () => note })).to.deep.equal({
      check: 'restore',
      state: 'problem',
      text: `The restore of the backup of ${note.from} was interrupted. Run it again: postroom backup restore FOLDER --data /data`,
    });
  });
});
