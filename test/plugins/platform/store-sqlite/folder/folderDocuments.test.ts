// Documents as files: where they lie, who may read them, and what of the folder is none. What every store promises of them is in the store suite.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { FolderDocuments } from '#plugins/platform/store-sqlite/dist/folder/folderDocuments.js';
import { clearLeftovers } from '#plugins/platform/store-sqlite/dist/folder/leftovers.js';
import { failureOf } from '../../../../kit/failureOf.js';

describe('Documents in the data folder', () => {
  let folder: string;
  let documents: FolderDocuments;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-documents-'));
    documents = new FolderDocuments(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = (name: string, text = name): ReturnType<FolderDocuments['put']> => documents.put(name, Buffer.from(text), undefined);
  const modeOf = async (name: string): Promise<number> => (await stat(path.join(folder, name))).mode & 0o777;

  it('are the files that people know, and others lie apart from all that is something else; nobody else may read them', async () => {
    for (const name of ['secrets.json', 'settings.json', 'tls/key.pem', 'secret.key', 'postroom.db', 'plugins/acme/tool.tgz'])
      await put(name);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name))).sort()).to.deep.equal([
      'documents/plugins/acme/tool.tgz',
      'documents/postroom.db',
      'documents/secret.key',
      'secrets.json',
      'settings.json',
      'tls/key.pem',
    ]);
    expect(await documents.list('')).to.deep.equal([
      'plugins/acme/tool.tgz',
      'postroom.db',
      'secret.key',
      'secrets.json',
      'settings.json',
      'tls/key.pem',
    ]);
    expect(await Promise.all(['tls', 'documents/plugins/acme', 'tls/key.pem', 'secrets.json'].map(modeOf))).to.deep.equal([
      0o700, 0o700, 0o600, 0o600,
    ]);
  });

  it('are none of the files of other names that lie there, nor what a killed write left, which the next start removes', async () => {
    await put('tls/certificate.pem');
    await put('a/b');
    for (const name of [
      'postroom.db',
      'secret.key',
      'tls/my own.pem',
      'tls/.key.pem.4711.0123456789ab.tmp',
      'documents/a/.b.4711.0123456789ab.tmp',
    ])
      await writeFile(path.join(folder, name), 'x');
    expect(await documents.list('')).to.deep.equal(['a/b', 'tls/certificate.pem']);
    expect([...(await clearLeftovers(folder))].sort()).to.deep.equal([
      'documents/a/.b.4711.0123456789ab.tmp',
      'tls/.key.pem.4711.0123456789ab.tmp',
    ]);
  });

  it('are read through a link, which stays one', async () => {
    await mkdir(path.join(folder, 'elsewhere'));
    await writeFile(path.join(folder, 'elsewhere', 'kept.json'), 'one');
    await symlink(path.join('elsewhere', 'kept.json'), path.join(folder, 'secrets.json'));
    expect(await documents.list('sec')).to.deep.equal(['secrets.json']);
    await documents.put('secrets.json', Buffer.from('two'), await documents.version('secrets.json'));
    expect(await readFile(path.join(folder, 'elsewhere', 'kept.json'), 'utf8')).to.equal('two');
  });

  it('are not written over what an editor has written meanwhile', async () => {
    await put('secrets.json', 'one');
    const version = await documents.version('secrets.json');
    await writeFile(path.join(folder, 'secrets.json'), 'by hand');
    expect(await documents.put('secrets.json', Buffer.from('two'), version)).to.equal('conflict');
    expect(await readFile(path.join(folder, 'secrets.json'), 'utf8')).to.equal('by hand');
  });

  it('say which file cannot be read or written, and why', async () => {
    await mkdir(path.join(folder, 'secrets.json'));
    await writeFile(path.join(folder, 'tls'), 'in the way');
    const unread = await failureOf(documents.get('secrets.json'));
    expect(unread).to.include({ code: 'store/failed' });
    expect(unread.message).to.match(/^\S+secrets\.json can't be read \(.*EISDIR.*\)\. See to its permissions\.$/);
    const unwritten = await failureOf(put('tls/key.pem'));
    expect(unwritten).to.include({ code: 'data/not-writable' });
    expect(unwritten.message).to.match(/^\S+tls\/key\.pem could not be written \(a file is in the way\)\.$/);
  });
});
