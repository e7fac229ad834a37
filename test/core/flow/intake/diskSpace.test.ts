import '#core/base/injection.js';
import { PostroomError } from '@postroom/sdk';
import type { StoreRoom } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DiskSpace } from '#core/flow/intake/diskSpace.js';

describe('room for mail', () => {
  let clock: VirtualClock;
  let free: number;
  let room: () => Partial<StoreRoom>;
  let floor: number;
  let asked: number;
  let trouble: Error | undefined;
  let disk: DiskSpace;

  beforeEach(() => {
    clock = new VirtualClock();
    [free, floor, asked, trouble] = [500 * 2 ** 20, 100, 0, undefined];
    room = () => ({});
    const store = {
      room: async (octets: number): Promise<StoreRoom> => {
        asked += 1;
        return { answer: free >= octets ? 'yes' : 'only-removals', free, place: 'the disk of the data folder', ...room() };
      },
    };
    const maintenance = {
      get trouble() {
        return trouble;
      },
    };
    disk = new DiskSpace(store as never, { get: () => floor } as never, maintenance as never, clock);
  });

  it('is there above the floor, and missing below it, with what helps', async () => {
    expect(await disk.problem()).to.equal(undefined);
    free = 99.9 * 2 ** 20;
    await clock.advance(1_000);
    expect(await disk.problem()).to.equal(
      'The disk of the data folder has 99 MB free; below 100 MB no mail is taken in. Make room, or lower server.freeSpaceFloorMB.',
    );
    free = 100 * 2 ** 20;
    await clock.advance(1_000);
    expect(await disk.problem()).to.equal(undefined);
  });

  it('is looked at once a second at most: every message asks', async () => {
    for (let message = 0; message < 5; message += 1) await disk.problem();
    expect(asked).to.equal(1);
    await clock.advance(999);
    await disk.problem();
    expect(asked).to.equal(1);
    await clock.advance(1);
    await disk.problem();
    expect(asked).to.equal(2);
  });

  it('is looked at again at once where the floor was changed', async () => {
    floor = 1_000;
    expect(await disk.problem()).to.include('has 500 MB free; below 1000 MB no mail is taken in');
    floor = 100;
    expect(await disk.problem()).to.equal(undefined);
  });

  it('is missing in the words of the place that has none', async () => {
    const answers: readonly (readonly [Partial<StoreRoom>, string])[] = [
      [
        { answer: 'no', free: 900 },
        'The disk of the data folder has 0 MB free: nothing can be written, no mail can be taken in, and none be removed. Make room.',
      ],
      [
        { answer: 'no', free: undefined, place: 'the database on db.example' },
        'The database on db.example is full: nothing can be written, no mail can be taken in, and none be removed. Make room.',
      ],
      [
        { answer: 'only-removals', free: undefined, place: 'the database on db.example' },
        'The database on db.example has no room: no mail is taken in until there is. Make room.',
      ],
    ];
    for (const [answer, sentence] of answers) {
      room = () => answer;
      await clock.advance(1_000);
      expect(await disk.problem()).to.equal(sentence);
      expect(await disk.trouble()).to.include({ code: 'store/full' });
    }
  });

  it('is not there where the store cannot be asked, for the reason that it gives', async () => {
    room = () => {
      throw new PostroomError('store/unreachable', 'The database server cannot be reached.');
    };
    expect(await disk.problem()).to.equal('The database server cannot be reached.');
    expect(await disk.trouble()).to.include({ code: 'store/unreachable' });
    trouble = new PostroomError('store/unreachable', 'The database server cannot be reached.');
    expect(await disk.problem(), 'no disk has failed').to.equal(
      'Nothing can be stored: The database server cannot be reached. Postroom looks again by itself.',
    );
  });

  it('is not there while the disk has failed, however much is free', async () => {
    trouble = new Error('I/O error.');
    expect(await disk.problem()).to.equal('Nothing can be stored since the disk failed: I/O error. Postroom looks again by itself.');
    expect(asked).to.equal(0);
  });
});
