// A risky change on servers that share their settings: on trial on all of them, confirmed once on any, taken back once, also where the server that made it is gone.
import '#core/base/injection.js';
import { PostroomError } from '@postroom/sdk';
import type { Lease, Leases, StoreServer } from '@postroom/sdk/services';
import { expect } from 'chai';
import { EventBus } from '#core/base/events.js';
import { SettingsTrialPeriod } from '#plugins/platform/trial-period/dist/trialPeriod.js';
import { TrialRecord } from '#plugins/platform/trial-period/dist/trialRecord.js';
import { manifest } from '../../../core/configuration/manifests.js';
import { until } from '../../../kit/until.js';
import { type SettingsServer, SettingsStore } from '../settings-file/settingsServer.js';

const DOORS = [
  manifest('doors', {
    configuration: {
      title: 'Ports',
      properties: {
        'doors.port': { type: 'integer', default: 110, risky: true, perNode: true, consequence: 'Programs lose their way.' },
        'doors.limit': { type: 'integer', default: 5 },
      },
    },
  }),
];
const PORT = 'doors.port';
const MINUTE = 60_000;

/** Which servers live, and who has which lease. */
class SharedLeases {
  readonly gone = new Set<string>();
  readonly taken = new Map<string, string>();
  /** Times that somebody else had what was asked for. */
  refused = 0;

  of(name: string): Leases {
    return {
      take: async (lease) => this.#take(lease, name),
      servers: async () =>
        ['a', 'b'].map((each, id): StoreServer => {
          const at = new Date(0);
          return { id, name: each, isThis: each === name, since: at, heardAt: at, isGone: this.gone.has(each), holds: [] };
        }),
    };
  }

  #take(lease: string, server: string): Lease | undefined {
    if (this.taken.has(lease)) {
      this.refused += 1;
      return undefined;
    }
    this.taken.set(lease, server);
    const release = async (): Promise<void> => void this.taken.delete(lease);
    return { fence: { lease, token: 1 }, lost: new AbortController().signal, release };
  }
}

describe('a risky change on two servers that share their settings', () => {
  let store: SettingsStore;
  let leases: SharedLeases;
  let a: SettingsServer;
  let b: SettingsServer;
  let trials: Map<SettingsServer, SettingsTrialPeriod>;
  let said: string[];

  beforeEach(async () => {
    store = new SettingsStore();
    leases = new SharedLeases();
    trials = new Map();
    said = [];
    a = await store.server('a');
    b = await store.server('b');
    for (const server of [a, b]) await begin(server);
  });
  afterEach(async () => {
    for (const [server, trial] of trials) {
      // Each is the last one: what is on trial goes back.
      leases.gone.add(server === a ? 'b' : 'a');
      await trial.dispose();
    }
    await store.close();
    expect(store.clock.pending).to.equal(0);
  });

  async function begin(server: SettingsServer): Promise<SettingsTrialPeriod> {
    await server.open(DOORS);
    const events = new EventBus();
    events.on((event) => event.type === 'problem' && said.push(event.sentence));
    const record = new TrialRecord(server.documents);
    const of = {
      settings: server.settings,
      record,
      leases: leases.of(server === a ? 'a' : 'b'),
      clock: store.clock,
      events,
      log: server.log,
    };
    const trial = new SettingsTrialPeriod(of);
    trials.set(server, trial);
    await trial.recover();
    await trial.begin();
    return trial;
  }

  /** As kill -9: nothing goes back, and nothing more is heard of it. */
  async function kill(server: SettingsServer): Promise<void> {
    leases.gone.add(server === a ? 'a' : 'b');
    const dead = trials.get(server);
    trials.delete(server);
    server.documents.trouble = new PostroomError('store/unreachable', 'It is gone.');
    await server.close();
    await dead?.dispose();
    server.documents.trouble = undefined;
  }

  const ports = (): readonly unknown[] => [a, b].map(({ settings }) => settings.get(PORT));
  const onTrial = (server: SettingsServer): readonly string[] => trials.get(server)?.trial?.keys ?? [];
  const change = (server: SettingsServer, value: number, path: readonly string[] = [PORT]) =>
    server.settings.edit('cli', [{ path, value }]);
  const isForgotten = (): boolean => store.documents.text('trial.json') === '[]';
  const isBack = (): boolean => [a, b].every(({ settings }) => settings.get(PORT) === 110);

  /** Changes it on one server, and waits until it counts and is on trial on both. */
  async function tried(on: SettingsServer = a, value = 2110): Promise<void> {
    expect((await change(on, value)).ok).to.equal(true);
    await until(
      'it is on trial on both',
      () => ports().every((port) => port === value) && [a, b].every((each) => onTrial(each).length > 0),
    );
  }

  it('is on trial on both, with what others notice of it', async () => {
    await tried();
    expect([a, b].map((server) => trials.get(server)?.trial?.keys)).to.deep.equal([[PORT], [PORT]]);
    expect(trials.get(b)?.trial?.consequences).to.deep.equal(['Programs lose their way.']);
  });

  it('goes back on both after 60 s, once and told once', async () => {
    await tried();
    await store.clock.advance(MINUTE);
    await until('the former port is back', isBack);
    await until('nothing is on trial', () => [a, b].every((server) => onTrial(server).length === 0));
    await until('the record is empty', isForgotten);
    await store.clock.advance(MINUTE);
    expect((await store.authors()).filter((author) => author === 'postroom, not confirmed')).to.have.length(1);
    expect(
      said.filter((each) => /Nobody confirmed the change of doors\.port within 60 s: the former values are in force again\./.test(each)),
    ).to.have.length(1);
  });

  it('stays where it is confirmed on the other server', async () => {
    await tried();
    expect(await trials.get(b)?.confirm()).to.deep.equal([PORT]);
    await until('both know', () => [a, b].every((server) => onTrial(server).length === 0));
    await store.clock.advance(2 * MINUTE);
    expect(ports()).to.deep.equal([2110, 2110]);
    expect(await trials.get(a)?.confirm()).to.deep.equal([]);
  });

  it('stays where it is confirmed on a server that has not heard of it yet', async () => {
    b.documents.isDeaf = true;
    await change(a, 2110);
    await b.settings.reload();
    expect(await trials.get(b)?.confirm()).to.deep.equal([PORT]);
    await store.clock.advance(2 * MINUTE);
    expect(ports()).to.deep.equal([2110, 2110]);
  });

  it('goes back though the server that made it was killed', async () => {
    await tried();
    await kill(a);
    await store.clock.advance(MINUTE);
    await until('the former port is back', () => b.settings.get(PORT) === 110);
    await until('the record is empty', isForgotten);
  });

  it('goes back though the server that made it ended in order, and not before its minute is over', async () => {
    await tried();
    const ending = trials.get(a);
    trials.delete(a);
    await ending?.dispose();
    await a.close();
    expect(b.settings.get(PORT)).to.equal(2110);
    await store.clock.advance(MINUTE);
    await until('the former port is back', () => b.settings.get(PORT) === 110);
  });

  it('goes back at once where the last server ends', async () => {
    await tried();
    await kill(b);
    const ending = trials.get(a);
    trials.delete(a);
    await ending?.dispose();
    expect(store.text).to.not.include('2110');
  });

  it('goes back at the next start where all servers were killed', async () => {
    await tried();
    await kill(a);
    await kill(b);
    expect(store.text).to.include('2110');
    leases.gone.delete('b');
    await begin(b);
    expect(b.settings.get(PORT)).to.equal(110);
    expect(isForgotten()).to.equal(true);
  });

  it('goes on where a server starts meanwhile, which takes part', async () => {
    await tried();
    await kill(b);
    leases.gone.delete('b');
    await begin(b);
    expect([b.settings.get(PORT), onTrial(b)]).to.deep.equal([2110, [PORT]]);
    expect(await trials.get(b)?.confirm()).to.deep.equal([PORT]);
    await store.clock.advance(2 * MINUTE);
    expect(ports()).to.deep.equal([2110, 2110]);
  });

  it('is taken back by one server: another one leaves it to the one that is at it, and does it where that one ends', async () => {
    await tried();
    leases.taken.set('trial', 'a third one');
    await store.clock.advance(MINUTE);
    await until('both have looked', () => leases.refused === 2);
    expect([ports(), onTrial(a)]).to.deep.equal([[2110, 2110], [PORT]]);
    leases.taken.delete('trial');
    await store.clock.advance(MINUTE);
    await until('the former port is back', isBack);
  });

  it('made on both servers within a minute, goes back to what was before the first', async () => {
    await tried(a, 2110);
    await store.clock.advance(MINUTE / 2);
    await tried(b, 3110);
    await store.clock.advance(MINUTE / 2);
    expect(ports(), 'its minute begins anew').to.deep.equal([3110, 3110]);
    await store.clock.advance(MINUTE / 2);
    await until('the former port is back', isBack);
    expect(store.text).to.not.include(PORT);
  });

  it('is decided by who edits the file of one server', async () => {
    await tried();
    await b.save(`{ "${PORT}": 4110 }`);
    await until('it counts on both', () => ports().every((port) => port === 4110));
    await until('nothing is on trial', () => [a, b].every((server) => onTrial(server).length === 0));
    await store.clock.advance(2 * MINUTE);
    expect(ports()).to.deep.equal([4110, 4110]);
  });

  it('that did not come about is forgotten, and takes nothing back', async () => {
    // The record is there; then the settings are not written.
    a.documents.beforePut = async () => {
      a.documents.nextPut = { fails: new PostroomError('store/failed', 'The database ended.'), isStored: false };
    };
    expect((await change(a, 2110)).ok).to.equal(false);
    expect(store.documents.text('trial.json')).to.include('2110');
    expect([a, b].map(onTrial)).to.deep.equal([[], []]);
    await store.clock.advance(MINUTE);
    await until('the record is empty', isForgotten);
    expect([ports(), said]).to.deep.equal([[110, 110], []]);
  });

  it('is refused where the store cannot keep that it is on trial', async () => {
    a.documents.nextPut = { fails: new PostroomError('store/full', 'The disk of the database is full.'), isStored: false };
    const refused = await change(a, 2110);
    expect(refused).to.include({ ok: false, code: 'data/not-writable' });
    expect(refused.problems[0]?.message).to.include('The disk of the database is full.');
    expect(ports()).to.deep.equal([110, 110]);
  });

  describe('of one server alone', () => {
    const OWN = ['nodes', 'b', PORT];

    it('is on trial by its place, on all servers', async () => {
      await change(a, 2110, OWN);
      await until('it counts on b', () => b.settings.get(PORT) === 2110);
      await until('it is on trial on both', () => [a, b].every((server) => onTrial(server).join() === `nodes.b.${PORT}`));
      expect(a.settings.get(PORT)).to.equal(110);
    });

    it('goes back without the others’', async () => {
      await change(a, 2110, OWN);
      await until('it counts on b', () => b.settings.get(PORT) === 2110);
      await store.clock.advance(MINUTE);
      await until('the former port is back', isBack);
      expect(store.text).to.not.include('2110');
    });

    it('is no risk where it is what counts there already', async () => {
      await change(a, 110, OWN);
      await b.settings.reload();
      expect([a, b].map(onTrial)).to.deep.equal([[], []]);
    });
  });

  it('is no other one than those of ports: other changes need no confirmation', async () => {
    await change(a, 7, ['doors.limit']);
    await b.settings.reload();
    expect([a, b].map(onTrial)).to.deep.equal([[], []]);
    expect(store.documents.text('trial.json')).to.equal(undefined);
  });
});
