import { PostroomError, sentenceOf } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Gathering } from '#plugins/store-postgres/dist/records/gathering.js';

describe('Changes that nobody waits for', () => {
  let clock: VirtualClock;
  let written: (readonly string[])[];
  let lost: string[];
  /** Why the database takes nothing. */
  let refusal: (items: readonly string[]) => Error | undefined;
  let gathering: Gathering<string>;

  beforeEach(() => {
    clock = new VirtualClock();
    written = [];
    lost = [];
    refusal = () => undefined;
    gathering = new Gathering<string>(
      clock,
      async (items) => {
        await Promise.resolve();
        const error = refusal(items);
        if (error !== undefined) throw error;
        written.push(items);
      },
      (error) => lost.push(sentenceOf(error)),
    );
  });
  afterEach(async () => {
    refusal = () => undefined;
    await gathering.close();
    expect(clock.pending).to.equal(0);
  });

  const away = (): Error => new PostroomError('store/unreachable', 'away');

  it('share a commit with what comes within a moment', async () => {
    gathering.add('a');
    await clock.advance(100);
    gathering.add('b');
    await clock.advance(100);
    expect(written).to.deep.equal([['a', 'b']]);
  });

  it('are written at once where somebody asks for that', async () => {
    gathering.add('a');
    await gathering.settle();
    expect(written).to.deep.equal([['a']]);
  });

  it('wait for a database that is away, in their order', async () => {
    refusal = away;
    gathering.add('a');
    await gathering.settle();
    gathering.add('b');
    await clock.advance(1_000);
    expect(written).to.deep.equal([]);
    refusal = () => undefined;
    await clock.advance(1_000);
    expect([written, lost]).to.deep.equal([[['a', 'b']], []]);
  });

  it('take no other with them where the database refuses one', async () => {
    refusal = (items) => (items.includes('bad') ? new PostroomError('store/failed', 'bad') : undefined);
    for (const item of ['a', 'bad', 'b']) gathering.add(item);
    await gathering.settle();
    expect([written, lost]).to.deep.equal([[['a'], ['b']], ['bad']]);
  });

  it('are told of as lost at the end, and beyond a number', async () => {
    refusal = away;
    for (let n = 0; n <= 10_000; n += 1) gathering.add('a');
    expect(lost).to.deep.equal(['10000 notes wait for the database already: another one is dropped.']);
    await gathering.close();
    expect(lost[1]).to.equal('The database is away: 10000 notes are lost.');
    gathering.add('too late');
    await gathering.settle();
    expect(written).to.deep.equal([]);
  });
});
