import { StoreMaintenance } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Postroom } from '../../../../kit/postroom.js';
import { sourcesIn } from '../../../../kit/sourceFiles.js';
import { StoreFixture } from '../storeFixture.js';

/** What durability rests on. That assertDurable() refuses less is shown with the opening of the database. */

describe('The pragmas of durability', () => {
  it('are in force on the connection that a running server writes by', async () => {
    const postroom = await Postroom.start();
    try {
      await postroom.submit('john', ['lisa@works.example'], 'Subject: One\n\nHello\n');
      await postroom.service(StoreMaintenance).assertDurable();
    } finally {
      await postroom.stop();
    }
  });

  it('are in force again when the store was opened anew after trouble', async () => {
    const fixture = await StoreFixture.make();
    try {
      const store = await fixture.open();
      await store.reopen();
      await store.assertDurable();
    } finally {
      await fixture.dispose();
    }
  });

  it('are set wherever the database is opened for writing, which is in one place', () => {
    const writing = sourcesIn('plugins')
      .filter(({ text }) => /Connection\.open\([^)]*'(write|create)'\)/.test(text))
      .map(({ name }) => name);
    // dataLock.ts opens a file of its own, for its lock alone.
    expect(writing).to.deep.equal(['plugins/platform/store-sqlite/engine/database.ts', 'plugins/platform/store-sqlite/folder/dataLock.ts']);
    const relaxing = sourcesIn('plugins/platform/store-sqlite').filter(({ text }) =>
      /synchronous\s*=\s*(?!FULL)\w|journal_mode\s*=\s*(?!WAL|\w+')\w/i.test(text),
    );
    expect(relaxing.map(({ name }) => name)).to.deep.equal([]);
  });
});
