import type { DoorKeeper, DoorLine, ProtocolDoors } from '@postroom/sdk/services';
import { expect } from 'chai';
import type { DoorsSetting } from '#plugins/platform/doors/dist/doorMode.js';
import { ThreadDoors } from '#plugins/platform/doors/dist/threadDoors.js';
import { failureOf } from '../../../kit/failureOf.js';
import { until } from '../../../kit/until.js';
import type { RoomDeath } from './roomModule.js';

const THREAD_FILE = new URL(import.meta.resolve('#plugins/platform/doors/dist/doorThread.js')).pathname;
const MODULE = new URL('./roomModule.js', import.meta.url).href;
const PLUGIN = {
  id: 'test.room',
  folder: '/',
  manifest: {
    name: 'room',
    publisher: 'test',
    version: '1.0.0',
    type: 'module',
    displayName: 'Room',
    description: 'Room',
    engines: { postroom: '*' },
  },
} as const;

/** The main thread's side: the lines to the doors that there are. */
class Room implements DoorKeeper {
  readonly lines: DoorLine[] = [];
  readonly told: unknown[] = [];

  constructor(private readonly given: object = { name: 'room' }) {}

  setup(): unknown {
    return this.given;
  }

  attend(line: DoorLine): { dispose(): void } {
    this.lines.push(line);
    line.answer<number>('double', (value) => value * 2);
    line.hear('heard', (word) => void this.told.push(word));
    line.hear('closing', (graceMs) => void this.told.push(graceMs));
    return { dispose: () => void this.lines.splice(this.lines.indexOf(line), 1) };
  }
}

describe('door threads', function () {
  this.timeout(60_000);
  let setting: DoorsSetting;
  let log: string[];
  let doors: ThreadDoors;

  function begin(cores = 2, threadFile = THREAD_FILE): void {
    const note = (sentence: string): void => void log.push(sentence);
    doors = new ThreadDoors({
      machine: { canShare: true, cores },
      setting: () => setting,
      modules: { urlOf: () => MODULE },
      log: { debug: note, info: note, warn: note, error: note },
      threadFile,
    });
  }

  /** Opens a protocol in the doors that the setting wants. */
  async function open(room: Room): Promise<ProtocolDoors> {
    const protocol = doors.protocol(PLUGIN, './room.js', room);
    await protocol.open();
    return protocol;
  }

  beforeEach(() => {
    setting = 2;
    log = [];
    begin();
  });
  afterEach(() => doors.dispose());

  it('are as many as the settings say while a protocol is open, and none where none is', async () => {
    expect(doors.state).to.include({ open: 0, most: 2, crashed: 0 });
    const room = new Room();
    const protocol = await open(room);
    expect(doors.state.open).to.equal(2);
    expect(await Promise.all(room.lines.map((line) => line.ask('name', undefined)))).to.deep.equal(['room', 'room']);
    expect(await Promise.all(room.lines.map((line) => line.ask('ask back', 21)))).to.deep.equal([42, 42]);
    await protocol.close(1_000);
    expect(room.lines).to.deep.equal([]);
    expect(room.told).to.deep.equal([1_000, 1_000]);
    expect(doors.state.open).to.equal(0);
  });

  it('carry each protocol once, whichever opened first, and one that closes leaves the others', async () => {
    const [first, second] = [new Room({ name: 'first' }), new Room({ name: 'second' })];
    const [closing] = await Promise.all([open(first), open(second)]);
    expect([first.lines.length, second.lines.length]).to.deep.equal([2, 2]);
    await closing.close(1_000);
    expect([first.lines.length, second.lines.length]).to.deep.equal([0, 2]);
    await closing.open();
    expect([first.lines.length, second.lines.length]).to.deep.equal([2, 2]);
    expect(log).to.deep.equal([]);
  });

  it('all hear what is told to all', async () => {
    const room = new Room();
    const protocol = await open(room);
    protocol.tellAll('word', 'certificate');
    await until('both doors heard it', () => room.told.length === 2);
    expect(room.told).to.deep.equal(['certificate', 'certificate']);
  });

  it('follow the setting at once', async () => {
    const room = new Room();
    await open(room);
    setting = 0;
    doors.settingChanged();
    await until('both doors have ended', () => room.lines.length === 0);
    expect(doors.state).to.include({ open: 0, most: 0, reason: 'settings' });
    setting = 1;
    doors.settingChanged();
    await until('one door is there', () => room.lines.length === 1);
    expect(await room.lines[0]?.ask('name', undefined)).to.equal('room');
    expect(log).to.deep.equal([]);
  });

  it('serve the other protocols where the module of one does not open, which is told', async () => {
    setting = 1;
    const [broken, sound] = [new Room({ name: 'broken', fails: true }), new Room()];
    await open(broken);
    await open(sound);
    expect(await sound.lines[0]?.ask('name', undefined)).to.equal('room');
    await until('the keeper let go of the broken one', () => broken.lines.length === 0);
    expect(log).to.deep.equal(['A door thread reports: broken cannot open.']);
  });

  const deaths: readonly (readonly [RoomDeath, RegExp])[] = [
    ['exit', /its code ended it \(3\)/],
    ['throw', /thrown in a door/],
    ['reject', /rejected in a door/],
    ['memory', /memory/],
    ['loop', /did not answer for 10 s/],
  ];
  for (const [how, reason] of deaths) {
    it(`end alone where their code dies (${how}): told once, let go of, replaced`, async () => {
      setting = 1;
      const room = new Room();
      await open(room);
      const [line] = room.lines;
      line?.tell('die', how);
      await until('the keeper let go of it', () => !room.lines.includes(line as DoorLine));
      expect(await failureOf(line?.ask('name', undefined) ?? Promise.resolve())).to.include({ code: 'door/closed' });
      await until('another one is there', () => room.lines.length === 1);
      expect(await room.lines[0]?.ask('name', undefined)).to.equal('room');
      expect(log).to.have.length(1);
      expect(log[0]).to.match(reason);
      expect(doors.state).to.include({ open: 1, crashed: 1 });
    });
  }

  it('that cannot even begin are tried again, and nothing else happens', async () => {
    await doors.dispose();
    setting = 1;
    // A name with neither a dot nor a slash in front is refused by Node.js itself.
    begin(2, 'nowhere.js');
    const room = new Room();
    await open(room);
    expect(room.lines).to.deep.equal([]);
    expect(log).to.have.length(1);
    await until('it was tried again', () => log.length > 1);
    expect(doors.state).to.include({ open: 0, crashed: 2 });
  });

  it('are ended where a protocol does not end in its time', async () => {
    setting = 1;
    const room = new Room();
    const protocol = await open(room);
    room.lines[0]?.tell('die', 'hangs');
    await room.lines[0]?.ask('name', undefined);
    await protocol.close(0);
    expect(room.lines).to.deep.equal([]);
    await until('it is told', () => log.length > 0);
    expect(log[0]).to.contain('did not end within 5000 ms');
  });

  it('come while the main thread is busy, and take part in protocols that want so many cores only', async () => {
    await doors.dispose();
    setting = 'auto';
    begin(2);
    const [room, wide] = [new Room(), new Room()];
    await open(room);
    await doors.protocol(PLUGIN, './room.js', wide, { fromCores: 4 }).open();
    expect(room.lines).to.deep.equal([]);
    await until('a door came', () => {
      for (const end = performance.now() + 50; performance.now() < end; );
      return room.lines.length > 0;
    });
    expect(doors.state.mainLoad).to.be.greaterThan(0.7);
    expect(wide.lines).to.deep.equal([]);
  });

  it('cost 20 MB or less each', async () => {
    setting = 1;
    const room = new Room();
    const before = process.memoryUsage().rss;
    await open(room);
    const [line] = room.lines;
    const after = (await line?.ask<number>('memory', undefined)) ?? 0;
    expect(after - before)
      .to.be.greaterThan(0)
      .and.below(20 * 2 ** 20);
  });
});
