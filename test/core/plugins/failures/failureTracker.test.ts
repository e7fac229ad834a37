import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FailureTracker } from '#core/plugins/failures/failureTracker.js';

const MINUTE = 60_000;

describe('the strikes of a plugin', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  const call = (...messages: readonly string[]) => ({ kind: 'call', messages }) as const;
  const end = (...messages: readonly string[]) => ({ kind: 'end', messages }) as const;

  it('are three within five minutes', () => {
    const strikes = new FailureTracker();
    expect([strikes.add(0, call('a')), strikes.add(MINUTE, call('b')), strikes.add(4 * MINUTE, call('c'))]).to.deep.equal([
      false,
      false,
      true,
    ]);
    const slow = new FailureTracker();
    expect([0, 3, 6].map((minute) => slow.add(minute * MINUTE, call(`at ${minute}`)))).to.deep.equal([false, false, false]);
  });

  it('count a message once, however often it is tried', () => {
    const strikes = new FailureTracker();
    expect([0, 1, 2, 3, 4].map((minute) => strikes.add(minute * MINUTE, call('a')))).to.deep.equal(Array(5).fill(false));
  });

  it('count the end of a process once for the messages that may have caused it, in whatever company they come again', () => {
    const strikes = new FailureTracker();
    expect(strikes.add(0, end('a', 'b'))).to.equal(false);
    expect(strikes.add(1, end('b', 'c')), 'b explains both').to.equal(false);
    expect(strikes.add(2, end('d'))).to.equal(false);
    expect(strikes.add(3, end('e'))).to.equal(true);
  });

  it('count every end that no message can have caused', () => {
    const strikes = new FailureTracker();
    expect([strikes.add(0, end()), strikes.add(1, end()), strikes.add(2, end())]).to.deep.equal([false, false, true]);
  });

  it('are taken back by a call that goes well, but for ends of the process', () => {
    const strikes = new FailureTracker();
    strikes.add(0, call('a'));
    strikes.add(1, call('b'));
    strikes.succeeded();
    expect(strikes.add(2, call('c'))).to.equal(false);
    strikes.add(3, end());
    strikes.succeeded();
    strikes.add(4, end());
    strikes.succeeded();
    expect(strikes.add(5, end())).to.equal(true);
  });
});
