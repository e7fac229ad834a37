import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CALLS_IN_HAND, CallWindow } from '#plugins/platform/isolation/dist/calls/callWindow.js';

const NEVER = new AbortController().signal;

describe('the calls that a plugin has in hand', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  /** A window that is full, and the names of those that entered later. */
  async function full(): Promise<{
    readonly window: CallWindow;
    readonly entered: string[];
    readonly enter: (name: string, signal?: AbortSignal) => Promise<void>;
  }> {
    const window = new CallWindow();
    for (let each = 0; each < CALLS_IN_HAND; each += 1) await window.enter(NEVER);
    const entered: string[] = [];
    const enter = async (name: string, signal = NEVER): Promise<void> => {
      await window.enter(signal);
      entered.push(name);
    };
    return { window, entered, enter };
  }

  it('are few; the others come in their order, one for each that leaves', async () => {
    const { window, entered, enter } = await full();
    const coming = ['a', 'b', 'c'].map((name) => enter(name));
    expect(window.waiting).to.equal(3);
    window.leave();
    await coming[0];
    expect(entered).to.deep.equal(['a']);
    window.leave();
    window.leave();
    await Promise.all(coming);
    expect(entered).to.deep.equal(['a', 'b', 'c']);
  });

  it('leave out who gives up, before and while it waits', async () => {
    const { window, entered, enter } = await full();
    const stop = new AbortController();
    const gone = enter('a', stop.signal).catch((error: Error) => error.message);
    const next = enter('b');
    stop.abort(new Error('The server stops.'));
    expect(await gone).to.equal('The server stops.');
    expect(await enter('c', stop.signal).catch((error: Error) => error.message)).to.equal('The server stops.');
    window.leave();
    await next;
    expect(entered).to.deep.equal(['b']);
  });

  it('are one more while the plugin itself waits for what may call it', async () => {
    const { window, entered, enter } = await full();
    const inner = enter('inner');
    await window.widen(() => inner);
    expect(entered).to.deep.equal(['inner']);
    const later = enter('later');
    window.leave();
    expect(window.waiting, 'no more than before').to.equal(1);
    window.leave();
    await later;
  });
});
