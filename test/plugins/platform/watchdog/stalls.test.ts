// Code inside the server that does not end: the server ends, and the next one knows whose it was.
import '#core/base/injection.js';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { plantAmongOurs, type Villain } from '../../../core/plugins/inProcess/villains.js';
import { until } from '../../../kit/until.js';

const PLUGIN = 'villain.never-ends';
const VILLAIN: Villain = {
  name: 'never-ends',
  taps: [{ hook: 'onSort', name: 'scan', stage: 'filter' }],
  // Patient readers would see it end after some thousand years.
  activate: "context.hooks.onSort.tap('scan', function scan() { return /^(a+)+$/.test('a'.repeat(80) + 'b') ? undefined : undefined; });",
  deactivate: "if (process.argv.includes('end')) for (;;);",
  mail: 'held',
  state: 'active',
  said: /never/,
};
const SETTINGS = {
  'plugins.enabled': ['postroom.licensing-pro', PLUGIN],
  accounts: { company: { kind: 'regular', address: 'mail@company.example', users: { andrew: {} } } },
};

describe('a plugin of the product that does not end', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  let dataDir = '';
  let planted: Awaited<ReturnType<typeof plantAmongOurs>>;

  before(async () => {
    await leaks.begin();
    planted = await plantAmongOurs([VILLAIN]);
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-stall-'));
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(SETTINGS));
  });
  after(async () => {
    await planted.remove();
    await rm(dataDir, { recursive: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  const notes = async (): Promise<readonly Record<string, unknown>[]> =>
    JSON.parse(await readFile(path.join(dataDir, 'stalls.json'), 'utf8')) as Record<string, unknown>[];

  /** The next server on the data folder; `said` is its log. */
  async function next(
    use: (run: (command: string, args?: object) => Promise<unknown>, said: () => string) => Promise<void>,
  ): Promise<void> {
    let said = '';
    const log = createLog('info', {
      write: (line) => {
        said += line;
      },
    });
    const server: Server = await openServer({
      dataDir,
      bundledPlugins: planted.folder,
      serve: false,
      log,
      onStall: { afterMs: 60_000, end: () => expect.fail('This one does not stall.') },
    });
    const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
    try {
      await use(
        async (command, args = {}) => server.run(command, args, call),
        () => said,
      );
    } finally {
      await server.close();
    }
  }

  const rowIn = async (
    run: (command: string, args?: object) => Promise<unknown>,
  ): Promise<{ readonly state: string; readonly problems: readonly string[] }> => {
    const rows = (await run('plugins.list')) as readonly {
      readonly plugin: string;
      readonly state: string;
      readonly problems: readonly string[];
    }[];
    return rows.find(({ plugin }) => plugin === PLUGIN) ?? { state: 'gone', problems: [] };
  };

  /** How a server ended that saw a message, or was to end. */
  const stall = (at: 'message' | 'end' | 'schema'): Promise<{ readonly code: unknown; readonly error: string }> => {
    const program = fileURLToPath(new URL('./stallProcess.js', import.meta.url));
    return new Promise((resolve) => {
      execFile(process.execPath, [program, dataDir, planted.folder, at], (failure, _out, stderr) =>
        resolve({ code: failure?.code, error: stderr }),
      );
    });
  };

  it('has the server end with 70 and a note of whose code it was, and where', async () => {
    const { code, error } = await stall('message');
    expect(code, error).to.equal(70);
    expect(error).to.match(/Code of villain\.never-ends did not come to an end/);
    const [note] = await notes();
    expect(note).to.include({ plugin: PLUGIN, isTold: false });
    expect(note?.['where']).to.be.an('array');
    expect(String((note?.['where'] as unknown[] | undefined)?.[1])).to.match(/scan.*never-ends\/plugin\.js:/);
  });

  it('is named by those that follow within the hour, once in the Log, and runs again', async () => {
    await next(async (run, said) => {
      expect(said()).to.match(/Code of villain\.never-ends did not come to an end and let nothing else happen; so at 20.*ended itself/);
      const row = await rowIn(run);
      expect(row.state).to.equal('active');
      expect(row.problems.join()).to.include('did not come to an end');
      await until('the Log has it', async () => JSON.stringify(await run('log.read')).includes('did not come to an end'));
      expect(await notes()).to.have.lengthOf(1);
      expect((await notes())[0]).to.include({ isTold: true });
    });
    await next(async (run) => {
      expect((await rowIn(run)).problems.join()).to.include('did not come to an end');
      const entries = (await run('log.read')) as readonly { readonly text: string }[];
      expect(entries.filter(({ text }) => text.includes('did not come to an end'))).to.have.lengthOf(1);
    });
  });

  it('is told of by the next server only, though that one stalls as well', async () => {
    const note = { at: new Date().toISOString(), plugin: PLUGIN, where: [], isTold: false };
    await writeFile(path.join(dataDir, 'stalls.json'), JSON.stringify([note]));
    expect(await stall('end'), 'in deactivate()').to.include({ code: 70 });
    expect((await notes()).map(({ isTold }) => isTold)).to.deep.equal([true, false]);
  });

  it("is told from a stranger's schema that keeps the server busy: that plugin is named, though no code of it ran", async () => {
    await writeFile(path.join(dataDir, 'stalls.json'), '[]');
    const { code, error } = await stall('schema');
    expect(code, error).to.equal(70);
    expect(error).to.match(/Code of evil\.schema did not come to an end/);
    expect((await notes())[0]).to.include({ plugin: 'evil.schema' });
    await writeFile(
      path.join(dataDir, 'stalls.json'),
      JSON.stringify([{ at: new Date().toISOString(), plugin: PLUGIN, where: [], isTold: true }]),
    );
  });

  it('is left out after the third time within an hour, until somebody enables it', async () => {
    const [note] = await notes();
    await writeFile(path.join(dataDir, 'stalls.json'), JSON.stringify([note, note, note]));
    await next(async (run) => {
      const row = await rowIn(run);
      expect(row.state).to.equal('failed');
      expect(row.problems.join()).to.match(/3 times within an hour.*postroom plugins enable villain\.never-ends/);
      expect(((await run('status')) as { readonly problems: readonly string[] }).problems.join()).to.include('3 times within an hour');
      expect(await run('plugins.enable', { plugin: PLUGIN })).to.include({ state: 'active' });
    });
    await next(async (run) => void expect(await rowIn(run), 'it begins anew').to.include({ state: 'active' }));
  });
});
