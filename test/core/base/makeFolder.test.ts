// Folders that people name: made, or refused at once with the reason.
import { lstat, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { cannotWrite, makeFolder } from '#core/base/makeFolder.js';

describe('making a folder', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'postroom-folder-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const refusal = (folder: string): Promise<string> =>
    makeFolder(folder).then(
      () => 'made',
      (error: unknown) => cannotWrite(folder, error, 'Name another.').message,
    );

  it('makes those above it as well, with its rights, and is content with one that is there', async () => {
    const folder = path.join(home, 'a', 'b', 'c');
    await Promise.all([makeFolder(folder, 0o700), makeFolder(folder, 0o700)]);
    await makeFolder(folder);
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    expect((await stat(path.join(home, 'a'))).mode & 0o777).to.equal(0o700);
  });

  it('follows a link to a folder, and not one to nowhere', async () => {
    await symlink(home, path.join(home, 'link'));
    await makeFolder(path.join(home, 'link', 'below'));
    expect((await lstat(path.join(home, 'below'))).isDirectory()).to.equal(true);
    await symlink(path.join(home, 'nowhere'), path.join(home, 'dangling'));
    expect(await refusal(path.join(home, 'dangling'))).to.include('a file is in its place');
  });

  it('says that a file is in its place, or in the way', async () => {
    const file = path.join(home, 'file');
    await writeFile(file, '');
    expect(await refusal(file)).to.equal(`${file} cannot be written: a file is in its place. Name another.`);
    expect(await refusal(path.join(file, 'x'))).to.include('a file is in the way');
  });

  it('says that nothing can be made where the system has no room for folders', async function () {
    if (process.platform !== 'linux') this.skip();
    expect(await refusal('/proc/postroom/x')).to.equal('/proc/postroom/x cannot be written: nothing can be made there. Name another.');
    expect(await refusal('/sys/postroom')).to.equal('/sys/postroom cannot be written: you may not write there. Name another.');
  });
});
