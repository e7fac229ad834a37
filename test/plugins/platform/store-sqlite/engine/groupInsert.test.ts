import { join } from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import { ANDREW, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { CommitNumber } from '#plugins/platform/store-sqlite/dist/engine/commitNumber.js';
import { Connection, type SqlValue } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { openWriter } from '#plugins/platform/store-sqlite/dist/engine/database.js';
import type { MessageRow } from '#plugins/platform/store-sqlite/dist/engine/tables.js';
import { WriteGroup } from '#plugins/platform/store-sqlite/dist/engine/writeGroup.js';
import { WriteQueue } from '#plugins/platform/store-sqlite/dist/engine/writeQueue.js';
import { StoreFixture } from '../storeFixture.js';

describe('The rows of a group', () => {
  let fixture: StoreFixture;
  let writer: Connection;
  const run = Reflect.get(Connection.prototype, 'run') as (this: Connection, sql: string, values?: readonly SqlValue[]) => Promise<number>;
  let calls: string[] = [];
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    writer = await openWriter(join(fixture.folder, 'postroom.db'));
    calls = [];
    Connection.prototype.run = function (this: Connection, sql, values) {
      calls.push(sql.slice(0, sql.indexOf(' ') < 0 ? undefined : sql.indexOf(' ')));
      return run.call(this, sql, values);
    };
  });
  afterEach(async () => {
    Connection.prototype.run = run;
    await writer.close();
    await fixture.dispose();
  });

  function message(id: number, other: Partial<MessageRow> = {}): MessageRow {
    const texts = { origin: 'fetched', message_id: '', sender: '', subject: '', disposition: 'deliver', details: '{}' };
    return { id, account: null, uidl: null, received_at: 1, size: 0, content_hash: Buffer.alloc(0), gone_at: null, ...texts, ...other };
  }

  async function write(fill: (group: WriteGroup) => void): Promise<void> {
    const group = await WriteGroup.begin(writer, [], new Date());
    fill(group);
    await group.write(writer);
  }

  it('are stored as they are: every text, every octet, and half a surrogate pair as U+FFFD', async () => {
    const texts = fc.record({
      subject: fc.string({ unit: 'binary' }),
      sender: fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })).map((codes) => String.fromCharCode(...codes)),
      details: fc.string().map((text) => JSON.stringify({ text, looksLike: '\\ud800' })),
      content_hash: fc.uint8Array({ maxLength: 40 }),
      uidl: fc.option(fc.string()),
      received_at: fc.maxSafeInteger(),
    });
    let next = 1;
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 5 }), async (given) => {
        const rows = given.map((each) => message(next++, each));
        await write((group) => {
          for (const row of rows) group.insert('message', row);
        });
        const stored = await writer.all<MessageRow>('SELECT * FROM message WHERE id >= ? ORDER BY id', [rows[0]?.id ?? next]);
        const asUtf8 = (text: string): string => Buffer.from(text).toString();
        expect(stored).to.deep.equal(
          rows.map((row) => ({
            ...row,
            subject: asUtf8(row.subject),
            sender: asUtf8(row.sender),
            content_hash: Buffer.from(row.content_hash),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('have octets that are empty where they are empty, and none where there are none', async () => {
    await writer.run("INSERT INTO mailbox (account, user, user_key) VALUES ('', 'a', 'a')");
    const copy = { mailbox_id: 1, message_id: 1, concealed: null, size: 0, tag: 0, placed_at: 1 };
    await write((group) => {
      group.insert('message', message(1));
      group.insert('placement', { ...copy, prefix: Buffer.alloc(0), seen_key: null });
    });
    expect(await writer.all('SELECT prefix, seen_key, content_hash FROM placement JOIN message')).to.deep.equal([
      { prefix: Buffer.alloc(0), seen_key: null, content_hash: Buffer.alloc(0) },
    ]);
  });

  it('take few calls whatever their number, and not all of a large group in one', async () => {
    await write((group) => {
      for (let id = 1; id <= 200; id += 1) group.insert('message', message(id));
      for (let id = 1; id <= 9; id += 1) group.insert('chunk', { id, octets: Buffer.alloc(2 ** 18, id) });
      group.insert('activity', { at: 1, day: '', kind: '', account: null, user: null, message: null, text: '', details: '{}' });
    });
    expect(calls).to.deep.equal(Array(9).fill('INSERT'));
    const chunks = await writer.all<{ id: number; octets: Buffer }>('SELECT id, octets FROM chunk ORDER BY id');
    expect(chunks.map(({ octets }) => octets[0])).to.deep.equal(chunks.map(({ id }) => id));
    expect(chunks).to.have.length(9);
    expect(await writer.get('SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM activity) AS lines')).to.deep.equal({
      messages: 200,
      lines: 1,
    });
  });

  it('go in by the call that numbers the commit: a message, its copy and its line of the log take three calls', async () => {
    const store = await fixture.open();
    await put(store, { to: [ANDREW] });
    calls = [];
    store.activity.add({ kind: 'problem', account: undefined, user: undefined, message: undefined, text: 'x' });
    await put(store, { to: [ANDREW] });
    expect(calls).to.deep.equal(['BEGIN', 'INSERT', 'COMMIT']);
  });

  it('do not number it for good where a statement behind them takes a token', async () => {
    const clock = new SystemClock();
    const commits = await CommitNumber.open(fixture.folder, writer, clock);
    const queue = new WriteQueue(writer, clock, undefined, () => undefined, undefined, commits);
    const token = commits.tokens.next();
    await queue.write({ stage: (group) => group.insert('chunk', { id: 1, octets: Buffer.alloc(1) }) });
    expect(await writer.get('SELECT number, token FROM commits')).to.deep.equal({ number: 1, token });
    await queue.write({
      stage: (group) => group.insert('chunk', { id: 2, octets: Buffer.alloc(1) }),
      run: async () => void commits.tokens.next(),
    });
    expect(await writer.get('SELECT number, token FROM commits')).to.deep.equal({ number: 2, token: token + 1 });
    await commits.close();
  });
});
