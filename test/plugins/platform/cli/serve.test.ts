import '#core/base/injection.js';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { programHost } from '#core/programHost.js';
import { controlPath } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { openProgramLog } from '#plugins/platform/cli/dist/programLog.js';
import { serve } from '#plugins/platform/cli/dist/serve.js';

describe('postroom serve', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-serve-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('ends the server where nobody could command it', async () => {
    // No edition, so that no port is opened.
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify({ 'plugins.disabled': ['postroom.admin-ui'] }));
    await mkdir(path.join(controlPath(dataDir), 'in-the-way'), { recursive: true });
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (() => true) as typeof write;
    const failure = await serve({ data: dataDir, json: true }, await openProgramLog(true, programHost()), programHost())
      .catch((error: unknown) => error)
      .finally(() => {
        process.stderr.write = write;
      });
    expect(failure).to.be.an('error');
    const next = await openServer({ dataDir, serve: false, log: createLog('silent') });
    await next.close();
  });
});
