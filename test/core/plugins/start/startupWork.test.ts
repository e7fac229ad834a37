// What plugins do within the start: when all of them are active, and before mail moves.
import '#core/base/injection.js';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import type { PluginHost } from '#core/plugins/pluginHost.js';
import { StartupWork } from '#core/plugins/start/startupWork.js';

describe('work within the start', () => {
  let said: string[];
  let logged: string;
  let settle: () => void;
  let startup: StartupWork;
  beforeEach(() => {
    said = [];
    logged = '';
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const log = createLog('error', {
      write: (line: string) => {
        logged += line;
      },
    });
    startup = new StartupWork({ settled: () => settled } as unknown as PluginHost, log);
  });

  const say = (text: string) => async (): Promise<void> => {
    said.push(`${text} begins`);
    await Promise.resolve();
    said.push(`${text} ends`);
  };

  it('waits for the plugins, is done one after the other, and the start waits for it', async () => {
    startup.whenActive(say('one'));
    startup.whenActive(say('two'));
    expect(said).to.deep.equal([]);
    await startup.begin();
    expect(said).to.deep.equal(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('does not keep the server from starting where it fails', async () => {
    startup.whenActive(() => Promise.reject(new Error('The disk is full.')));
    startup.whenActive(say('two'));
    await startup.begin();
    expect(said).to.deep.equal(['two begins', 'two ends']);
    expect(logged).to.include('The disk is full.');
  });

  it('is called off with its plugin', async () => {
    const work = startup.whenActive(say('one'));
    void work.dispose();
    await startup.begin();
    const late = startup.whenActive(say('late'));
    void late.dispose();
    settle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).to.deep.equal([]);
  });

  it('of a plugin that is switched on later waits for those that are switched with it', async () => {
    await startup.begin();
    startup.whenActive(say('late'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).to.deep.equal([]);
    settle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).to.deep.equal(['late begins', 'late ends']);
  });
});
