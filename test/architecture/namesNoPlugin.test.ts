// The core names no plugin: neither its id, nor a setting or command of it, nor an edition, nor the engine and the files of one that provides a service.
// What the core needs of plugins it finds by what their manifests declare.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import { expect } from 'chai';
import { CORE_PROPERTIES } from '#core/configuration/schema/coreProperties.js';
import { ROOT, type SourceFile, sourcesIn } from '../kit/sourceFiles.js';

/** Something that stands for a plugin, and how it looks in a source. */
interface PluginName {
  readonly name: string;
  readonly pattern: RegExp;
}

/** Engines that a store may have. */
const ENGINES: readonly string[] = ['sqlite', 'postgres', 'postgresql', 'mysql', 'mariadb', 'rocksdb'];
/** Files of the data folder that are, or will be, a plugin's own. */
const FILES: readonly string[] = ['postroom.db', 'settings.json', 'settings.schema.json', 'secrets.json', 'secret.key'];

/** Where a name stands all the same, each with its reason. The list only gets shorter: an exception that is not needed any more fails the test. */
const EXCEPTIONS: readonly { readonly file: string; readonly name: string; readonly because: string }[] = [
  ...['core/cli/', 'core/testing.ts'].map((file) => ({
    file,
    name: 'settings.json',
    because: 'the settings file moves to a plugin',
  })),
  ...[
    ...['accounts.list', 'accounts.kinds', 'accounts.add', 'accounts.change', 'accounts.set-password', 'accounts.suggest-kind'],
    ...['accounts.advice', 'users.add', 'users.set-password', 'config.get', 'config.set'],
  ].map((name) => ({ file: 'core/cli/', name, because: 'the setup and the demo move to plugins, which may name commands' })),
  { file: 'core/cli/demo.ts', name: 'send-receive', because: 'the demo moves to a plugin, which may name commands' },
];

function manifests(): readonly PluginManifest[] {
  const files = readdirSync(path.join(ROOT, 'plugins'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => path.basename(file) === 'package.json' && !file.includes('node_modules'))
    .map((file) => JSON.parse(readFileSync(path.join(ROOT, 'plugins', file), 'utf8')) as PluginManifest);
}

/**
 * All that stands for the plugins in `declared`: as a word by itself, and settings by their beginning too where a text begins with that. A command of one
 * word (`status`) is a word of everybody's: it names the command where it is run, or compared with one. What is called (`log.read(`) is no name.
 */
function namesIn(declared: readonly PluginManifest[]): readonly PluginName[] {
  const commands = declared.flatMap(({ contributes }) => (contributes?.commands ?? []).map(({ command }) => command));
  const words = declared.flatMap(({ publisher, name, contributes }) => [
    `${publisher}.${name}`,
    ...Object.keys(contributes?.configuration?.properties ?? {}),
    ...(contributes?.edition === undefined ? [] : [contributes.edition.name]),
  ]);
  const settings = declared.flatMap(({ contributes }) => Object.keys(contributes?.configuration?.properties ?? {}));
  const begins = (keys: readonly string[]): readonly string[] => keys.flatMap((key) => /^[^.]+\./.exec(key)?.[0] ?? []);
  const own = begins(Object.keys(CORE_PROPERTIES));
  const prefixes = new Set(begins(settings).filter((begin) => !own.includes(begin)));
  return [
    ...[...new Set([...words, ...commands.filter((command) => command.includes('.'))])].map((name) => ({
      name,
      pattern: new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w(-])`),
    })),
    ...commands
      .filter((command) => !command.includes('.'))
      .map((name) => ({ name, pattern: new RegExp(`(?:\\brun\\(|\\bcommand(?::| [!=]==) )['"\`]${escaped(name)}['"\`]`) })),
    ...[...prefixes].map((name) => ({ name, pattern: new RegExp(`['"\`]${escaped(name)}`) })),
  ];
}

const OF_SERVICES: readonly PluginName[] = [
  ...ENGINES.map((name) => ({ name, pattern: new RegExp(name, 'i') })),
  ...FILES.map((name) => ({ name, pattern: new RegExp(`['"\`]${escaped(name)}(?:-\\w+|\\.next)?['"\`]`) })),
];

function escaped(text: string): string {
  return text.replaceAll('.', '\\.');
}

/** `file: name` for every name that a source holds, comments included. */
function mentions(files: readonly SourceFile[], names: readonly PluginName[]): readonly { readonly file: string; readonly name: string }[] {
  return files.flatMap((file) => names.filter(({ pattern }) => pattern.test(file.text)).map(({ name }) => ({ file: file.name, name })));
}

function isExcepted({ file, name }: { readonly file: string; readonly name: string }, exception: (typeof EXCEPTIONS)[number]): boolean {
  return name === exception.name && (exception.file.endsWith('/') ? file.startsWith(exception.file) : file === exception.file);
}

describe('the core', () => {
  const names = [...namesIn(manifests()), ...OF_SERVICES];
  const found = mentions(sourcesIn('core'), names);

  it('names no plugin of the product, and nothing that is of one', () => {
    const breaches = found.filter((each) => !EXCEPTIONS.some((exception) => isExcepted(each, exception)));
    expect(breaches.map(({ file, name }) => `${file}: ${name}`)).to.deep.equal([]);
  });

  it('needs every exception that is made', () => {
    const unneeded = EXCEPTIONS.filter((exception) => !found.some((each) => isExcepted(each, exception)));
    expect(unneeded.map(({ file, name }) => `${file}: ${name}`)).to.deep.equal([]);
  });

  it('would be seen naming one: an id, a setting, the beginning of one, a command, an edition, an engine, a file', () => {
    expect(names.length).to.be.above(100);
    const texts: Readonly<Record<string, string>> = {
      'postroom.cc': "enable('postroom.cc')",
      'timer.everyMinutes': '// A setting such as timer.everyMinutes.',
      'pop3.': `const key = \`pop3.\${name}\`;`,
      'smtp.test-login': "run('smtp.test-login')",
      doctor: "if (command === 'doctor') return;",
      status: "server.run('status', {}, call)",
      licence: "if (command === 'licence') return;",
      Lite: "'No more than Lite has.'",
      sqlite: "import { SqliteStore } from './x.js';",
      'postroom.db': "join(folder, 'postroom.db-wal')",
    };
    for (const [name, text] of Object.entries(texts)) {
      const seen = mentions([{ name: 'core/x.ts', text, imports: [] }], names).map((each) => each.name);
      expect(seen, text).to.include(name);
    }
    for (const text of [
      "protocol === 'pop3'",
      'this.timer.unref()',
      'const cc = user.cc;',
      'smtp.hostile',
      'literal',
      'Profile',
      '// the doctor says so',
      "type: 'licence'",
      '// the status of it',
    ])
      expect(mentions([{ name: 'core/x.ts', text, imports: [] }], names), text).to.deep.equal([]);
  });
});
