// The database of the world: one PostgreSQL at a time, with a place for the next. Each server has a way of its own to both places.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { giveTo, postgresAccount } from '../../kit/postgres/account.js';
import { Cluster } from '../../kit/postgres/cluster.js';
import { type ClusterDatabase, OWNER } from '../../kit/postgres/database.js';
import { runProgram } from '../../kit/postgres/program.js';
import type { Rows } from '../../kit/postgres/query.js';
import type { LostAnswer } from '../../kit/wire/wireConnection.js';
import { WireProxy } from '../../kit/wire/wireProxy.js';

/** One server's connections. */
export class ServerWay {
  constructor(private readonly places: readonly WireProxy[]) {}

  /** For boot.json: the hosts that the store may be on. */
  address(database: string): string {
    return `postgres://${OWNER}@${this.places.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${database}`;
  }

  cut(): void {
    for (const place of this.places) place.cut();
  }

  hold(): void {
    for (const place of this.places) place.hold();
  }

  go(): void {
    for (const place of this.places) place.go();
  }

  /** `place`: where the database is. */
  lose(place: number, loss: LostAnswer): Promise<void> {
    return this.places[place]?.lose(loss) ?? Promise.resolve();
  }

  /** The host of this place is there. */
  lead(place: number, port: number): void {
    this.places[place]?.aim(port);
    this.places[place]?.open();
  }

  /** The host of this place is away. */
  bar(place: number): void {
    this.places[place]?.shut();
  }

  async close(): Promise<void> {
    for (const place of this.places) {
      place.go();
      await place.close();
    }
  }
}

export class DatabaseHosts {
  readonly #ways: ServerWay[] = [];
  #primary: Cluster;
  /** Of the ways: where the primary is. */
  #place = 0;

  private constructor(
    /** Its folder holds the others' as well. */
    private readonly first: Cluster,
    private readonly database: ClusterDatabase,
  ) {
    this.#primary = first;
  }

  static async start(): Promise<DatabaseHosts> {
    const first = await Cluster.start();
    return new DatabaseHosts(first, await first.database());
  }

  get name(): string {
    return this.database.name;
  }

  get place(): number {
    return this.#place;
  }

  /** Past the ways, as the owner of the database comes in. */
  get address(): string {
    return `postgres://${OWNER}@127.0.0.1:${this.#primary.port}/${this.name}`;
  }

  async way(): Promise<ServerWay> {
    const { port } = this.#primary;
    const way = new ServerWay([await WireProxy.start(port), await WireProxy.start(port)]);
    way.bar(1 - this.#place);
    this.#ways.push(way);
    return way;
  }

  query(text: string): Promise<Rows> {
    return this.#primary.query(text, this.name);
  }

  /** kill -9 of all its processes, or an end that it has to recover from. It is up again when this resolves. */
  async crash(how: 'kill' | 'immediate', awayMs: number): Promise<void> {
    await (how === 'kill' ? this.#primary.kill() : this.#primary.stop('immediate'));
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    await this.#primary.start();
  }

  /** A standby is made while the servers work, and follows synchronously; then the primary is killed. `meanwhile`: between the two. */
  async failOver(meanwhile: () => Promise<void>): Promise<void> {
    const standby = await this.#primary.standby();
    // It answers when the standby has everything before it.
    await this.query(`SELECT pg_logical_emit_message(true, 'postroom', 'followed')`);
    const place = 1 - this.#place;
    for (const way of this.#ways) way.lead(place, standby.port);
    await meanwhile();
    const before = this.#primary;
    await before.kill();
    this.#primary = standby;
    this.#place = place;
    await standby.promote();
    // Another program may get its port.
    for (const way of this.#ways) way.bar(1 - place);
  }

  /** Everything in the database as SQL, into a file. */
  async dump(file: string): Promise<void> {
    const account = postgresAccount();
    const folder = await mkdtemp(path.join(this.first.folder, 'dump-'));
    await giveTo(account, folder);
    const dump = path.join(folder, 'database.sql');
    await runProgram('pg_dump', ['-h', '127.0.0.1', '-p', String(this.#primary.port), '-U', 'postgres', '-f', dump, this.name], account);
    await copyFile(dump, file);
    await rm(folder, { recursive: true });
  }

  async dispose(): Promise<void> {
    for (const way of this.#ways) await way.close();
    if (this.#primary !== this.first) await this.#primary.stop('immediate');
    await this.first.dispose();
  }
}
