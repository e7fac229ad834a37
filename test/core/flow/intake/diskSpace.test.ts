import '#core/base/injection.js';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DiskSpace } from '#core/flow/intake/diskSpace.js';

describe('room for mail', () => {
  let clock: VirtualClock;
  let free: number;
  let asked: number;
  let trouble: Error | undefined;
  let disk: DiskSpace;

  beforeEach(() => {
    clock = new VirtualClock();
    [free, asked, trouble] = [500 * 2 ** 20, 0, undefined];
    const store = {
      room: async () => {
        asked += 1;
        return free;
      },
    };
    const maintenance = {
      get trouble() {
        return trouble;
      },
    };
    disk = new DiskSpace(store as never, { get: () => 100 } as never, maintenance as never, clock);
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

  it('is not there while the disk has failed, however much is free', async () => {
    trouble = new Error('I/O error.');
    expect(await disk.problem()).to.equal('Nothing can be stored since the disk failed: I/O error. Postroom looks again by itself.');
    expect(asked).to.equal(0);
  });
});
