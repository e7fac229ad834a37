// A data folder that a newer Postroom has used: left alone, with a sentence and exit code 78.
import '#core/base/injection.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXIT } from '@postroom/sdk/base';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { programHost } from '#core/programHost.js';
import { runCommandLine } from '#plugins/platform/cli/dist/program.js';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';

describe('data of a newer Postroom', () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-newer-'));
    await (await openServer({ dataDir, serve: false, log: createLog('silent') })).close();
    const connection = await Connection.open(path.join(dataDir, 'postroom.db'), 'write');
    await connection.exec('PRAGMA user_version = 99');
    await connection.close();
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  for (const words of [['config', 'get', 'timer.everyMinutes'], ['serve'], ['plugins', 'list']]) {
    it(`is refused by "postroom ${words.join(' ')}"`, async () => {
      const before = await readFile(path.join(dataDir, 'settings.json'), 'utf8');
      const said: string[] = [];
      const write = process.stderr.write.bind(process.stderr);
      process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
      try {
        expect(await runCommandLine([...words, '--data', dataDir], programHost())).to.equal(EXIT.configuration);
      } finally {
        process.stderr.write = write;
      }
      expect(said.join('')).to.match(
        /postroom\.db was written by a newer Postroom \(data version 99; this one knows \d+\)\. Start the newer version/,
      );
      expect(await readFile(path.join(dataDir, 'settings.json'), 'utf8')).to.equal(before);
    });
  }
});
