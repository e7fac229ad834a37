import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pluginFiles } from '@postroom/sdk/base';
import { expect } from 'chai';
import { failureOf } from '../../kit/failureOf.js';

describe('the files of a plugin', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-files-'));
    await writeFile(path.join(folder, 'package.json'), '{ "files": ["lib"], "bundleDependencies": ["tool"] }');
    for (const file of [
      'lib/plugin.js',
      'test/plugin.test.js',
      'README.md',
      '.secret',
      'node_modules/tool/index.js',
      'node_modules/other/index.js',
    ]) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), file);
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are what "files" names, the manifest, the page and bundled packages', async () => {
    expect(await pluginFiles(folder)).to.deep.equal(['README.md', 'lib/plugin.js', 'node_modules/tool/index.js', 'package.json']);
  });

  it('are refused where one of them is a link, which may lead anywhere', async () => {
    await symlink('/etc/passwd', path.join(folder, 'lib', 'words.txt'));
    expect(await failureOf(pluginFiles(folder))).to.include({ code: 'plugin/package' });
  });
});
