import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { AccountPlaces, BUSY_ACCOUNTS, MOST_ACCOUNTS, QUIET_MS } from '#core/flow/rounds/accountPlaces.js';

interface AtWork {
  readonly heard: () => void;
  readonly end: () => void;
}

describe('places of accounts in a round', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let places: AccountPlaces;
  let atWork: AtWork[];
  let turns: Promise<void>[];
  beforeEach(() => {
    clock = new VirtualClock();
    places = new AccountPlaces(clock);
    [atWork, turns] = [[], []];
  });
  afterEach(async () => {
    // Who was waiting comes to work as others end.
    for (let at = 0; at < turns.length; at += 1) {
      atWork[at]?.end();
      await clock.advance(0);
    }
    await Promise.all(turns);
  });

  async function come(accounts: number): Promise<void> {
    for (let account = 0; account < accounts; account += 1)
      turns.push(places.take((heard) => new Promise((end) => atWork.push({ heard, end }))));
    await clock.advance(0);
  }

  it('are for few accounts that bring mail', async () => {
    await come(BUSY_ACCOUNTS + 2);
    expect(atWork).to.have.length(BUSY_ACCOUNTS);
    for (let half = 0; half < 4; half += 1) {
      await clock.advance(QUIET_MS / 2);
      for (const { heard } of atWork) heard();
    }
    expect(atWork).to.have.length(BUSY_ACCOUNTS);
    atWork[0]?.end();
    await clock.advance(0);
    expect(atWork).to.have.length(BUSY_ACCOUNTS + 1);
  });

  it('are not held by accounts whose ISP is silent', async () => {
    await come(BUSY_ACCOUNTS + 2);
    await clock.advance(QUIET_MS - 1);
    atWork[0]?.heard();
    await clock.advance(1);
    expect(atWork).to.have.length(BUSY_ACCOUNTS + 2);
  });

  it('are held again by one that goes on', async () => {
    await come(BUSY_ACCOUNTS);
    await clock.advance(QUIET_MS);
    for (const { heard } of atWork) heard();
    await come(1);
    expect(atWork).to.have.length(BUSY_ACCOUNTS);
    atWork[0]?.end();
    await clock.advance(0);
    expect(atWork).to.have.length(BUSY_ACCOUNTS + 1);
  });

  it('come free once where an account ends that was silent', async () => {
    await come(BUSY_ACCOUNTS);
    await clock.advance(QUIET_MS);
    for (const { end } of atWork) end();
    await come(BUSY_ACCOUNTS + 1);
    expect(atWork).to.have.length(2 * BUSY_ACCOUNTS);
  });

  it('have an end, though all are silent', async () => {
    await come(MOST_ACCOUNTS + 3);
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(QUIET_MS);
    expect(atWork).to.have.length(MOST_ACCOUNTS);
    atWork[0]?.end();
    await clock.advance(0);
    expect(atWork).to.have.length(MOST_ACCOUNTS + 1);
  });
});
