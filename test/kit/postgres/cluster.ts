// A PostgreSQL of its own for tests: as durable as in service (fsync is on), on loopback only, its folder below the system's for temporary files.
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { giveTo, postgresAccount } from './account.js';
import { certify } from './certificate.js';
import { ClusterDatabase, OWNER } from './database.js';
import { Postmaster } from './postmaster.js';
import { runProgram } from './program.js';
import { clientOf, type Rows } from './query.js';
import { type Watcher, watch } from './watcher.js';

/** One that is asked for its password, and what that is. */
export const GUARDED = { user: 'guarded', password: 'sesame' } as const;

/** Who may come in, and how. `guarded` says its password, `sealed` comes by TLS only; everybody else is trusted. */
const ENTRANCE = `local all all trust
host all ${GUARDED.user} 127.0.0.1/32 scram-sha-256
hostssl all sealed 127.0.0.1/32 trust
host all sealed 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
`;

const ROLES = `CREATE ROLE ${OWNER} LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE sealed LOGIN IN ROLE ${OWNER};
CREATE ROLE ${GUARDED.user} LOGIN PASSWORD '${GUARDED.password}' IN ROLE ${OWNER}`;

/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash that the next start recovers from. */
export type StopMode = 'fast' | 'immediate';

export interface ClusterOptions {
  /** Settings of the server, as `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export class Cluster {
  readonly #postmaster: Postmaster;
  readonly #folder: string;
  readonly #watcher: Watcher | undefined;
  /** Databases that were given back. To empty one takes a tenth of the time in which one is dropped and another made. */
  readonly #spare: string[] = [];

  private constructor(postmaster: Postmaster, folder: string, watcher: Watcher | undefined) {
    this.#postmaster = postmaster;
    this.#folder = folder;
    this.#watcher = watcher;
  }

  /** It is up when this resolves, and taken down at the latest when this process ends. */
  static async start({ settings = {} }: ClusterOptions = {}): Promise<Cluster> {
    const account = postgresAccount();
    const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'postroom-postgres-'));
    const watcher = watch(folder);
    try {
      await giveTo(account, folder);
      const data = path.join(folder, 'data');
      // What is made here is no test's promise: it need not survive anything.
      await runProgram('initdb', ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'trust', '--no-sync'], account);
      await writeFile(path.join(data, 'pg_hba.conf'), ENTRANCE);
      await certify(data, account);
      // In the file, where it can be changed while the server runs.
      await appendFile(path.join(data, 'postgresql.conf'), 'ssl = on\n');
      const cluster = new Cluster(new Postmaster(data, settings, account), folder, watcher);
      await cluster.start();
      await cluster.query(ROLES);
      return cluster;
    } catch (error) {
      await watcher.finish();
      throw error;
    }
  }

  /** Where everything of it lies, and of those that follow it. */
  get folder(): string {
    return this.#folder;
  }

  /** What a client has to trust that comes by TLS: the path of the certificate. */
  get certificate(): string {
    return path.join(this.#postmaster.data, 'server.crt');
  }

  /** Stays the same over stops and starts. */
  get port(): number {
    return this.#postmaster.port;
  }

  /** An empty database of `postroom`'s. `options`: of CREATE DATABASE. */
  async database(options = ''): Promise<ClusterDatabase> {
    const isPlain = options === '';
    const name = (isPlain ? this.#spare.pop() : undefined) ?? (await this.#create(options));
    return new ClusterDatabase(name, this, () => (isPlain ? this.#empty(name) : this.#drop(name)));
  }

  async #create(options: string): Promise<string> {
    const name = `p${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    await this.query(`CREATE DATABASE ${name} OWNER ${OWNER} ${options}`);
    return name;
  }

  async #drop(name: string): Promise<void> {
    await this.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }

  async #empty(name: string): Promise<void> {
    await this.query(`ALTER DATABASE ${name} RESET ALL`);
    await this.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
    await this.query(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '${name}'`);
    // As PostgreSQL makes it for a new database.
    const schema = 'CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC';
    await this.query(`DROP SCHEMA public CASCADE; ${schema}`, name);
    this.#spare.push(name);
  }

  /** As the superuser, on a connection that this opens and closes. */
  query(text: string, database = 'postgres'): Promise<Rows> {
    return clientOf({ port: this.port, user: 'postgres', database }, (client) => client.query(text));
  }

  /** Changes a setting that needs no new start, for every connection; `undefined` takes it back. */
  async set(setting: string, value: string | undefined): Promise<void> {
    await this.query(value === undefined ? `ALTER SYSTEM RESET ${setting}` : `ALTER SYSTEM SET ${setting} = '${value}'`);
    const before = await this.query('SELECT pg_conf_load_time()::text AS at');
    await this.query('SELECT pg_reload_conf()');
    while ((await this.query('SELECT pg_conf_load_time()::text AS at'))[0]?.['at'] === before[0]?.['at']);
  }

  start(): Promise<void> {
    return this.#postmaster.start();
  }

  stop(mode: StopMode = 'fast'): Promise<void> {
    return this.#postmaster.stop(mode);
  }

  /** kill -9 of the server and of every process of it. */
  kill(): Promise<void> {
    return this.#postmaster.kill();
  }

  /** A second cluster that follows this one: from now on a commit here answers when it is durable there too. */
  async standby(): Promise<Cluster> {
    const account = postgresAccount();
    const name = `standby_${randomUUID().slice(0, 8)}`;
    const data = path.join(this.#folder, name);
    const source = `host=127.0.0.1 port=${this.port} user=postgres application_name=${name}`;
    await mkdir(data, { mode: 0o700 });
    await giveTo(account, data);
    await runProgram('pg_basebackup', ['-D', data, '-d', source, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'], account);
    const standby = new Cluster(new Postmaster(data, {}, account), this.#folder, undefined);
    await standby.start();
    await this.set('synchronous_standby_names', name);
    const isFollowed = `SELECT 1 FROM pg_stat_replication WHERE application_name = '${name}' AND sync_state = 'sync'`;
    while ((await this.query(isFollowed)).length === 0);
    return standby;
  }

  /** A standby becomes a server that takes writes. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 60)');
  }

  /** Takes it down and its folder away, with those that follow it. */
  async dispose(): Promise<void> {
    await this.#postmaster.stop('immediate');
    await this.#watcher?.finish();
  }
}
