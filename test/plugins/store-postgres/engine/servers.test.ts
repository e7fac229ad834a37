import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { PostgresEngine } from '#plugins/store-postgres/dist/engine/engine.js';
import { failureOf } from '../../../kit/failureOf.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { until } from '../../../kit/until.js';

describe('Servers on a store', () => {
  let database: ClusterDatabase;
  let engines: PostgresEngine[];
  beforeEach(async function () {
    database = await (await testCluster(this)).database();
    engines = [];
  });
  afterEach(async () => {
    for (const engine of engines ?? []) await engine.close();
    await database?.drop();
  });

  const open = async (name: string, former?: number): Promise<PostgresEngine> => {
    const address = readAddress({ url: database.url() });
    const engine = await PostgresEngine.open({ address, server: { name, renewMs: 100 }, former: () => Promise.resolve(former) });
    engines.push(engine);
    return engine;
  };
  const names = async (engine: PostgresEngine): Promise<readonly string[]> => (await engine.leases.servers()).map(({ name }) => name);
  const forget = (name: string) => database.query('UPDATE server SET until = 0 WHERE name = $1', [name]);

  it('have a name each: a second one of that name is told so', async () => {
    await open('a');
    const error = await failureOf(open('a'));
    expect(error.code).to.equal('data/locked');
    expect(error.message).to.match(/Another server named "a" is on this store.*"node" in boot\.json/);
  });

  it('have a time each after which they are gone, which others go by', async () => {
    const address = readAddress({ url: database.url() });
    const quick = await PostgresEngine.open({ address, server: { name: 'quick', goneAfterMs: 300 } });
    engines.push(quick);
    await open('b');
    const error = await failureOf(open('b'));
    expect(error.message).to.match(/Where it is dead its name is free in \d+ s\./);
    const rows = await database.query('SELECT name, until - heard_at AS ms FROM server ORDER BY name');
    expect(rows.map(({ name, ms }) => [name, Number(ms)])).to.deep.equal([
      ['b', 30_000],
      ['quick', 300],
    ]);
    // It says so itself, a third of its time apart.
    let signs = 0;
    const counting = quick.servers.onDidRenew(() => {
      signs += 1;
    });
    await until('it gives signs of life', () => signs > 2);
    await counting.dispose();
  });

  it('that start at once with one name are one', async () => {
    const results = await Promise.allSettled([open('a'), open('a'), open('a')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('take the place of the process before them, when they know that it is dead', async () => {
    const before = await open('a');
    const { id } = before.servers;
    // Killed: it says nothing any more.
    const held = await before.leases.take('tidy');
    const next = await open('a', id);
    expect((await next.leases.take('tidy'))?.fence.lease).to.equal('tidy');
    await until('one that was not dead hears of it', () => held?.lost.aborted === true && before.servers.trouble !== undefined);
    expect(before.servers.trouble).to.include({ code: 'data/locked' });
  });

  it('take nothing by a number that is not that process', async () => {
    const { servers } = await open('a');
    expect((await failureOf(open('a', servers.id + 1))).code).to.equal('data/locked');
  });

  it('are gone at once when they leave', async () => {
    const a = await open('a');
    const b = await open('b');
    expect(await names(a)).to.deep.equal(['a', 'b']);
    await b.leases.take('tidy');
    await b.close();
    expect(await names(a)).to.deep.equal(['a']);
    expect(await a.leases.take('tidy')).to.not.equal(undefined);
  });

  it('come back under another number where they were given up, with what nobody has taken', async () => {
    const a = await open('a');
    const kept = await a.leases.take('kept');
    const lost = await a.leases.take('lost');
    const before = a.servers.id;
    await database.query('DELETE FROM server');
    await database.query("UPDATE lease SET token = nextval('token'), server_id = NULL WHERE name = 'lost'");
    await until('it has another number', () => a.servers.id !== before);
    await until('it hears what it lost', () => lost?.lost.aborted === true);
    expect(kept?.lost.aborted).to.equal(false);
    const [self] = await a.leases.servers();
    expect(self?.holds.map(({ lease }) => lease)).to.deep.equal(['kept']);
  });

  it('are forgotten when they are gone and nothing is left of them', async () => {
    const a = await open('a');
    await database.query("INSERT INTO server VALUES (nextval('token'), 'b', 0, 0, 0)");
    await until('it is forgotten', async () => (await database.query("SELECT 1 FROM server WHERE name = 'b'")).length === 0);
    await database.query(
      "INSERT INTO server SELECT nextval('token'), 'c', 0, now, now FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now) AS t",
    );
    await database.query("INSERT INTO lease SELECT 'maildrop/7', nextval('token'), id, 0 FROM server WHERE name = 'c'");
    await forget('c');
    // Nobody has wanted its lease for longer than anybody looks at it.
    await until('it is forgotten', async () => (await database.query("SELECT 1 FROM server WHERE name = 'c'")).length === 0);
    expect(await names(a)).to.deep.equal(['a']);
  });

  it('give back what a lost answer left with them', async () => {
    const a = await open('a');
    await database.query("INSERT INTO lease VALUES ('stray', nextval('token'), $1, 0)", [a.servers.id]);
    await until(
      'it is given back',
      async () => (await database.query("SELECT 1 FROM lease WHERE name = 'stray' AND server_id IS NULL")).length === 1,
    );
  });

  it('hear of news from each other, and look by themselves where none came', async () => {
    const [a, b] = [await open('a'), await open('b')];
    let heard = 0;
    const listening = b.changes.subscribe('outbox', () => {
      heard += 1;
    });
    await until('it looks by itself', () => heard > 0);
    const before = heard;
    a.changes.publish('outbox');
    await until('it hears', () => heard > before);
    await listening.dispose();
  });
});
