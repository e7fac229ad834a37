// Every way in which the database can be away, full, read-only, or unfit to be trusted with mail: an error with a sentence that says what to do.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { PostgresEngine } from '#plugins/store-postgres/dist/engine/engine.js';
import { closedPort } from '../../../kit/closedPort.js';
import { failureOf } from '../../../kit/failureOf.js';
import { type Cluster, GUARDED } from '../../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { smallDisk } from '../../../kit/postgres/smallDisk.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { WireProxy } from '../../../kit/wire/wireProxy.js';

const FILL = 'CREATE TABLE filled AS SELECT repeat(gen_random_uuid()::text, 20) AS text FROM generate_series(1, 50000)';

describe('the database of the store', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;

  const open = (url: string, passwordFile?: string): Promise<PostgresEngine> =>
    PostgresEngine.open({ address: readAddress({ url, passwordFile }, {}), server: { name: 'a' } });
  /** It opens, and closes again. */
  const opens = async (url: string, passwordFile?: string): Promise<void> => {
    await (await open(url, passwordFile)).close();
  };
  const refusal = async (url: string, passwordFile?: string): Promise<PostroomError> =>
    open(url, passwordFile).then(
      async (engine) => {
        await engine.close();
        throw new Error(`${url} was opened.`);
      },
      (error: PostroomError) => error,
    );
  const refused = async (url: string, code: string, sentence: RegExp): Promise<void> => {
    const error = await refusal(url);
    expect(error).to.include({ code });
    expect(error.message).to.match(sentence);
  };

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
  });
  afterEach(() => database.drop());

  it('is where nobody answers', async () => {
    const { port, release } = await closedPort();
    await refused(
      database.url({ port }),
      'store/unreachable',
      new RegExp(`127\\.0\\.0\\.1:${port}: the connection was refused\\. Start it`),
    );
    release();
  });

  it('lets nobody in with a wrong password, which the sentence does not say', async () => {
    const error = await refusal(database.url({ user: GUARDED.user, password: 'wrong' }));
    expect(error).to.include({ code: 'store/unreachable' });
    expect(error.message)
      .to.match(/refuses the user guarded: password authentication failed.*See to the password/)
      .and.not.include('wrong');
  });

  it('asks for a password where none is known', async () => {
    const url = database.url({ user: GUARDED.user });
    await refused(url, 'store/unreachable', /asks for a password of the user guarded, and none is known\. Name a file.*PGPASSWORD/);
  });

  it('is opened with the password of the address, and with that of a file', async () => {
    await database.query(`GRANT ALL ON SCHEMA public TO ${GUARDED.user}`);
    await opens(database.url(GUARDED));
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-password-'));
    const file = path.join(folder, 'password');
    await writeFile(file, `${GUARDED.password}\n`);
    await opens(database.url({ user: GUARDED.user }), file);
    expect((await refusal(database.url({ user: GUARDED.user }), `${file}s`)).message).to.match(/password cannot be read.*passwords/);
    await rm(folder, { recursive: true });
  });

  it('is not there', async () => {
    const url = database.url().replace(database.name, 'nowhere');
    await refused(url, 'store/unreachable', /has no database "nowhere"\. Make it: CREATE DATABASE nowhere OWNER postroom ENCODING 'UTF8'/);
  });

  it('gives a user who is not its owner no rights', async () => {
    await refused(database.url({ user: 'stranger' }), 'store/unfit', /The user stranger may not do .*ALTER DATABASE \w+ OWNER TO stranger/);
  });

  it('is older than PostgreSQL 15', async () => {
    const proxy = await WireProxy.start(cluster.port);
    const version = String((await database.query("SELECT current_setting('server_version_num') AS version"))[0]?.['version']);
    proxy.rewrite = ({ type, octets }) =>
      type === 'D' ? Buffer.from(octets.toString('latin1').replace(version, '140012'), 'latin1') : octets;
    await refused(
      database.url({ port: proxy.port }),
      'store/unfit',
      /is PostgreSQL 14: no mail is trusted to it\. Postroom needs 15 or newer/,
    );
    await proxy.close();
  });

  for (const setting of ['fsync', 'full_page_writes']) {
    it(`has ${setting} switched off`, async () => {
      await cluster.set(setting, 'off');
      try {
        await refused(
          database.url(),
          'store/unfit',
          new RegExp(`has ${setting} switched off: no mail is trusted to it\\..*Set ${setting} = on`),
        );
      } finally {
        await cluster.set(setting, undefined);
      }
      await opens(database.url());
    });
  }

  it('waits for the disk where its settings would not: only this store is slower', async () => {
    await database.query(`ALTER DATABASE ${database.name} SET synchronous_commit = off`);
    const engine = await open(database.url());
    expect(await engine.database.rows('SHOW synchronous_commit')).to.deep.equal([{ synchronous_commit: 'on' }]);
    await engine.close();
  });

  it('keeps texts in another way than UTF-8', async () => {
    const latin = await cluster.database("ENCODING 'LATIN1' TEMPLATE template0");
    await refused(latin.url(), 'store/unfit', /keeps texts as LATIN1.*ENCODING 'UTF8' TEMPLATE template0/);
    await latin.drop();
  });

  it('is set to read only', async () => {
    await opens(database.url());
    await database.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    await refused(database.url(), 'store/unreachable', /takes no changes.*switch default_transaction_read_only off/);
  });

  it('becomes read only under open connections, which are given up: another one may find another host', async () => {
    const engine = await open(database.url());
    try {
      await database.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
      await engine.pool.use((session) => session.exec('SET default_transaction_read_only = on'));
      const write = (): Promise<unknown> => engine.database.write('UPDATE server SET heard_at = heard_at');
      for (const failed of [await failureOf(write()), await failureOf(engine.servers.renew()), engine.servers.trouble])
        expect(failed).to.include({ code: 'store/unreachable' });
      await database.query(`BEGIN READ WRITE; ALTER DATABASE ${database.name} RESET default_transaction_read_only; COMMIT`);
      await write();
      await engine.servers.renew();
      expect(engine.servers.trouble).to.equal(undefined);
    } finally {
      await engine.close();
    }
  });

  it('is a standby, and found among several hosts once that is promoted', async () => {
    const standby = await cluster.standby();
    const both = database.url().replace(`127.0.0.1:${cluster.port}`, `127.0.0.1:${standby.port},127.0.0.1:${cluster.port}`);
    try {
      await refused(
        database.url({ port: standby.port }),
        'store/unreachable',
        /is a standby: .* Name the primary in the address, or promote/,
      );
      const engine = await open(both);
      expect(await engine.database.rows('SELECT inet_server_port() AS port')).to.deep.equal([{ port: cluster.port }]);
      await engine.close();
      await cluster.kill();
      await refused(both, 'store/unreachable', /No host of the database can be used\. .*is a standby.*was refused/);
      await standby.promote();
      await opens(both);
    } finally {
      await standby.dispose();
      await cluster.start();
      await cluster.set('synchronous_standby_names', undefined);
    }
  });

  it('wants TLS, and gets it', async () => {
    await database.query('GRANT ALL ON SCHEMA public TO sealed');
    await refused(database.url({ user: 'sealed' }), 'store/unreachable', /refuses the user sealed: .*no encryption.*pg_hba\.conf/);
    await opens(database.url({ user: 'sealed', parameters: { sslmode: 'require' } }));
  });

  it('shows a certificate that is not trusted, and one whose authority the address names', async () => {
    const parameters = { sslmode: 'verify-full' };
    await refused(database.url({ parameters }), 'store/unreachable', /certificate of .* is not trusted: .*sslrootcert=FILE/);
    await opens(database.url({ parameters: { ...parameters, sslrootcert: cluster.certificate } }));
  });

  it('does no TLS', async () => {
    await cluster.set('ssl', 'off');
    try {
      const url = database.url({ parameters: { sslmode: 'require' } });
      await refused(url, 'store/unreachable', /does no TLS\. Switch it on there \(ssl = on\), or say sslmode=disable/);
    } finally {
      await cluster.set('ssl', undefined);
    }
  });

  it('takes no more connections', async () => {
    await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT 0`);
    await refused(database.url(), 'store/unreachable', /takes no more connections\. Raise max_connections .*storePostgres\.connections/);
  });

  it('is on a disk that is full, and goes on when there is room again', async () => {
    const disk = await smallDisk(cluster, 40);
    const place = disk === undefined ? database : await cluster.database(`TABLESPACE ${disk.tablespace}`);
    const engine = await open(place.url());
    // Without a disk to fill, PostgreSQL is made to say that one is full.
    const full = disk === undefined ? "DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$" : FILL;
    const error = await engine.database.write(full).catch((thrown: PostroomError) => thrown);
    expect(error).to.be.an('error').that.includes({ code: 'store/full' });
    expect((error as Error).message).to.match(/The disk of .* is full: nothing can be stored\. Make room there/);
    await engine.database.write('CREATE TABLE little AS SELECT 1 AS one');
    await engine.close();
    if (disk !== undefined) {
      await place.drop();
      await disk.remove();
    }
  });

  it('goes away and comes back: work is refused meanwhile, and goes on by itself', async () => {
    const engine = await open(database.url());
    await cluster.kill();
    const error = await engine.database.rows('SELECT 1').catch((thrown: PostroomError) => thrown);
    expect(error).to.be.an('error').that.includes({ code: 'store/unreachable' });
    await cluster.start();
    expect(await engine.database.rows('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    await engine.close();
  });
});
