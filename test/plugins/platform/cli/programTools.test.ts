// What a word of the command line gets: commands in the server that runs on the folder, or in one that is opened for them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { programHost } from '#core/programHost.js';
import { controlPath } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { programTools } from '#plugins/platform/cli/dist/programTools.js';
import { failureOf } from '../../../kit/failureOf.js';
import { Postroom } from '../../../kit/postroom.js';

describe('the tools of a word', () => {
  const leaks = leakCheck();
  const tools = programTools(programHost(), 'mend');
  let office: Postroom;
  let control: Disposable | undefined;
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(async () => {
    await control?.dispose();
    control = undefined;
    await office.stop();
  });

  /** Who made the last change of the settings. */
  const author = async (): Promise<unknown> => {
    const [last] = (await office.run('config.history', {})) as readonly { readonly author: string }[];
    return last?.author;
  };
  const change = { key: 'timer.everyMinutes', value: '7' };

  it('run commands in the server that runs, in the name of the word', async () => {
    control = await tools.serveControl(office.server);
    const answer = await tools.withCommands(office.dataDir, async (run, isRunning) => ({
      isRunning,
      set: await run('config.set', change),
    }));
    expect(answer).to.deep.include({ isRunning: true });
    expect(await author()).to.equal('mend');
    expect(await office.run('config.get', { key: change.key })).to.equal(7);
  });

  it('run them in a server of their own where none runs, and close it', async () => {
    await office.close();
    expect(
      await tools.withCommands(office.dataDir, async (run, isRunning) => [
        isRunning,
        ((await run('config.set', change)) as object) !== undefined,
      ]),
    ).to.deep.equal([false, true]);
    await office.open();
    expect(await author()).to.equal('mend');
  });

  it('close that server where the work fails', async () => {
    await office.close();
    const failure = await failureOf(tools.withCommands(office.dataDir, (run) => run('config.get', { key: 'no.such.setting' })));
    expect(failure.code).to.equal('settings/unknown-key');
    await office.open();
  });

  it('say so where the server ends meanwhile', async () => {
    control = await tools.serveControl(office.server);
    const failure = await failureOf(
      tools.withCommands(office.dataDir, async (run) => {
        await control?.dispose();
        return run('config.get', { key: change.key });
      }),
    );
    expect(failure.code).to.equal('command/not-running');
    expect(failure.message).to.equal('The server was stopped meanwhile. Run mend again.');
  });

  it('take the socket and the key away with the control socket', async () => {
    control = await tools.serveControl(office.server);
    const files = [controlPath(office.dataDir), path.join(office.dataDir, 'control.key')];
    expect(files.map((file) => existsSync(file))).to.deep.equal([true, true]);
    await control.dispose();
    control = undefined;
    expect(files.map((file) => existsSync(file))).to.deep.equal([false, false]);
  });
});
