// Jobs that plugins contribute: run in their turn, made up for, kept apart, and told where they fail.
import type { CommandCall } from '@postroom/sdk';
import type { ActivityLog, PluginStorages, PostroomEvent } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Jobs } from '#plugins/platform/housekeeping/dist/jobs.js';
import { MemoryStorages } from '../../../kit/memoryStorages.js';
import { SharedLeases } from '../../../kit/sharedLeases.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };

describe('jobs', () => {
  let clock: VirtualClock;
  let storages: MemoryStorages;
  let entries: { plugin: string; value: { command: string; every: 'day' | 'hour'; title?: string } }[];
  let declared: { command: string; title: string; owner: string }[];
  let changed: () => void;
  let ran: string[];
  let logged: string[];
  let noted: string[];
  let events: PostroomEvent[];
  let blamed: string[];
  let work: (command: string, call: CommandCall) => Promise<unknown>;
  let jobs: Jobs;
  let leases: SharedLeases;

  beforeEach(() => {
    // Noon by the machine's own clock.
    clock = new VirtualClock(new Date(2026, 10, 2, 12));
    storages = new MemoryStorages();
    [entries, declared, ran, logged, noted, events, blamed] = [[], [], [], [], [], [], []];
    work = async () => undefined;
    leases = new SharedLeases(() => clock.now());
    jobs = open();
  });
  afterEach(async () => {
    await jobs.dispose();
    expect(clock.pending).to.equal(0);
  });

  /** As after a restart, or on another server. */
  function open(state = (storages as PluginStorages).forPlugin('postroom.housekeeping'), server = 'a'): Jobs {
    const note = (sentence: string): void => void logged.push(sentence);
    return new Jobs({
      entries: {
        of: <T>() => entries as unknown as readonly { plugin: string; value: T }[],
        onDidChange: (listener) => {
          changed = listener;
          return { dispose: () => undefined };
        },
      },
      commands: {
        declarations: declared,
        run: (command, _args, call) => {
          ran.push(`${server === 'a' ? '' : `${server}: `}${command} ${clock.now().getDate()}. ${clock.now().getHours()}h`);
          return work(command, call);
        },
      },
      state,
      leases: leases.of(server),
      activity: { add: ({ text }: { readonly text: string }) => void noted.push(text) } as unknown as ActivityLog,
      events: { emit: (event) => void events.push(event) },
      plugins: { noteProblem: (plugin, sentence) => void blamed.push(`${plugin}: ${sentence}`) },
      clock,
      log: { debug: note, info: note, warn: note, error: note },
    });
  }

  function contribute(command: string, every: 'day' | 'hour', plugin = 'acme.moon'): void {
    entries.push({ plugin, value: { command, every } });
    declared.push({ command, title: `Do ${command}`, owner: 'acme.moon' });
  }

  async function begin(): Promise<void> {
    jobs.start();
    await clock.advance(0);
  }

  it('run at once where they never ran, then after midnight and after each full hour', async () => {
    contribute('moon.daily', 'day');
    contribute('moon.hourly', 'hour');
    await begin();
    expect(ran).to.deep.equal(['moon.daily 2. 12h', 'moon.hourly 2. 12h']);
    await clock.advance(3 * HOUR);
    expect(ran.slice(2)).to.deep.equal(['moon.hourly 2. 13h', 'moon.hourly 2. 14h']);
    await clock.advance(2 * DAY);
    expect(ran.filter((each) => each.startsWith('moon.daily'))).to.deep.equal([
      'moon.daily 2. 12h',
      'moon.daily 3. 0h',
      'moon.daily 4. 0h',
    ]);
  });

  it('make up once for the days that the server was off, and for none that it was not', async () => {
    contribute('moon.daily', 'day');
    await begin();
    await jobs.dispose();
    jobs = open();
    await begin();
    expect(ran, 'a restart on the same day').to.have.length(1);
    await jobs.dispose();
    await clock.advance(5 * DAY);
    jobs = open();
    await begin();
    expect(ran).to.deep.equal(['moon.daily 2. 12h', 'moon.daily 7. 12h']);
  });

  it('run within an hour where the machine slept over midnight', async () => {
    contribute('moon.daily', 'day');
    await begin();
    // The timers of a machine that sleeps stand still.
    clock.jump(14 * HOUR);
    await clock.advance(HOUR + 5_000);
    expect(ran).to.deep.equal(['moon.daily 2. 12h', 'moon.daily 3. 3h']);
  });

  it('come and go with their plugins', async () => {
    await begin();
    contribute('moon.daily', 'day');
    changed();
    await clock.advance(0);
    expect(ran).to.have.length(1);
    entries.length = 0;
    changed();
    await clock.advance(2 * DAY);
    expect(ran).to.have.length(1);
    expect(await jobs.all()).to.deep.equal([]);
  });

  it('that fail are told in the log, in status and by an event, and run again in their next turn', async () => {
    contribute('moon.hourly', 'hour');
    work = () => Promise.reject(new Error('It is behind a cloud.'));
    await begin();
    const sentence =
      'The job "Do moon.hourly" of acme.moon failed: It is behind a cloud. It runs again within the hour. To run it now: postroom housekeeping run moon.hourly';
    expect(logged).to.deep.equal([sentence]);
    expect(noted).to.deep.equal([sentence]);
    expect(events).to.deep.equal([{ type: 'problem', source: 'acme.moon', sentence }]);
    expect(await jobs.problems()).to.deep.equal([sentence]);
    await clock.advance(HOUR + 5_000);
    expect(ran).to.have.length(2);
    expect(noted, 'the Log has the same sentence once').to.have.length(1);
    await jobs.dispose();
    jobs = open();
    expect(await jobs.problems(), 'after a restart').to.deep.equal([sentence]);
    work = async () => undefined;
    await begin();
    await clock.advance(HOUR + 5_000);
    expect(await jobs.problems()).to.deep.equal([]);
    expect(logged.at(-1)).to.equal('A job that had failed went well.');
  });

  it('do not keep each other from running', async () => {
    contribute('moon.fails', 'hour');
    contribute('moon.hangs', 'hour');
    contribute('moon.works', 'hour');
    work = async (command) => {
      if (command === 'moon.fails') throw new Error('No.');
      if (command === 'moon.hangs') await new Promise(() => undefined);
    };
    await begin();
    await clock.advance(HOUR + 5_000);
    expect(ran).to.deep.equal([
      ...['moon.fails 2. 12h', 'moon.hangs 2. 12h', 'moon.works 2. 12h'],
      ...['moon.fails 2. 13h', 'moon.works 2. 13h'],
    ]);
  });

  it("run no command that is another plugin's", async () => {
    contribute('moon.daily', 'day', 'acme.evil');
    await begin();
    await clock.advance(DAY);
    expect(ran).to.deep.equal([]);
    expect(blamed).to.deep.equal(['acme.evil: Its job moon.daily is left out: that is no command of acme.evil.']);
    expect(await jobs.all()).to.deep.equal([]);
  });

  it('are there once where a plugin names one twice: as it does first', async () => {
    contribute('moon.hourly', 'hour');
    contribute('moon.daily', 'day');
    contribute('moon.daily', 'hour');
    expect((await jobs.all()).map(({ job, every }) => [job, every])).to.deep.equal([
      ['moon.hourly', 'hour'],
      ['moon.daily', 'day'],
    ]);
  });

  it('that the end of the server cut off run once more, and are no failures', async () => {
    contribute('moon.daily', 'day');
    work = (_command, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('The server stops.'))));
    await begin();
    for (const tries of [1, 2, 2]) {
      expect(ran).to.have.length(tries);
      await jobs.dispose();
      await clock.advance(0);
      jobs = open();
      await begin();
    }
    expect(logged).to.deep.equal([]);
    expect((await jobs.problems())[0]).to.include('The server ended before it did.');
    await clock.advance(DAY);
    expect(ran).to.have.length(3);
  });

  it('are run by a person at any time, and not twice at a time', async () => {
    contribute('moon.daily', 'day');
    await begin();
    expect(await jobs.runNow('moon.daily', CALL)).to.deep.equal({
      job: 'moon.daily',
      plugin: 'acme.moon',
      title: 'Do moon.daily',
      every: 'day',
      last: clock.now(),
      next: new Date(2026, 10, 3),
    });
    let end: () => void = () => undefined;
    work = () => new Promise<void>((resolve) => (end = resolve));
    const running = jobs.runNow('moon.daily', CALL);
    await clock.advance(0);
    const twice = await jobs.runNow('moon.daily', CALL).catch((error: unknown) => error);
    expect(twice).to.have.property('message', 'The job moon.daily runs already. Wait for its end.');
    end();
    await running;
    const unknown = await jobs.runNow('nonsense', CALL).catch((error: unknown) => error);
    expect(unknown).to.have.property('message', 'There is no job nonsense. "postroom housekeeping jobs" lists them.');
    work = () => Promise.reject(new Error('It is behind a cloud.'));
    expect(await jobs.runNow('moon.daily', CALL).catch((error: unknown) => error)).to.have.property('message', 'It is behind a cloud.');
  });

  describe('on two servers', () => {
    let other: Jobs;
    beforeEach(async () => {
      contribute('moon.daily', 'day');
      await begin();
      other = open(undefined, 'b');
      other.start();
      await clock.advance(0);
    });
    afterEach(() => other.dispose());

    it('run on one of them, until that one lets go or is gone, and then on the other within a minute', async () => {
      await clock.advance(3 * DAY);
      expect(ran).to.deep.equal(['moon.daily 2. 12h', 'moon.daily 3. 0h', 'moon.daily 4. 0h', 'moon.daily 5. 0h']);
      ran.length = 0;
      await jobs.dispose();
      await clock.advance(60_000);
      expect(leases.heldBy('b')).to.deep.equal(['tidy']);
      expect(ran, 'it has run on this day').to.deep.equal([]);
      await clock.advance(DAY);
      expect(ran).to.deep.equal(['b: moon.daily 6. 0h']);
      jobs = open();
      await begin();
      leases.end('b');
      await clock.advance(60_000);
      expect(leases.heldBy('a')).to.deep.equal(['tidy']);
    });

    it('are taken over with the server that ran them, which writes no more down', async () => {
      let end: () => void = () => undefined;
      work = (_command, { signal }) => {
        if (ran.length > 2) return Promise.resolve();
        return new Promise<void>((resolve) => (end = () => (signal.aborted ? resolve() : undefined)));
      };
      await clock.advance(12 * HOUR + 10_000);
      expect(ran).to.deep.equal(['moon.daily 2. 12h', 'moon.daily 3. 0h']);
      leases.end('a');
      await clock.advance(60_000);
      expect(ran.at(-1)).to.equal('b: moon.daily 3. 0h');
      const known = await storages.forPlugin('postroom.housekeeping').get('job/moon.daily');
      end();
      await clock.advance(0);
      expect(await storages.forPlugin('postroom.housekeeping').get('job/moon.daily')).to.deep.equal(known);
      expect(logged, 'of the one that took it over alone').to.deep.equal(['A job that had failed went well.']);
    });

    it('are run by a person on any of them, who is told where one runs already', async () => {
      expect((await other.runNow('moon.daily', CALL)).last).to.deep.equal(clock.now());
      expect(ran.at(-1)).to.equal('b: moon.daily 2. 12h');
      let end: () => void = () => undefined;
      work = () => new Promise<void>((resolve) => (end = resolve));
      const running = other.runNow('moon.daily', CALL);
      await clock.advance(0);
      const refusal = await jobs.runNow('moon.daily', CALL).catch((error: unknown) => error);
      expect(refusal).to.have.property('message', 'The job moon.daily runs already on the server b. Wait for its end.');
      expect((await jobs.all())[0])
        .to.include({ runsOn: 'b' })
        .and.to.not.have.property('problem');
      await clock.advance(13 * HOUR);
      expect(ran, 'nor by itself beside that').to.have.length(3);
      end();
      await running;
      expect((await jobs.all())[0]).to.not.have.property('runsOn');
    });
  });

  it('wait for the next hour where it cannot be noted that they begin', async () => {
    contribute('moon.daily', 'day');
    await jobs.dispose();
    let isFull = true;
    const state = storages.forPlugin('postroom.housekeeping');
    jobs = open({ ...state, set: (key, value) => (isFull ? Promise.reject(new Error('The disk is full.')) : state.set(key, value)) });
    await begin();
    expect(ran).to.deep.equal([]);
    expect(logged).to.deep.equal(['When a job ran could not be read or noted; tried again within the hour.']);
    isFull = false;
    await clock.advance(HOUR + 5_000);
    expect(ran).to.deep.equal(['moon.daily 2. 13h']);
  });
});
