import '#core/base/injection.js';
import type { BlockingPlugin } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { BlockedMail } from '#core/flow/held/blockedMail.js';
import { ANDREW, COMPANY, FlowFixture, inPieces, octetsOf } from '../support/flowFixture.js';

const LETTER = octetsOf('From: ruth@far.example\nMessage-ID: <1@far.example>\nSubject: Hello\n\nA letter.\n');
const FILTER: BlockingPlugin = { id: 'acme.filter', name: 'Filter', why: 'It crashed.', how: 'failed', isNeeded: false };
const MINUTE = 60_000;

/** A server whose filter a test takes away and brings back. */
class Server {
  readonly #listeners = new Set<() => void>();
  readonly mail: BlockedMail;

  constructor(readonly flow: FlowFixture) {
    flow.takeCopies();
    flow.tapSort('a.route', (plan) => plan.to(ANDREW, 'named'));
    flow.onDidChange = (listener) => {
      this.#listeners.add(listener);
      return { dispose: () => void this.#listeners.delete(listener) };
    };
    const plugins = {
      get plugins() {
        return [{ id: FILTER.id, state: flow.blocking.length > 0 ? 'failed' : 'active' }];
      },
    } as never;
    const { own, held, server, activityLog, clock, eventBus, log, state, leases } = flow;
    this.mail = new BlockedMail(flow, plugins, own, held, server, activityLog, clock, eventBus, log, state, leases);
  }

  async stopFilter(): Promise<void> {
    this.flow.blocking = [FILTER];
    await this.#changed();
  }

  async runFilter(): Promise<void> {
    this.flow.blocking = [];
    await this.#changed();
  }

  async #changed(): Promise<void> {
    for (const listener of this.#listeners) listener();
    await this.settled();
  }

  /** What was begun is done: a look takes turns of the event loop, and no time. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('while mail waits for a plugin', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let a: Server;
  let b: Server;
  const servers: Server[] = [];
  const start = (flow: FlowFixture): Server => {
    const server = new Server(flow);
    servers.push(server);
    server.mail.start({ atOnce: true });
    return server;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.mail.dispose();
  });

  const notices = (): readonly string[] =>
    a.flow.store.units.filter(({ message }) => message.origin === 'bounce').map(({ message }) => message.subject);
  const fetch = async (server: Server): Promise<string> => {
    const from = { uidl: 'u1', listedSize: LETTER.length, server: 'pop.isp.example' };
    return (await server.flow.fetched.forAccount(COMPANY, { lease: 'round/company', token: 1 }).accept(inPieces(LETTER), from)).id;
  };
  const told = (): unknown => a.flow.storages.entries.get('core blocked-on');

  describe('on the only server', () => {
    beforeEach(async () => {
      a = start(new FlowFixture());
      await a.settled();
    });

    it('ADMIN1 is told once, and what waited is sorted when it runs again', async () => {
      await a.stopFilter();
      const id = await fetch(a);
      await a.flow.clock.advance(10 * MINUTE);
      await a.settled();
      expect([notices(), a.flow.store.messages.get(id)?.disposition]).to.deep.equal([['Mail is held: Filter'], 'hold']);
      await a.runFilter();
      expect(a.flow.store.messages.get(id)?.disposition).to.equal('deliver');
      expect(a.flow.activity.slice(-1)).to.deep.equal(['Mail goes on: acme.filter runs again. 1 held message was delivered.']);
      expect([told(), a.flow.shared.heldBy('a')]).to.deep.equal([{}, []]);
    });

    it('ADMIN1 is not told again after a restart', async () => {
      await a.stopFilter();
      await a.mail.dispose();
      const again = new Server(a.flow);
      servers.push(again);
      again.mail.start({ atOnce: true });
      await again.settled();
      expect(notices()).to.have.length(1);
    });

    it('ADMIN1 is not told again after an update of a version that kept a list', async () => {
      a.flow.storages.entries.set('core blocked', [FILTER.id]);
      await a.stopFilter();
      expect([notices(), told()]).to.deep.equal([[], undefined]);
      await a.runFilter();
      await a.stopFilter();
      expect([notices().length, told()]).to.deep.equal([1, { 'acme.filter': ['a'] }]);
    });

    it('ADMIN1 is told a minute later where the notice could not be stored', async () => {
      a.flow.store.commitTrouble = new Error('The disk is full.');
      await a.stopFilter();
      a.flow.store.commitTrouble = undefined;
      await a.flow.clock.advance(MINUTE);
      await a.settled();
      expect([notices().length, told()]).to.deep.equal([1, { 'acme.filter': ['a'] }]);
    });
  });

  describe('on two servers', () => {
    beforeEach(async () => {
      a = start(new FlowFixture());
      b = start(new FlowFixture(a.flow));
      await b.settled();
    });

    it('ADMIN1 is told once, by which server, though both lack it at the same moment', async () => {
      a.flow.blocking = [FILTER];
      b.flow.blocking = [FILTER];
      await Promise.all([a.stopFilter(), b.stopFilter()]);
      await a.flow.clock.advance(1_000);
      await b.settled();
      expect(notices()).to.have.length(1);
      expect(notices()[0]).to.match(/^Mail is held on the server [ab]: Filter$/);
      expect(told()).to.deep.equal({ 'acme.filter': ['a', 'b'] });
    });

    it('it goes on when the last of them has it again', async () => {
      await a.stopFilter();
      await b.stopFilter();
      await a.runFilter();
      const goesOn = (): readonly string[] => [...a.flow.activity, ...b.flow.activity].filter((text) => text.startsWith('Mail goes on'));
      expect(a.flow.activity.at(-1)).to.equal('acme.filter is missed on the server a no longer; mail is held on b.');
      expect(goesOn()).to.deep.equal([]);
      await b.runFilter();
      expect(goesOn()).to.deep.equal(['Mail goes on: acme.filter runs again.']);
      expect(notices()).to.have.length(1);
      await a.stopFilter();
      expect(notices(), 'it happens again').to.have.length(2);
    });

    it('the one that has it sorts what the other holds, within a minute', async () => {
      await b.stopFilter();
      const id = await fetch(b);
      expect(b.flow.store.messages.get(id)?.disposition).to.equal('hold');
      await a.flow.clock.advance(MINUTE);
      await a.settled();
      expect(b.flow.store.messages.get(id)?.disposition).to.equal('deliver');
    });

    it('a server that is gone misses nothing, and mail of it goes on', async () => {
      await b.stopFilter();
      const id = await fetch(b);
      await b.mail.dispose();
      a.flow.shared.end('b');
      await a.flow.clock.advance(MINUTE);
      await a.settled();
      expect([told(), b.flow.store.messages.get(id)?.disposition]).to.deep.equal([{}, 'deliver']);
    });

    it('the notice is not stored by a server that has lost its turn to tell', async () => {
      const commit = a.flow.store.commit.bind(a.flow.store);
      a.flow.store.commit = async (unit) => {
        a.flow.store.commit = commit;
        expect(unit.fence?.lease).to.equal('blocked');
        throw new Error('Another server has taken it.');
      };
      await a.stopFilter();
      expect([notices(), told()]).to.deep.equal([[], undefined]);
    });
  });
});
