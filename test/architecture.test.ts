// Who may know whom. Reads the imports of the sources, so that a breach is a failing test with the two names in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '@postroom/sdk';
import { expect } from 'chai';
import { importCircles } from './kit/importCircles.js';
import { ROOT, type SourceFile, sourcesIn } from './kit/sourceFiles.js';

/** The folders of the core, each with those that it may import from. `bootstrap.ts` sees everything; what is not named is shut. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  mail: ['base'],
  hooking: ['base', 'mail'],
  hooks: ['base', 'mail', 'hooking'],
  schemas: [],
  configuration: ['base', 'schemas'],
  directory: ['base', 'configuration'],
  plugins: ['base', 'mail', 'hooking', 'hooks', 'schemas', 'configuration', 'directory'],
  flow: ['base', 'mail', 'hooking', 'hooks', 'configuration', 'directory'],
  service: ['base', 'hooking', 'hooks', 'configuration', 'plugins', 'flow'],
};
const MAIL_PROTOCOLS = /^(nodemailer|smtp-server|node:net\/|smtp-|pop3)/;
const SQLITE = 'plugins/platform/store-sqlite/';
const POSTGRES = 'plugins/store-postgres/';
const SQL = /\b(SELECT\s+[\w*(]|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA\s+\w)/;

const core = sourcesIn('core');
const sdk = sourcesIn('sdk');
const plugins = sourcesIn('plugins');
const product = [...sdk, ...core, ...plugins];

/** `file -> import` for every import that `isBreach` says is one. */
function breaches(files: readonly SourceFile[], isBreach: (imported: string, file: SourceFile) => boolean): readonly string[] {
  return files.flatMap((file) =>
    file.imports.filter((imported) => isBreach(imported, file)).map((imported) => `${file.name} -> ${imported}`),
  );
}

function holding(files: readonly SourceFile[], text: RegExp): readonly string[] {
  return files.filter((file) => text.test(file.text)).map((file) => file.name);
}

/** The folder of the plugin that a file belongs to. */
function ownFolder(name: string): string {
  const steps = name.split('/');
  return steps.slice(0, steps[1] === 'platform' ? 3 : 2).join('/');
}

/** The first folder below `core`, '' for its own files. */
function folderOf(name: string): string {
  const [, folder = '', rest] = name.split('/');
  return rest === undefined ? '' : folder;
}

describe('the layers', () => {
  it('find sources to read', () => {
    expect(core.length).to.be.greaterThan(50);
    expect(plugins.length).to.be.greaterThan(50);
    expect(core.find((file) => file.name === 'core/bootstrap.ts')?.imports).to.include.members([
      'inversify',
      'core/flow/flowBindings.ts',
      '@postroom/sdk',
    ]);
  });

  it('have no output of the compiler beside them', () => {
    const beside = ['core', 'sdk', 'plugins', 'test'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.d\.ts$|\.js\.map$/.test(name) && !/(^|[\\/])(dist|web-dist|node_modules)[\\/]/.test(name))
        .map((name) => `${folder}/${name}`),
    );
    expect(beside).to.deep.equal([]);
  });

  it('let the SDK import nothing of ours', () => {
    expect(breaches(sdk, (imported) => /^(core|plugins|#|postroom)/.test(imported))).to.deep.equal([]);
  });

  it('let the core import the SDK by its name only, and no plugin', () => {
    expect(breaches(core, (imported) => /^(sdk|plugins|test|#)/.test(imported))).to.deep.equal([]);
  });

  it('let a plugin import the SDK and itself: never the core, never another plugin', () => {
    const isForeign = (imported: string, file: SourceFile): boolean => {
      const own = ownFolder(file.name);
      return /^(core|sdk|test|#)/.test(imported) || (imported.startsWith('plugins/') && !imported.startsWith(`${own}/`));
    };
    expect(breaches(plugins, isForeign)).to.deep.equal([]);
  });

  it('keep the testing kit out of the product, but for the practice ISP, the demo and the test host', () => {
    const inProduct = [...core, ...plugins].filter(
      ({ name }) => name !== 'core/testing.ts' && !/^plugins\/(?:demo|practice-isp)\//.test(name),
    );
    expect(breaches(inProduct, (imported) => imported.startsWith('@postroom/sdk/testing'))).to.deep.equal([]);
  });

  it('let each folder of the core import those below it', () => {
    const folders = [...new Set(core.map((file) => folderOf(file.name)))].filter((folder) => folder !== '');
    expect(folders.filter((folder) => LAYERS[folder] === undefined)).to.deep.equal([]);
    const isUpward = (imported: string, file: SourceFile): boolean => {
      const from = folderOf(file.name);
      const to = folderOf(imported);
      return from !== '' && imported.startsWith('core/') && to !== '' && to !== from && !LAYERS[from]?.includes(to);
    };
    expect(breaches(core, isUpward)).to.deep.equal([]);
  });

  it('let only what stands at the door open a whole server', () => {
    const AT_THE_DOOR = ['core/programHost.ts', 'core/testing.ts'];
    const isTop = (imported: string): boolean => imported === 'core/bootstrap.ts' || imported === 'core/main.ts';
    expect(breaches(core, (imported, file) => isTop(imported) && !AT_THE_DOOR.includes(file.name))).to.deep.equal([]);
  });
});

describe('the imports', () => {
  it('go in no circle, not even for the sake of a type', () => {
    expect(importCircles(product)).to.deep.equal([]);
  });

  it('would be seen going in one', () => {
    const file = (name: string, ...imports: string[]): SourceFile => ({ name, text: '', imports });
    const circle = [file('a.ts', 'node:net', 'b.ts'), file('b.ts', 'c.ts'), file('c.ts', 'd.ts', 'b.ts'), file('d.ts')];
    expect(importCircles(circle)).to.deep.equal(['b -> c -> b']);
  });
});

describe('the store', () => {
  it('imports sqlite3 in one file', () => {
    expect(product.filter((file) => file.imports.includes('sqlite3')).map((file) => file.name)).to.deep.equal([
      `${SQLITE}engine/connection.ts`,
    ]);
  });

  it('imports pg in the room of its engine', () => {
    const isForeign = ({ name }: SourceFile): boolean => !name.startsWith(`${POSTGRES}engine/`);
    expect(breaches(product, (imported, file) => /^pg(-|$)/.test(imported) && isForeign(file))).to.deep.equal([]);
  });

  it('is the only place that knows its engine, and its files', () => {
    const others = product.filter(({ name }) => !name.startsWith(SQLITE));
    expect(holding(others, /sqlite3/)).to.deep.equal([]);
    expect(holding(others, /['"`/](postroom\.(db|lock|pid)|last-commit|restore-unfinished|restoring\.part|ballast)\b/)).to.deep.equal([]);
  });

  it('is the only place with SQL', () => {
    expect(holding(product, SQL).filter((name) => !/^plugins\/(platform\/)?store-/.test(name))).to.deep.equal([]);
    expect(holding(plugins, SQL)).to.not.deep.equal([]);
  });
});

describe('mailparser', () => {
  it('is imported in one file, which nothing imports: it runs in a thread of its own', () => {
    const [only, ...more] = product.filter((file) => file.imports.includes('mailparser')).map((file) => file.name);
    expect([only, more]).to.deep.equal(['core/mail/contentWorker.ts', []]);
    const importers = product.filter((file) => /^import (?!type\b).*contentWorker/m.test(file.text)).map((file) => file.name);
    expect(importers).to.deep.equal([]);
  });

  it('has no say in what becomes of a message: no step of its life and no plugin of the product asks for parsed content', () => {
    const asking = holding(product, /\bmail\.content\(/);
    expect(asking).to.deep.equal(['plugins/platform/isolation/calls/messageHandles.ts']);
  });
});

describe('the core', () => {
  it('knows no mail protocol', () => {
    expect(breaches(core, (imported) => MAIL_PROTOCOLS.test(imported))).to.deep.equal([]);
    expect(breaches(plugins, (imported) => MAIL_PROTOCOLS.test(imported))).to.not.deep.equal([]);
  });

  it('speaks no mail protocol', () => {
    expect(holding(core, /['"`](EHLO|HELO|MAIL FROM|RCPT TO|RETR|UIDL|DELE|STARTTLS|STLS|CAPA)\b[^'"`]*['"`]/)).to.deep.equal([]);
  });

  it('remembers what it remembers in one place', () => {
    expect(holding(core, /forPlugin\('core'\)/)).to.deep.equal(['core/base/coreState.ts']);
  });

  it('makes no service id for the steps of a message: each class is its own id', () => {
    const rooms = core.filter(({ name }) => /^core\/(flow|service)\//.test(name));
    expect(rooms.length).to.be.greaterThan(40);
    expect(holding(rooms, /createServiceId</)).to.deep.equal([]);
  });

  it('writes to the log or as the command line does, never to the console', () => {
    expect(holding(product, /\bconsole\.(log|info|debug|warn)\(/)).to.deep.equal([]);
  });
});

/** Every folder of a plugin: those in `plugins`, and those in the folder of a pack without code. */
function pluginFolders(): readonly string[] {
  const below = (folder: string): readonly string[] =>
    readdirSync(path.join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(path.join(ROOT, folder, entry.name, 'package.json')))
      .map((entry) => `${folder}/${entry.name}`);
  return below('plugins').flatMap((folder) => (isPack(folder) ? [folder, ...below(folder)] : [folder]));
}

function manifestIn(folder: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
}

function isPack(folder: string): boolean {
  return manifestIn(folder)['main'] === undefined;
}

describe('a plugin folder', () => {
  for (const folder of pluginFolders()) {
    it(`${folder.slice('plugins/'.length)} has its manifest, its taps on one screen, its page and its build`, () => {
      const code = isPack(folder) ? [] : ['plugin.ts', 'tsconfig.json'];
      const missing = ['package.json', 'README.md', ...code].filter((file) => !existsSync(path.join(ROOT, folder, file)));
      expect(missing).to.deep.equal([]);
      const main = isPack(folder) ? {} : { main: './dist/plugin.js' };
      expect(manifestIn(folder)).to.include({ name: path.basename(folder), publisher: 'postroom', type: 'module', ...main });
    });
  }
});

describe('the table of error codes', () => {
  const known = Object.keys(ERROR_CODES);
  const table = 'sdk/errors.ts';
  const areas = [...new Set(known.map((code) => code.split('/')[0]))].join('|');

  it('has every code that is used', () => {
    const used = product.flatMap(({ text }) => [...text.matchAll(/new PostroomError\(\s*'([^']+)'/g)].map(([, code]) => code));
    expect([...new Set(used)].filter((code) => code !== undefined && !known.includes(code))).to.deep.equal([]);
  });

  it('has no code that nobody uses', () => {
    const quoted = new RegExp(`'((?:${areas})/[a-z-]+)'`, 'g');
    const used = new Set(
      product.filter(({ name }) => name !== table).flatMap(({ text }) => [...text.matchAll(quoted)].map(([, code]) => code)),
    );
    expect(known.filter((code) => !used.has(code))).to.deep.equal([]);
  });
});
