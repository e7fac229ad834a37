// `npm run dev`: what a change asks for, what is built, what is shown, and the exchange of the server.
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../../kit/sourceFiles.js';
import { type DevParts, devParts } from './devParts.js';

const COMPILER = { composite: true, module: 'NodeNext', moduleResolution: 'NodeNext', rootDir: '.', outDir: 'dist', types: [] };

describe('npm run dev', () => {
  let parts: DevParts;
  let root: string;
  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  /** A project whose build ends beside it. */
  const project = (folder: string): Promise<void> =>
    put(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions: COMPILER, include: ['*.ts'], exclude: ['dist'] }));

  before(async () => {
    parts = await devParts();
  });
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'postroom-dev-'));
    for (const folder of ['core', 'sdk', 'plugins/cc', 'plugins/platform/store-sqlite']) await project(folder);
  });
  afterEach(() => rm(root, { recursive: true, maxRetries: 3 }));

  it('builds the project of a source, wherever it lies, and the page of the manager', () => {
    const actions = (file: string): unknown => parts.actionsFor(root, file);
    expect(actions('core/flow/sending/relay.ts')).to.deep.equal({ project: 'core' });
    expect(actions('plugins/cc/plugin.ts')).to.deep.equal({ project: 'plugins/cc' });
    expect(actions('plugins/platform/store-sqlite/engine/database.ts')).to.deep.equal({ project: 'plugins/platform/store-sqlite' });
    expect(actions('plugins/admin-ui/web/pages/log.tsx')).to.deep.equal({ page: true });
    expect(parts.projectsBelow(root, 'plugins')).to.deep.equal(['plugins/cc', 'plugins/platform/store-sqlite']);
  });

  it('starts again for what is read at the start, and for nothing that nobody reads', () => {
    for (const file of ['plugins/cc/package.json', 'plugins/platform/store-sqlite/migrations/004.sql', 'core/bin/program.mjs'])
      expect(parts.actionsFor(root, file), file).to.deep.equal({});
    for (const file of [
      'core/dist/main.js',
      'plugins/cc/node_modules/x/package.json',
      'plugins/cc/README.md',
      'core/flow/.sort.ts.swp',
      'sdk/dist/index.d.ts',
    ])
      expect(parts.actionsFor(root, file), file).to.equal(undefined);
  });

  it('shows warnings, what plugins print, and what is no log line; everything where asked for', () => {
    const line = (level: string, more: object = {}): string => JSON.stringify({ level, time: '2026-01-01', msg: 'Words.', ...more });
    expect(parts.shownLine(line('warn', { source: 'postroom.pop3' }), false)).to.equal('  warn postroom.pop3: Words.');
    expect(parts.shownLine(line('error', { stack: 'Error: x\n  at y' }), false)).to.equal('  error Words.\n    Error: x\n      at y');
    expect(parts.shownLine(line('info', { source: 'output' }), false)).to.equal('  info output: Words.');
    expect(parts.shownLine(line('info'), false)).to.equal(undefined);
    expect(parts.shownLine(line('info'), true)).to.equal('  info Words.');
    expect(parts.shownLine('Debugger listening', false)).to.equal('Debugger listening');
    const ready = { pop3: [{ host: '127.0.0.1', port: 1110 }], smtp: [], admin: 'http://127.0.0.1:8110/', problems: ['No device.'] };
    expect(parts.readySentence(ready)).to.equal('POP3 127.0.0.1:1110, manager http://127.0.0.1:8110/\n  No device.');
  });

  it('hears of files that change, come and are replaced, in new folders too, and of no build', async () => {
    const heard = new Set<string>();
    let told: () => void = () => undefined;
    const watching = parts.watchFolders(root, ['core', 'plugins'], (file) => {
      heard.add(file);
      told();
    });
    const hears = async (file: string): Promise<void> => {
      while (!heard.has(file)) await new Promise<void>((resolve) => (told = resolve));
    };
    try {
      await put('core/main.ts', 'export {};\n');
      await hears('core/main.ts');
      await put('plugins/cc/dist/plugin.js', '');
      await mkdir(path.join(root, 'plugins/new'));
      await hears('plugins/new');
      await put('plugins/new/plugin.ts', 'export {};\n');
      await hears('plugins/new/plugin.ts');
      // As editors save: beside, then in place.
      await put('core/main.ts~', 'export {};\n');
      heard.delete('core/main.ts');
      await rename(path.join(root, 'core/main.ts~'), path.join(root, 'core/main.ts'));
      await hears('core/main.ts');
      expect([...heard].filter((file) => file.includes('dist/'))).to.deep.equal([]);
    } finally {
      watching.dispose();
    }
  });

  it('builds the core and plugins, and keeps the server where something is wrong', async function () {
    this.timeout(60_000);
    await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
    await put('core/main.ts', 'export const one: number = 1;\n');
    await put('plugins/cc/plugin.ts', 'export const one: number = 1;\n');
    const events: string[] = [];
    let told: () => void = () => undefined;
    const tell = (event: string): void => {
      events.push(event);
      told();
    };
    /** The next event that says so. */
    const tells = async (what: string): Promise<void> => {
      for (let event = events.shift(); event === undefined || !event.includes(what); event = events.shift())
        if (events.length === 0) await new Promise<void>((resolve) => (told = resolve));
    };
    const builder = new parts.Builder(root, { built: () => tell('built'), failed: (output) => tell(output) });
    try {
      await builder.start();
      expect(events, 'nothing is new at the start').to.deep.equal([]);
      const change = async (folder: string, file: string, text: string): Promise<void> => {
        await put(`${folder}/${file}`, text);
        builder.note({ project: folder });
        builder.build();
      };
      await change('core', 'main.ts', 'export const one: number = 2;\n');
      await tells('built');
      await change('plugins/cc', 'plugin.ts', "export const one: number = '1';\n");
      await tells('plugins/cc/plugin.ts(1,14): error TS2322');
      await change('plugins/cc', 'plugin.ts', 'export const one: number = 3;\n');
      await tells('built');
      await change('core', 'main.ts', "export const one: number = 'x';\n");
      await tells('core/main.ts(1,14): error TS2322');
      builder.note({});
      builder.build();
      expect(events, 'the core is wrong still').to.not.include('built');
      await change('core', 'main.ts', 'export const one: number = 4;\n');
      await tells('built');
    } finally {
      builder.dispose();
    }
  });

  it('exchanges the server for the next one, and ends it', async function () {
    this.timeout(120_000);
    const anywhere = [{ host: '127.0.0.1', port: 0, security: 'plain' }];
    const settings = {
      'plugins.enabled': ['postroom.licensing-lite'],
      'pop3.listen': [],
      'smtp.listen': [],
      'admin-ui.listen': anywhere,
      accounts: {},
    };
    await put('data/settings.json', JSON.stringify(settings));
    const ends: string[] = [];
    const server = new parts.DevServer(ROOT, path.join(root, 'data'), { line: () => undefined, ended: (how) => ends.push(how) });
    try {
      const first = await server.restart();
      expect(first).to.match(/^manager http:\/\/127\.0\.0\.1:\d+\//);
      expect(await server.restart()).to.match(/^manager http/);
      expect(ends).to.deep.equal([]);
    } finally {
      await server.dispose();
    }
    const second = new parts.DevServer(ROOT, path.join(root, 'data', 'settings.json'), {
      line: () => undefined,
      ended: (how) => ends.push(how),
    });
    try {
      expect(await second.restart(), 'no data folder').to.equal(undefined);
      expect(ends).to.deep.equal(['exit code 78']);
    } finally {
      await second.dispose();
    }
  });
});
