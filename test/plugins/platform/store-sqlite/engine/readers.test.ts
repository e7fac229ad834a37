import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { openWriter } from '#plugins/platform/store-sqlite/dist/engine/database.js';
import { Readers } from '#plugins/platform/store-sqlite/dist/engine/readers.js';
import { failureOf } from '../../../../kit/failureOf.js';

describe('the connections that read', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-readers-'));
    file = path.join(folder, 'postroom.db');
    await (await openWriter(file)).close();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('answer what was asked before they close, and refuse what comes while a statement is still being prepared', async () => {
    const readers = await Readers.open(file, 'shared');
    const ask = (number: number): Promise<unknown> => readers.get(`SELECT ${number} AS number`);
    const asked = [1, 2, 3, 4].map(ask);
    const closed = readers.close();
    const late = [5, 6, 7, 8].map((number) => failureOf(ask(number)));
    await closed;
    expect(await Promise.all(asked)).to.deep.equal([1, 2, 3, 4].map((number) => ({ number })));
    for (const failure of await Promise.all(late)) expect(failure).to.include({ code: 'store/failed' });
  });
});
