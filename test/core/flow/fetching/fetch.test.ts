import '#core/base/injection.js';
import type { FetchHandler, FetchProblem, FetchReport } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FetchStep } from '#core/flow/fetching/fetch.js';
import { COMPANY, FlowFixture, inPieces, octetsOf } from '../support/flowFixture.js';
import { MemoryLeases } from '../support/memoryLeases.js';

const MINUTE = 60_000;
const report = (...failed: readonly FetchProblem[]): FetchReport => ({ fetched: 0, stored: 0, duplicates: 0, failed });
const REFUSED: FetchProblem = { code: 'isp/login-refused', message: 'The ISP refuses the password.' };

describe("an account's part of a round", () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  let fetching: FetchStep;
  let asked: number;
  let heard: number;
  beforeEach(() => {
    fixture = new FlowFixture();
    [asked, heard] = [0, 0];
    const journal = { followClock: async () => undefined, forAccount: () => ({}) };
    fetching = new FetchStep(
      fixture.hooks,
      fixture.fetched,
      journal as never,
      new MemoryLeases(),
      fixture.clock,
      fixture.eventBus,
      fixture.activityLog,
      fixture.disk,
      {} as never,
      fixture.log,
      fixture.state,
      { name: 'a' },
    );
  });

  const tap = (handler: FetchHandler) =>
    fixture.hooks.onFetch.add({ plugin: 'a.pop3', declaration: { hook: 'onFetch', name: 'fetch' } }, (request, call) => {
      asked += 1;
      return handler(request, call);
    });
  async function fetch(reason: 'timer' | 'user' = 'timer'): Promise<FetchReport> {
    const report = await fetching.fetch(COMPANY, reason, new AbortController().signal, () => {
      heard += 1;
    });
    if (report === undefined) throw new Error('It was left out.');
    return report;
  }

  it('is what the plugin reports, and lamps show when it began and ended', async () => {
    tap((request) => {
      request.progress(1, 2, 300);
      return { fetched: 2, stored: 2, duplicates: 0, failed: [] };
    });
    expect(await fetch()).to.include({ fetched: 2, stored: 2 });
    expect(
      fixture.events.map((event) => (event.type === 'fetch' ? [event.state, event.done, event.total, event.octets] : [])),
    ).to.deep.equal([
      ['started', 0, 0, 0],
      ['progress', 1, 2, 300],
      ['ended', 2, 2, 0],
    ]);
  });

  it('is heard of with each message that comes, and with each step', async () => {
    tap(async (request) => {
      request.progress(0, 1, 0);
      const octets = octetsOf('From: ruth@far.example\nMessage-ID: <1@far.example>\n\nA letter.\n');
      await request.intake.accept(inPieces(octets), { uidl: 'u1', listedSize: octets.length, server: 'pop.isp.example' });
      return { fetched: 1, stored: 1, duplicates: 0, failed: [] };
    });
    await fetch();
    expect(heard).to.equal(2);
  });

  it('is a failure in words where no plugin collects, or the plugin fails', async () => {
    expect((await fetch()).failed[0]?.message).to.include('No plugin collects mail for company.');
    tap(() => {
      throw new Error('no luck');
    });
    expect((await fetch('user')).failed[0]).to.include({ code: 'plugin/failed', message: 'a.pop3/fetch failed: no luck' });
    expect(fixture.blamed).to.deep.equal(['a.pop3 over undefined']);
  });

  it('is left out by the timer while the account backs off; a person is obeyed (85)', async () => {
    tap(() => report(REFUSED));
    await fetch();
    expect(await fetch()).to.deep.include({
      failed: [{ code: 'isp/temporary', message: 'company rests after a failure: The ISP refuses the password.' }],
    });
    expect(asked).to.equal(1);
    await fetch('user');
    expect(asked).to.equal(2);
    await fixture.clock.advance(60 * MINUTE);
    await fetch();
    expect(asked).to.equal(3);
  });

  it('is tried again at once where the cause may be mended: by a new password, or any setting', async () => {
    tap(() => report(REFUSED));
    await fetch();
    fetching.wake('company');
    await fetch();
    fixture.eventBus.emit({ type: 'settings', author: 'test' });
    await fetch();
    expect(asked).to.equal(3);
  });

  it('does not begin where nothing can be stored, and the ISP keeps its mail', async () => {
    tap(() => report());
    fixture.store.free = 0;
    expect((await fetch()).failed[0]).to.include({ code: 'store/full' });
    expect(asked).to.equal(0);
    fixture.store.free = 1e12;
    await fixture.clock.advance(1_000);
    expect((await fetch()).failed, 'the account itself has not failed').to.deep.equal([]);
  });

  it('says each trouble once, and again when it comes back', async () => {
    let failed: readonly FetchProblem[] = [REFUSED];
    tap(() => report(...failed));
    await fetch('user');
    await fetch('user');
    expect(fixture.activity).to.deep.equal([REFUSED.message]);
    failed = [];
    await fetch('user');
    failed = [REFUSED];
    await fetch('user');
    expect(fixture.activity).to.deep.equal([REFUSED.message, REFUSED.message]);
  });
});
