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
  store: ['base'],
  mail: ['base'],
  hooking: ['base', 'mail'],
  configuration: ['base', 'store'],
  directory: ['base', 'configuration'],
  backup: ['base', 'store', 'configuration'],
  figures: ['base', 'store'],
  host: ['base', 'store', 'mail', 'hooking', 'configuration', 'directory'],
  flow: ['base', 'mail', 'hooking', 'configuration', 'directory'],
  review: ['base', 'mail', 'configuration', 'directory', 'flow'],
  service: ['base', 'hooking', 'host', 'flow'],
  maintenance: ['base', 'store', 'mail', 'configuration', 'directory', 'flow'],
  doctor: ['base', 'store', 'hooking', 'configuration', 'directory', 'host', 'flow', 'maintenance'],
  commands: [
    ...['base', 'store', 'mail', 'hooking', 'configuration', 'directory'],
    ...['backup', 'doctor', 'figures', 'flow', 'review', 'host', 'service', 'maintenance'],
  ],
  cli: ['base', 'store', 'configuration', 'directory', 'backup', 'doctor', 'host', 'commands'],
};
/** Backups are files of the database engine. */
const KNOW_THE_ENGINE = ['store', 'backup'];
const MAIL_PROTOCOLS = /^(nodemailer|smtp-server|node:net\/|smtp-|pop3)/;
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
      'core/flow/messageFlow.ts',
      '@postroom/sdk',
    ]);
  });

  it('let the SDK import nothing of ours', () => {
    expect(breaches(sdk, (imported) => /^(core|plugins|#|postroom)/.test(imported))).to.deep.equal([]);
  });

  it('let the core import the SDK by its name only, and no plugin', () => {
    expect(breaches(core, (imported) => /^(sdk|plugins|test|#)/.test(imported))).to.deep.equal([]);
  });

  it('let a plugin import the SDK and itself: never the core, never another plugin', () => {
    const isForeign = (imported: string, file: SourceFile): boolean => {
      const own = file.name.split('/').slice(0, 2).join('/');
      return /^(core|sdk|test|#)/.test(imported) || (imported.startsWith('plugins/') && !imported.startsWith(`${own}/`));
    };
    expect(breaches(plugins, isForeign)).to.deep.equal([]);
  });

  it('keep the testing kit out of the product, but for the practice ISP, the demo and the test host', () => {
    const inProduct = [...core, ...plugins].filter(
      (file) => !['core/cli/demo.ts', 'core/testing.ts'].includes(file.name) && !file.name.startsWith('plugins/practice-isp/'),
    );
    expect(breaches(inProduct, (imported) => imported === '@postroom/sdk/testing')).to.deep.equal([]);
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
    const isTop = (imported: string): boolean => imported === 'core/bootstrap.ts' || imported === 'core/main.ts';
    expect(
      breaches(core, (imported, file) => isTop(imported) && folderOf(file.name) !== 'cli' && file.name !== 'core/testing.ts'),
    ).to.deep.equal([]);
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
      'core/store/sqlite/connection.ts',
    ]);
  });

  it('is the only place that knows its engine', () => {
    const isEngine = (imported: string, file: SourceFile): boolean =>
      imported.startsWith('core/store/sqlite/') && file.name !== 'core/bootstrap.ts' && !KNOW_THE_ENGINE.includes(folderOf(file.name));
    expect(breaches(core, isEngine)).to.deep.equal([]);
  });

  it('is the only place with SQL', () => {
    expect(holding(product, SQL).filter((name) => !name.startsWith('core/store/'))).to.deep.equal([]);
    expect(holding(core, SQL)).to.not.deep.equal([]);
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
    expect(asking).to.deep.equal(['core/host/isolated/messageHandles.ts']);
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

  it('writes to the log or as the command line does, never to the console', () => {
    expect(holding(product, /\bconsole\.(log|info|debug|warn)\(/)).to.deep.equal([]);
  });
});

describe('a plugin folder', () => {
  for (const name of readdirSync(path.join(ROOT, 'plugins')).sort()) {
    it(`${name} has its manifest, its taps on one screen, its page and its build`, () => {
      const folder = path.join(ROOT, 'plugins', name);
      const missing = ['package.json', 'plugin.ts', 'README.md', 'tsconfig.json'].filter((file) => !existsSync(path.join(folder, file)));
      expect(missing).to.deep.equal([]);
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
      expect(manifest).to.include({ name, publisher: 'postroom', type: 'module', main: './dist/plugin.js' });
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
