// What goes to PostgreSQL and comes back in binary: octets as they are, whatever they are, in pieces of any size.
import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { bigints, booleans, integers, octets, texts } from '#plugins/store-postgres/dist/engine/binaryArrays.js';
import { rowsIn } from '#plugins/store-postgres/dist/engine/copiedRows.js';
import { bigintOctets, integerOctets } from '#plugins/store-postgres/dist/engine/copyIn.js';
import { PostgresEngine } from '#plugins/store-postgres/dist/engine/engine.js';
import { failureOf } from '../../../kit/failureOf.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';

const EVERY_OCTET = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));

describe('Octets on their way to PostgreSQL', () => {
  let database: ClusterDatabase;
  let engine: PostgresEngine;
  before(async function () {
    database = await (await testCluster(this)).database();
    engine = await PostgresEngine.open({ address: readAddress({ url: database.url() }), server: { name: 'a' } });
  });
  after(async () => {
    await engine?.close();
    await database?.drop();
  });

  const back = async (type: string, values: Buffer): Promise<readonly unknown[]> =>
    (await engine.database.rows<{ value: unknown }>(`SELECT unnest($1::${type}[]) AS value`, [values])).map(({ value }) => value);

  it('arrive in arrays as they are, the empty one and the missing one too', async () => {
    const values = [EVERY_OCTET, Buffer.alloc(0), null, Buffer.concat([EVERY_OCTET, EVERY_OCTET])];
    expect(await back('bytea', octets(values))).to.deep.equal(values);
    expect(await back('bytea', octets([]))).to.deep.equal([]);
  });

  it('are the numbers, texts and truths that they were', async () => {
    const numbers = [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, null];
    expect(await back('bigint', bigints(numbers))).to.deep.equal(numbers);
    expect(await back('integer', integers([0, -1, 2 ** 31 - 1, null]))).to.deep.equal([0, -1, 2 ** 31 - 1, null]);
    expect(await back('boolean', booleans([true, false, null]))).to.deep.equal([true, false, null]);
    const words = ['', 'a,b', '{"x"}', "'; --", '\\', 'NULL', 'ä€\u{1f600}', null];
    expect(await back('text', texts(words))).to.deep.equal(words);
  });

  it('have U+FFFD where PostgreSQL has no room for a character', async () => {
    expect(await back('text', texts(['a\0b', 'half \ud83d']))).to.deep.equal(['a\ufffdb', 'half \ufffd']);
    expect(await engine.database.rows('SELECT $1::text AS one, $2::text[] AS more', ['a\0b', ['\0']])).to.deep.equal([
      { one: 'a\ufffdb', more: ['\ufffd'] },
    ]);
  });

  it('come back by COPY as they are, rows of all sizes', async () => {
    const sizes = [0, 1, 65_535, 300_000, 7];
    const rows: (Buffer | null)[] = [];
    const query = `SELECT n, CASE WHEN size > 0 THEN (SELECT string_agg(set_byte('x', 0, i % 256), '' ORDER BY i) FROM generate_series(1, size) AS i) END
      FROM unnest(ARRAY[${sizes.join(', ')}]) WITH ORDINALITY AS wanted (size, n) ORDER BY n`;
    for await (const [, value = null] of engine.database.copyOut(query)) rows.push(value === null ? null : Buffer.from(value));
    expect(rows.map((row) => row?.length ?? 0)).to.deep.equal(sizes);
    for (const row of rows) expect(row?.every((octet, index) => octet === (index + 1) % 256) ?? true).to.equal(true);
  });

  it('go by COPY as they are, or none of them', async () => {
    await engine.database.write('CREATE TABLE IF NOT EXISTS heap (id bigint PRIMARY KEY, part integer, octets bytea)');
    const put = (...rows: (readonly [number, Uint8Array])[]): Promise<void> =>
      engine.database.transaction((statements) =>
        statements.copyIn(
          'heap (id, part, octets)',
          rows.map(([id, value]) => [bigintOctets(id), integerOctets(7), value]),
        ),
      );
    const large = Buffer.alloc(2 ** 20, EVERY_OCTET);
    await put([1, EVERY_OCTET], [2 ** 40, Buffer.alloc(0)], [-3, large]);
    expect(await failureOf(put([4, large], [1, large]))).to.include({ code: 'store/failed', state: '23505' });
    const rows = await engine.database.rows('SELECT id, part, octets FROM heap ORDER BY id');
    expect(rows).to.deep.equal([
      { id: -3, part: 7, octets: large },
      { id: 1, part: 7, octets: EVERY_OCTET },
      { id: 2 ** 40, part: 7, octets: Buffer.alloc(0) },
    ]);
  });

  it('leave no connection behind where somebody stops reading them', async () => {
    for (let n = 0; n < 20; n += 1) {
      for await (const _ of engine.database.copyOut("SELECT decode(repeat('00', 100000), 'hex') FROM generate_series(1, 50)")) break;
    }
    expect(await engine.database.rows('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });
});

describe('Rows of a COPY', () => {
  const columns = (row: readonly (Buffer | null)[]): Buffer => {
    const count = Buffer.alloc(2);
    count.writeInt16BE(row.length);
    const fields = row.map((field) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(field?.length ?? -1);
      return Buffer.concat([length, field ?? Buffer.alloc(0)]);
    });
    return Buffer.concat([count, ...fields]);
  };
  const rows = [[Buffer.from('one'), null], [EVERY_OCTET, Buffer.alloc(0)], [], [Buffer.from([255, 255]), Buffer.from('end')]];
  const whole = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1'), ...rows.map(columns), Buffer.from([255, 255])]);

  it('are the same in pieces of any size', async () => {
    for (let size = 1; size <= whole.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, n) => whole.subarray(n * size, (n + 1) * size));
      const read: (readonly (Buffer | null)[])[] = [];
      for await (const row of rowsIn(streamOf(pieces))) read.push(row.map((field) => (field === null ? null : Buffer.from(field))));
      expect(read, `pieces of ${size}`).to.deep.equal(rows);
    }
  });
});

async function* streamOf(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
