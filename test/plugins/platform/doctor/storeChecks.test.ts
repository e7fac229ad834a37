// What the doctor says of the store, be it a file here or kept by a database server.
import { PostroomError } from '@postroom/sdk';
import type { MailStore, StoreMaintenance, StoreRoom } from '@postroom/sdk/services';
import { expect } from 'chai';
import { checkDatabase, checkRoom } from '#plugins/platform/doctor/dist/storeChecks.js';

describe('the store, as the doctor sees it', () => {
  const roomy = { problem: async () => undefined };
  const saying = (room: StoreRoom): MailStore => ({ room: async () => room }) as unknown as MailStore;
  const troubled = (trouble: Error): StoreMaintenance => ({ trouble }) as unknown as StoreMaintenance;

  it('has so much room, at the place that has it, or an unknown amount where it cannot see a disk', async () => {
    const disk: StoreRoom = { answer: 'yes', free: 3 * 2 ** 20, place: 'the disk of the data folder' };
    expect((await checkRoom(roomy, saying(disk))).text).to.equal('3 MB are free on the disk of the data folder.');
    const elsewhere: StoreRoom = { answer: 'yes', free: undefined, place: 'the database server db.example' };
    expect(await checkRoom(roomy, saying(elsewhere))).to.deep.equal({
      check: 'disk',
      state: 'well',
      text: 'There is room on the database server db.example; how much is for its own administrator to see.',
    });
    const full = { problem: async () => 'It is full. Make room.' };
    expect(await checkRoom(full, saying(disk))).to.deep.equal({ check: 'disk', state: 'problem', text: 'It is full. Make room.' });
  });

  it('cannot be written since a disk failed, or while a database server is away', async () => {
    expect((await checkDatabase(troubled(new Error('EIO.')))).text).to.equal(
      'Nothing is written since the disk failed: EIO. Postroom goes on by itself when the disk does.',
    );
    const away = new PostroomError('store/unreachable', 'The database server db.example does not answer.');
    expect((await checkDatabase(troubled(away))).text).to.equal(
      'Nothing is written: The database server db.example does not answer. Postroom goes on by itself when that has passed.',
    );
  });
});
