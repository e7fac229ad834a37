import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { FolderLock } from '#plugins/store-postgres/dist/folder/folderLock.js';
import { formerServer, markServer } from '#plugins/store-postgres/dist/folder/serverMark.js';
import { failureOf } from '../../../kit/failureOf.js';

describe('The data folder of a server on PostgreSQL', () => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'postroom-folder-')), 'data');
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true }));

  it('is one process’ alone, until that lets go', async () => {
    const lock = await FolderLock.take(folder);
    expect((await failureOf(FolderLock.take(folder))).code).to.equal('data/locked');
    await lock.close();
    expect(await readdir(folder)).to.deep.equal([]);
    await (await FolderLock.take(folder)).close();
  });

  it('is the next one’s where that was killed', async () => {
    const program = `
      const { FolderLock } = await import(${JSON.stringify(import.meta.resolve('#plugins/store-postgres/dist/folder/folderLock.js'))});
      await FolderLock.take(${JSON.stringify(folder)});
      process.send('taken');
      setInterval(() => undefined, 1000);`;
    const child = fork('-', { execArgv: ['--input-type=module', '--eval', program] });
    await once(child, 'message');
    expect((await failureOf(FolderLock.take(folder))).code).to.equal('data/locked');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await FolderLock.take(folder)).close();
  });

  it('may have a path that is too long for a socket', async () => {
    const long = path.join(folder, 'x'.repeat(120));
    const lock = await FolderLock.take(long);
    expect((await failureOf(FolderLock.take(long))).code).to.equal('data/locked');
    await lock.close();
  });

  it('remembers the number of its server, for one store', async () => {
    const lock = await FolderLock.take(folder);
    expect(await formerServer(folder, 'one')).to.equal(undefined);
    await markServer(folder, { store: 'one', server: 7 });
    expect([await formerServer(folder, 'one'), await formerServer(folder, 'two')]).to.deep.equal([7, undefined]);
    await lock.close();
  });
});
