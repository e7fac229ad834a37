// A round beside another server's: an account that the other one collects is left out, but not for somebody who asks for it.
import '#core/base/injection.js';
import type { AccountView, FetchReport, RoundReason } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { sentenceForRound } from '#core/flow/rounds/round.js';
import { RoundAtWork, type RoundSteps } from '#core/flow/rounds/roundAtWork.js';
import { COMPANY, WORKS } from '../support/flowFixture.js';

const report = (stored: number, code?: string): FetchReport => ({
  fetched: stored,
  stored,
  duplicates: 0,
  failed: code === undefined ? [] : [{ code, message: 'A sentence.' }],
});

describe('a round beside that of another server', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fetched: string[];
  let fetch: (account: AccountView, reason: RoundReason) => Promise<FetchReport | undefined>;
  let round: RoundAtWork;
  beforeEach(() => {
    fetched = [];
    const steps = {
      heldMail: { retryHeld: async () => 0 },
      relay: { flush: async () => ({ sent: 0, deferred: 0, bounced: 0 }) },
      fetch: {
        fetch: (account: AccountView, reason: RoundReason) => {
          fetched.push(`${account.id} ${reason}`);
          return fetch(account, reason);
        },
      },
    } as unknown as RoundSteps;
    round = new RoundAtWork(steps, 'timer', [COMPANY, WORKS], new AbortController().signal, new VirtualClock());
  });

  it('says nothing of an account that the other server collects', async () => {
    fetch = async ({ id }) => (id === 'company' ? undefined : report(2));
    expect((await round.run()).accounts).to.deep.equal([{ account: 'works', ...report(2) }]);
    expect(fetched).to.deep.equal(['company timer', 'works timer']);
  });

  it('goes back to it for somebody who joins after that', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    fetch = async ({ id }, reason) => {
      if (id === 'company') return reason === 'user' ? report(1) : undefined;
      await ended;
      return report(2);
    };
    const running = round.run();
    while (fetched.length < 2) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(round.join('user', ['company'])).to.equal(true);
    end();
    expect((await running).accounts.map(({ account, stored }) => [account, stored])).to.deep.equal([
      ['company', 1],
      ['works', 2],
    ]);
    expect(fetched).to.deep.equal(['company timer', 'works timer', 'company user']);
  });

  it('goes back to it for somebody who joins while it is looked at', async () => {
    fetch = async ({ id }, reason) => {
      if (id === 'works' || reason === 'user') return report(1);
      round.join('user', ['company']);
      return undefined;
    };
    expect((await round.run()).accounts).to.have.length(2);
    expect(fetched.filter((each) => each.startsWith('company'))).to.deep.equal(['company timer', 'company user']);
  });

  it('is no trouble where the other server took an account over', () => {
    const at = { startedAt: new Date(0), endedAt: new Date(0), sent: 1, deferred: 0, bounced: 0 };
    const accounts = [
      { account: 'company', ...report(3, 'lease/lost') },
      { account: 'works', ...report(0, 'isp/timeout') },
    ];
    expect(sentenceForRound({ ...at, accounts })).to.equal('Send/Receive: 1 sent, 3 collected. Trouble with works.');
  });
});
