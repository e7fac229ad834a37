// What an author is told about code that can't run: by `plugins validate`, and where the plugin should have been activated.
import '#core/base/injection.js';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { packPlugin, verdictOn } from '../../../../kit/packedPlugin.js';

const MANIFEST = {
  name: 'slips',
  publisher: 'acme',
  version: '1.0.0',
  displayName: 'Slips',
  description: 'Slips of the pen.',
  type: 'module',
  main: './plugin.js',
  engines: { postroom: '^1.0.0' },
  files: ['plugin.js', 'lib', 'README.md'],
};

describe('the code of a plugin', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-slips-'));
    await mkdir(path.join(folder, 'lib'));
    await put({ 'package.json': JSON.stringify(MANIFEST), 'README.md': 'Slips.', 'plugin.js': 'export function activate() {}\n' });
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  }
  async function refusal(): Promise<string> {
    try {
      await (await startTestHost({ plugins: [folder] })).stop();
    } catch (error) {
      return String(error);
    }
    return 'nothing';
  }

  it('is read without being run: each file with an error is named, with line and column', async () => {
    const code = `await import('node:fs').then((fs) => fs.writeFileSync(${JSON.stringify(path.join(folder, 'ran'))}, ''));\n`;
    await put({ 'plugin.js': `${code}export function activate() {\n  return 1 === = 2;\n}\n`, 'lib/a.cjs': 'exports.x = {\n  a 1\n' });
    await put({ 'lib/b.js': 'export const fine = 1;\n', 'left-out.js': 'export const x = ;\n' });
    const { problems } = await verdictOn(folder);
    expect(problems).to.have.lengthOf(2);
    expect(problems[0]).to.match(/^lib\/a\.cjs:2:5: Unexpected number$/);
    expect(problems[1]).to.match(/^plugin\.js:3:16: Unexpected token '='$/);
    const refused = await packPlugin(folder).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'plugin/manifest' });
    expect(await readdir(folder), 'nothing ran').to.not.include('ran');
  });

  it('is told of with the place where it should have been activated', async () => {
    await put({ 'plugin.js': "import { x } from './lib/a.js';\nexport const activate = () => x;\n", 'lib/a.js': '\nexport const x = ;\n' });
    expect(await refusal()).to.include("Its code can't be read: lib/a.js:2:18: Unexpected token ';'");
  });

  it('is told of where it needs a file that "files" leaves out', async () => {
    await put({ 'plugin.js': "import { x } from './more.js';\nexport const activate = () => x;\n", 'more.js': 'export const x = 1;\n' });
    expect(await refusal())
      .to.match(/activate\(\) failed: Cannot find module '.*more\.js'/)
      .and.to.include('"files" in its package.json leaves it out');
  });
});

describe('the commands of a plugin', () => {
  it('are to say what they answer: a warning names each that does not', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-unsaid-'));
    const commands = [
      { command: 'slips.said', title: 'Says it', result: { type: 'string' } },
      { command: 'slips.unsaid', title: 'Does not' },
    ];
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...MANIFEST, contributes: { commands } }));
    await writeFile(path.join(folder, 'README.md'), 'Slips.');
    await writeFile(path.join(folder, 'plugin.js'), 'export function activate() {}\n');
    const { problems, warnings } = await verdictOn(folder, { readsCode: false });
    await rm(folder, { recursive: true });
    expect(problems).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      'The command slips.unsaid does not say what it answers: describe the answer in "result", a JSON Schema.',
    ]);
  });
});
