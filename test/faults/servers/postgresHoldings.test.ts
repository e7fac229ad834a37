import { ANDREW, outboxDraft, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { Cluster } from '../../kit/postgres/cluster.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../../plugins/store-postgres/postgresPlace.js';
import { Ledger } from '../ledger.js';
import { damageOf, holdingsOf, leftOver, type Query } from './postgresHoldings.js';

describe('What the sweep with two servers finds in a database', () => {
  let cluster: Cluster;
  let place: PostgresPlace;
  let query: Query;
  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    place = await PostgresPlace.make(cluster);
    query = (text) => place.database.query(text);
  });
  afterEach(() => place?.dispose());

  it('is nothing where all is well, and what the ledger asks for', async () => {
    const store = await place.open();
    await put(store, {
      to: [ANDREW],
      message: { messageId: 'a@x' },
      outbox: [outboxDraft('out@far.example')],
      duplicateKey: Buffer.alloc(16),
    });
    expect(await leftOver(query)).to.deep.equal([]);
    expect(await damageOf(place.database.url())).to.deep.equal([]);
    const ledger = new Ledger();
    ledger.expect('a@x', { mailboxes: ['company/andrew'], life: 1 });
    expect(ledger.judgeHoldings(await holdingsOf(query), 0)).to.deep.equal({
      lost: [],
      doubled: [],
      stalled: ['mail to out@far.example still waits'],
    });
  });

  it('is octets, halves, keys and leases of nobody, messages that are stored twice or belong to nobody, and a journal that is wrong', async () => {
    const store = await place.open();
    for (const message of [{ uidl: 'u1' }, { uidl: 'u1' }]) await put(store, { to: [ANDREW], message });
    await query(`INSERT INTO chunk VALUES (999, 0, '')`);
    await query('INSERT INTO spill VALUES (998, 1)');
    await query(`INSERT INTO seen VALUES ('\\x00', 0, 1)`);
    await query('UPDATE placement SET removed_at = 1 WHERE id = (SELECT min(id) FROM placement)');
    await query(`INSERT INTO journal (account, uidl, state, listed_size, since, attempts) VALUES ('company', 'u2', 'stored', 1, 0, 0)`);
    await query(`INSERT INTO lease VALUES ('tidy', 1, 12345, 0)`);
    expect(await leftOver(query)).to.deep.equal([
      '1 messages have octets that belong to no message',
      '1 messages are half there',
      '1 keys of duplicates stand for no copy',
      '1 messages belong to nobody',
      '1 messages of the ISP are stored twice',
      '1 entries of the journal say "stored" of what is not',
      '1 leases are held by nobody',
    ]);
  });

  it('is a message that is not what came in', async () => {
    const store = await place.open();
    await put(store, { to: [ANDREW] });
    await query(`UPDATE chunk SET octets = 'other'`);
    expect((await damageOf(place.database.url())).join()).to.match(/is not what came in/);
  });
});
