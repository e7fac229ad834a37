// Packed plugins come from anybody: what could leave the folder or fill the disk is refused.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { create, Header } from 'tar';
import { unpackPlugin } from '#plugins/platform/plugin-manager/dist/packages/pluginArchive.js';
import { packFolder } from '../../../../kit/packedPlugin.js';

describe('a packed plugin', () => {
  let work: string;
  beforeEach(async () => {
    work = await mkdtemp(path.join(tmpdir(), 'postroom-archive-'));
    await mkdir(path.join(work, 'in'));
    await mkdir(path.join(work, 'out'));
    await writeFile(path.join(work, 'in', 'package.json'), '{ "files": ["lib"], "bundleDependencies": ["tool"] }');
    for (const file of [
      'lib/plugin.js',
      'test/plugin.test.js',
      'README.md',
      '.secret',
      'node_modules/tool/index.js',
      'node_modules/other/index.js',
    ]) {
      await mkdir(path.dirname(path.join(work, 'in', file)), { recursive: true });
      await writeFile(path.join(work, 'in', file), file);
    }
  });
  afterEach(() => rm(work, { recursive: true }));

  /** An archive with one entry that no well-meaning program makes. */
  function forged(name: string, type: 'File' | 'SymbolicLink', size = 0, linkpath = ''): Buffer {
    const header = new Header({ path: name, type, size, linkpath, mode: 0o644, mtime: new Date(0) });
    const block = Buffer.alloc(512);
    header.encode(block);
    return gzipSync(Buffer.concat([block, Buffer.alloc(Math.min(size, 1024)), Buffer.alloc(1024)]));
  }

  async function refusal(octets: Uint8Array): Promise<string> {
    return unpackPlugin(octets, path.join(work, 'out')).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  }

  it('is the same for the same files, and comes out as it went in', async () => {
    const packed = await packFolder(path.join(work, 'in'));
    expect(packed.equals(await packFolder(path.join(work, 'in')))).to.equal(true);
    await unpackPlugin(packed, path.join(work, 'out'));
    expect(await readFile(path.join(work, 'out', 'lib', 'plugin.js'), 'utf8')).to.equal('lib/plugin.js');
  });

  it('with a link is refused, packing and unpacking', async () => {
    await symlink('/etc/passwd', path.join(work, 'in', 'lib', 'link'));
    const packing = await packFolder(path.join(work, 'in')).then(
      () => 'packed',
      (error: Error) => error.message,
    );
    expect(packing).to.include('link or no plain file');
    const packed = await buffer(Readable.from(create({ gzip: true, cwd: path.join(work, 'in'), prefix: 'package' }, ['lib'])));
    expect(await refusal(packed)).to.match(/lib\/link is a SymbolicLink/);
  });

  it('that leads out of its folder is refused', async () => {
    expect(await refusal(forged('package/../../evil.js', 'File'))).to.match(/leads out of its folder/);
    expect(await readdir(work)).to.have.members(['in', 'out']);
  });

  it('that says it is huge is refused before it is unpacked', async () => {
    expect(await refusal(forged('package/huge', 'File', 100 * 2 ** 20))).to.match(/more than 50 MB|is no packed plugin/);
  });

  it('that is none is refused', async () => {
    expect(await refusal(Buffer.from('not an archive'))).to.match(/is no packed plugin: .*postroom plugins pack/);
  });
});
