// A server whose store does not open says why, once, and leaves the folder as it is.
import '#core/base/injection.js';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { failureOf } from '../../../kit/failureOf.js';

describe('A start without a store', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'postroom-start-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  /** What the start answers, and its log. */
  async function start(): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
    const lines: string[] = [];
    const sink = new Writable({
      write: (line, _encoding, done) => {
        lines.push(String(line));
        done();
      },
    });
    const { code } = await failureOf(openServer({ dataDir, serve: false, log: createLog('warn', sink) }));
    return { code, lines };
  }

  it('writes nothing into a folder on which a restore was interrupted', async () => {
    await writeFile(join(dataDir, 'restore-unfinished'), '2026-11-23T09:00:00.000Z\n');
    expect(await start()).to.deep.equal({ code: 'data/unfinished', lines: [] });
    expect(await readdir(dataDir)).to.deep.equal(['restore-unfinished']);
  });

  it('writes nothing into a folder that another server has', async () => {
    await writeFile(join(dataDir, 'settings.json'), '{}');
    const other = await openServer({ dataDir, serve: false, log: createLog('silent') });
    const before = (await readdir(dataDir, { recursive: true })).sort();
    expect(await start()).to.deep.equal({ code: 'data/locked', lines: [] });
    expect((await readdir(dataDir, { recursive: true })).sort()).to.deep.equal(before);
    await other.close();
  });

  it('is refused on a damaged database, and lets go of the folder', async () => {
    await writeFile(join(dataDir, 'postroom.db'), 'no database');
    for (const _ of [1, 2]) expect(await start()).to.deep.equal({ code: 'data/corrupt', lines: [] });
  });

  it('is refused where boot.json switches the store off, with the way back', async () => {
    await writeFile(join(dataDir, 'boot.json'), '{ "disabled": ["postroom.store-sqlite"] }');
    const failure = await failureOf(openServer({ dataDir, serve: false, log: createLog('silent') }));
    expect(failure.code).to.equal('plugin/no-provider');
    expect(failure.message).to.equal(
      'Postroom cannot start without the service MailStore. postroom.store-postgres or postroom.store-sqlite would, if "enabled" in boot.json named it, and "disabled" did not.',
    );
    expect(await readdir(dataDir)).to.deep.equal(['boot.json']);
  });
});
