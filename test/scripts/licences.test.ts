// The list of licences that packages may have: scripts/licences.mjs.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';

interface Licences {
  isAllowed(expression: string, allowed: readonly string[]): boolean;
  forbidden(root: string): readonly string[];
}

describe('the licences of packages', () => {
  let licences: Licences;
  let folder: string;
  before(async () => {
    licences = (await import(pathToFileURL(path.join(ROOT, 'scripts', 'licences.mjs')).href)) as Licences;
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-licences-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are read as SPDX writes them: one of several is enough, all of those joined are needed', () => {
    const allowed = ['MIT', 'ISC'];
    for (const expression of ['MIT', '(MIT OR GPL-3.0)', 'GPL-3.0 OR (ISC AND MIT)', '(MIT AND ISC)'])
      expect(licences.isAllowed(expression, allowed), expression).to.equal(true);
    for (const expression of ['', 'GPL-3.0', '(MIT AND GPL-3.0)', 'MIT OR', '(MIT', 'MIT)', 'MIT ISC', 'SEE LICENSE IN FILE', 'UNLICENSED'])
      expect(licences.isAllowed(expression, allowed), expression).to.equal(false);
  });

  it('are those of the list, for what is shipped and for tools', async () => {
    const packages = {
      'node_modules/good': { version: '1.0.0', license: 'MIT' },
      'node_modules/tool': { version: '1.0.0', license: 'MPL-2.0', dev: true },
      'node_modules/copyleft': { version: '2.0.0', license: 'MPL-2.0' },
      'node_modules/silent': { version: '3.0.0' },
      'node_modules/elsewhere': { version: '1.0.0', license: 'GPL-3.0' },
    };
    await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    for (const name of ['good', 'tool', 'copyleft', 'silent']) {
      await mkdir(path.join(folder, 'node_modules', name), { recursive: true });
      await writeFile(path.join(folder, 'node_modules', name, 'package.json'), '{}');
    }
    expect(licences.forbidden(folder)).to.deep.equal(['copyleft 2.0.0: MPL-2.0', 'silent 3.0.0: none']);
  });

  it('are all on the list here', () => expect(licences.forbidden(ROOT)).to.deep.equal([]));
});

describe("the product's own licence", () => {
  const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), 'utf8');

  it('is MIT, for the product and for the SDK that plugins build on', async () => {
    expect(await read('LICENSE')).to.match(/^MIT License\n\nCopyright \(c\) 2026 The Postroom authors\n/);
    expect(await read('sdk/LICENSE')).to.equal(await read('LICENSE'));
    const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Readonly<Record<string, { license?: string }>> };
    for (const [manifest, place] of Object.entries({ 'package.json': '', 'sdk/package.json': 'sdk' })) {
      expect(JSON.parse(await read(manifest)), manifest).to.include({ license: 'MIT' });
      expect(packages[place]?.license, `${manifest} in package-lock.json`).to.equal('MIT');
    }
  });
});

describe('package-lock.json', () => {
  it('names no server to download from: the registry of the machine that installs is used', async () => {
    const { packages } = JSON.parse(await readFile(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, { resolved?: string; link?: boolean }>>;
    };
    const named = Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined && entry.link !== true);
    expect(named.map(([place]) => place)).to.deep.equal([]);
  });
});
