// Words that plugins of the product add to the command line: declared in manifests, imported when they are typed.
import '#core/base/injection.js';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommandDeclaration } from '@postroom/sdk';
import { expect } from 'chai';
import { programHost } from '#core/programHost.js';
import { commandTable } from '#plugins/platform/cli/dist/commandTable.js';
import { runCommandLine } from '#plugins/platform/cli/dist/program.js';
import { contributedWords } from '#plugins/platform/cli/dist/words.js';
import { writePlugin } from '../../../kit/writtenPlugin.js';

/** Answers 7, and keeps what it got where the test finds it. */
const RUN = `export const run = (options, tools) => { globalThis.wordRan = { options, tools: Object.keys(tools) }; return Promise.resolve(7); };`;
const OPTIONS = [
  { flag: '--data <folder>', description: 'the data folder' },
  { flag: '--from <file>', description: 'a file' },
  { flag: '--once', description: 'end soon' },
];
const word = (name: string, module = './run.js', options: readonly object[] = []): object => ({
  word: name,
  title: `Does ${name}`,
  module,
  options,
});

describe('words of the command line', () => {
  const kept = globalThis as { wordRan?: { readonly options: object; readonly tools: readonly string[] } };
  let folder: string;
  let bundled: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-words-'));
    bundled = path.join(folder, 'bundled');
  });
  afterEach(async () => {
    delete kept.wordRan;
    await rm(folder, { recursive: true });
  });

  /** What the command line said, and its exit code. */
  async function type(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
    const said: string[] = [];
    const [out, error] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)];
    const keep = (text: string): boolean => said.push(text) > 0;
    process.stdout.write = keep as typeof out;
    process.stderr.write = keep as typeof error;
    try {
      const code = await runCommandLine(words, programHost(bundled));
      return { code, said: said.join('') };
    } finally {
      process.stdout.write = out;
      process.stderr.write = error;
    }
  }

  it('run the module that the manifest names, with its options by name and with tools; its exit code is that of the program', async () => {
    await writePlugin(bundled, 'letters', { contributes: { programs: [word('post', './run.js', OPTIONS)] } }, { 'run.js': RUN });
    expect((await type('post', '--from', 'x.json', '--data', folder)).code).to.equal(7);
    expect(kept.wordRan?.options).to.deep.equal({ data: folder, from: 'x.json', once: false });
    expect(kept.wordRan?.tools).to.include.members([
      'openServer',
      'standalone',
      'createLog',
      'withCommands',
      'serveControl',
      'untilEnd',
      'show',
    ]);
    await type('post', '--once');
    expect(kept.wordRan?.options).to.deep.equal({ data: 'data', once: true });
  });

  it('are not imported before they are typed: help shows them by their titles', async () => {
    const modules = { 'run.js': 'throw new Error("It was imported.");' };
    await writePlugin(bundled, 'letters', { contributes: { programs: [word('post', './run.js', OPTIONS)] } }, modules);
    const { code, said } = await type('--help');
    expect(code).to.equal(0);
    expect(said)
      .to.match(/^ {2}post \[options\] +Does post$/m)
      .and.match(/^ {2}serve /m);
    expect((await type('post', '--help')).said).to.match(
      /--data <folder> +the data folder \(default: "data"\)\n +--from <file> +a file\n +--once +end soon/,
    );
    const failed = await type('post');
    expect(failed).to.deep.equal({ code: 1, said: 'It was imported.\n' });
  });

  it('refuse what they do not declare', async () => {
    await writePlugin(bundled, 'letters', { contributes: { programs: [word('post')] } }, { 'run.js': RUN });
    const { code, said } = await type('post', '--nonsense');
    expect(code).to.equal(2);
    expect(said).to.include("error: unknown option '--nonsense'");
    expect(kept.wordRan).to.equal(undefined);
  });

  it('come from plugins of the product alone', async () => {
    const dataDir = path.join(folder, 'data');
    await writePlugin(path.join(dataDir, 'plugins'), 'letters', { contributes: { programs: [word('post')] } }, { 'run.js': RUN });
    const { code, said } = await type('post', '--data', dataDir);
    expect(code).to.equal(2);
    expect(said).to.include("error: unknown command 'post'");
    expect(kept.wordRan).to.equal(undefined);
  });

  it('keep their names from commands that strangers declare', async () => {
    const declaration = (command: string): CommandDeclaration => ({ command, title: command, arguments: { type: 'object' } });
    await writePlugin(bundled, 'letters', { contributes: { programs: [word('post')] } }, { 'run.js': RUN });
    const dataDir = path.join(folder, 'data');
    const commands = ['post', 'post.all', 'serve', 'other'].map(declaration);
    await writePlugin(path.join(dataDir, 'plugins'), 'theirs', { main: './main.js', contributes: { commands } }, { 'main.js': '' });
    const installed = await programHost(bundled).installed(dataDir);
    const fitting = commandTable(installed, ['serve', 'post']).declarations.map(({ command }) => command);
    expect(fitting.filter((command) => commands.some((each) => each.command === command))).to.deep.equal(['other']);
    expect((await type('post', '--data', dataDir)).said).to.include("error: unknown option '--data'");
  });

  it('of the product have modules that are there, also among the few files, and names that no command has', async () => {
    const installed = await programHost().installed();
    const words = contributedWords(installed);
    expect(words.map((each) => each.word).toSorted()).to.deep.equal(['demo', 'setup']);
    const commands = commandTable(installed, []).declarations.flatMap(({ command }) => [command, command.split('.')[0] ?? '']);
    for (const { word: name, plugin, module } of words) {
      expect(commands).to.not.include(name);
      expect(existsSync(path.join(plugin.folder, module)), module).to.equal(true);
      expect(existsSync(path.join(plugin.folder, 'dist', 'bundle', path.basename(module))), `${module} in few files`).to.equal(true);
    }
  });
});
