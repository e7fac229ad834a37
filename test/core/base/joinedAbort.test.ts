import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { JoinedAbort } from '#core/base/joinedAbort.js';

describe('several reasons to give up', () => {
  const listeners = (...all: readonly AbortController[]): number =>
    all.reduce((sum, { signal }) => sum + getEventListeners(signal, 'abort').length, 0);

  it('are one signal, aborted with the first of them', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const joined = new JoinedAbort([one.signal, two.signal]);
    expect(joined.signal.aborted).to.equal(false);
    const reason = new Error('The server stops.');
    two.abort(reason);
    one.abort(new Error('Too late.'));
    expect([joined.signal.aborted, joined.signal.reason]).to.deep.equal([true, reason]);
  });

  it('count where one is there already, and where the caller has one of its own', () => {
    const [before, reason] = [new AbortController(), new Error('It was refused.')];
    before.abort(reason);
    expect(new JoinedAbort([before.signal]).signal.reason).to.equal(reason);
    const own = new JoinedAbort([new AbortController().signal]);
    own.abort(reason);
    expect(own.signal.reason).to.equal(reason);
  });

  it('leave nothing on a signal that goes on, once they are let go of', () => {
    const server = new AbortController();
    const joined = new JoinedAbort([server.signal]);
    expect(listeners(server)).to.equal(1);
    joined.dispose();
    expect(listeners(server)).to.equal(0);
    server.abort();
    expect(joined.signal.aborted).to.equal(false);
  });
});
