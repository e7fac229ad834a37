// Access tokens of a store that several servers share.
import type { AccessToken } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Tokens } from '#plugins/admin-ui/dist/server/tokens.js';
import { MemoryStorages } from '../../kit/memoryStorages.js';

const MINUTE = 60_000;

describe('access tokens of two servers', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let storages: MemoryStorages;
  let one: Tokens;
  let other: Tokens;
  let shown: { readonly id: string; readonly token: string };
  let token: AccessToken;
  beforeEach(async () => {
    clock = new VirtualClock();
    storages = new MemoryStorages();
    [one, other] = [new Tokens(storages.forPlugin('admin-ui'), clock), new Tokens(storages.forPlugin('admin-ui'), clock)];
    shown = (await one.create('script', ['read'], 1)) as typeof shown;
    const checked = await other.check(shown.token);
    if (checked === undefined) throw new Error('It is not known on the other one.');
    token = checked;
  });
  afterEach(() => {
    one.dispose();
    other.dispose();
    expect(clock.pending).to.equal(0);
  });

  it('end within a minute what was begun with one that is taken back on the other', async () => {
    let ended = 0;
    other.onEnd(token, () => (ended += 1));
    await clock.advance(5 * MINUTE);
    expect(ended).to.equal(0);
    await one.revoke(shown.id);
    await clock.advance(MINUTE);
    await clock.advance(0);
    expect([ended, await other.check(shown.token)]).to.deep.equal([1, undefined]);
  });

  it('end it when the token expires', async () => {
    let ended = 0;
    const stop = other.onEnd(token, () => (ended += 1));
    await clock.advance(24 * 60 * MINUTE);
    expect(ended).to.equal(1);
    stop();
  });

  it('stay taken back though one is used at the same moment', async () => {
    await clock.advance(11 * MINUTE);
    const state = storages.forPlugin('admin-ui');
    const slow = new Tokens(
      {
        ...state,
        get: async (key) => {
          const stored = await state.get(key);
          await one.revoke(shown.id);
          return stored;
        },
      },
      clock,
    );
    await slow.check(shown.token);
    expect(storages.entries.size).to.equal(0);
  });
});
