import type { PortListener } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';

describe('doors', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let told: string[];
  let doors: Ports;
  beforeEach(() => {
    told = [];
    doors = new Ports((plugin, sentence) => void told.push(`${plugin}: ${sentence}`));
  });

  function listener(name: string, more: Partial<PortListener> = {}): PortListener {
    return {
      name,
      start: async () => {
        told.push(`open ${name}`);
        return [{ protocol: 'pop3', host: '127.0.0.1', port: 110, security: 'plain' }];
      },
      stop: async () => void told.push(`close ${name}`),
      ...more,
    };
  }

  it('stay closed until the service begins, however often they are settled', async () => {
    doors.add('a', listener('mail'));
    await doors.settle(true);
    expect(told).to.deep.equal([]);
    doors.begin();
    await doors.settle(true);
    await doors.settle(true);
    expect(told).to.deep.equal(['open mail']);
    expect(doors.ports).to.deep.equal([{ protocol: 'pop3', host: '127.0.0.1', port: 110, security: 'plain', plugin: 'a' }]);
  });

  it('for mail close without a licence, the manager stays', async () => {
    doors.add('a', listener('mail'));
    doors.add('b', listener('manager', { withoutLicence: true }));
    doors.begin();
    await doors.settle(false);
    expect(told).to.deep.equal(['open manager']);
    await doors.settle(true);
    await doors.settle(false);
    expect(told).to.deep.equal(['open manager', 'open mail', 'close mail']);
  });

  it('that were closed for a plugin that leaves do not open again when the licence is looked at meanwhile', async () => {
    const added = doors.add('a', listener('mail'));
    doors.begin();
    await doors.settle(true);
    await doors.close('a');
    await doors.settle(true);
    expect(told).to.deep.equal(['open mail', 'close mail']);
    await added.dispose();
    expect(doors.ports).to.deep.equal([]);
    doors.add('a', listener('mail again'));
    await doors.settle(true);
    expect(told.at(-1), 'the plugin came back').to.equal('open mail again');
  });

  it('reopen after a change of ports, and only where they may be open', async () => {
    doors.add('a', listener('mail'));
    doors.begin();
    await doors.settle(true);
    await doors.reopen('a');
    expect(told).to.deep.equal(['open mail', 'close mail', 'open mail']);
    await doors.settle(false);
    await doors.reopen('a');
    expect(told.at(-1)).to.equal('close mail');
  });

  it('tell of a port that could not be opened, and let the others open', async () => {
    const taken = { protocol: 'pop3', host: '127.0.0.1', port: 110, security: 'plain', problem: 'Port 110 is in use.' } as const;
    doors.add('a', listener('broken', { start: () => Promise.reject(new Error('no luck')) }));
    doors.add('b', listener('half', { start: async () => [taken] }));
    doors.add('c', listener('good'));
    doors.begin();
    await doors.settle(true);
    expect(told).to.deep.equal(['a: broken could not be opened: no luck', 'b: Port 110 is in use.', 'open good']);
  });

  it('close all at the end, also after one that does not close cleanly', async () => {
    doors.add('a', listener('broken', { stop: () => Promise.reject(new Error('stuck')) }));
    doors.add('b', listener('good'));
    doors.begin();
    await doors.settle(true);
    await doors.close();
    await doors.settle(true);
    expect(told.slice(2).toSorted()).to.deep.equal(['a: broken did not close cleanly: stuck', 'close good']);
  });
});
