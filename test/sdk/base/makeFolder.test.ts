// Folders that people name: made, or refused at once with the reason.
import { lstat, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { cannotWrite, inWords, makeFolder, reasonOf } from '@postroom/sdk/base';
import { expect } from 'chai';

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

describe('What the system says of a disk that takes nothing', () => {
  const said = (code: string, file?: string): Error => Object.assign(new Error(`${code}: as the system says`), { code, path: file });

  it('names the disk that is full by the folder of the file', () => {
    expect(reasonOf(said('ENOSPC'), '/data/settings.json')).to.equal('there is no room left on the disk of /data');
    expect(reasonOf(said('EDQUOT'), '/data/x')).to.equal('the room that this user may have on the disk of /data is used up');
    expect(reasonOf(said('EACCES'), '/data/x')).to.equal('you may not write there');
  });

  it('is in words wherever nobody found better ones, and other errors are as they are', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS']) {
      expect((inWords(said(code, '/place/file')) as Error).message).to.match(/^\/place\/file cannot be written: .* See to that disk/);
      expect((inWords(said(code)) as Error).message).to.not.include(code);
    }
    const told = new PostroomError('store/full', 'There is no room left on the disk of /data: x. y', {}, { cause: said('ENOSPC') });
    expect(inWords(told)).to.equal(told);
    expect(inWords('text')).to.equal('text');
    expect((inWords(said('ECONNREFUSED')) as Error).message).to.equal('ECONNREFUSED: as the system says');
  });
});
