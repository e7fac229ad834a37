// `npm run bench -- --stores`: a server on PostgreSQL beside one on SQLite, and two on PostgreSQL beside one. PostgreSQL is started for it, on the disk that the
// folders of the servers are on.
import { Cluster } from '../../kit/postgres/cluster.js';
import { withoutPostgres } from '../../kit/postgres/testCluster.js';
import { type Bench, type Measurement, notMeasured, type Row } from '../row.js';
import { fetch } from './fetch.js';
import { listing } from './listing.js';
import { pop3 } from './pop3.js';
import { type Sites, sitesIn } from './site.js';
import { smtp } from './smtp.js';

/** What a comparison of stores is measured with. */
export interface StoresBench extends Bench {
  readonly sites: Sites;
  /** Turns of each side. */
  readonly rounds: number;
  /** As much of the work as there is time for. */
  readonly some: (count: number) => number;
}

export interface StoresMeasurement extends Omit<Measurement, 'run'> {
  readonly run: (bench: StoresBench) => Promise<readonly Row[]>;
}

const MEASUREMENTS: readonly StoresMeasurement[] = [smtp, fetch, pop3, listing];
const ROUNDS = 5;
const QUICK_ROUNDS = 2;
/** Part of the work with --quick. */
const QUICK = 0.1;

export class ComparedStores {
  #cluster: Promise<Cluster> | undefined;

  get measurements(): readonly Measurement[] {
    return MEASUREMENTS.map(({ name, needs, run }) => ({ name, needs, run: (bench) => this.#run(bench, name, run) }));
  }

  async dispose(): Promise<void> {
    await (await this.#cluster?.catch(() => undefined))?.dispose();
  }

  async #run(bench: Bench, name: string, run: StoresMeasurement['run']): Promise<readonly Row[]> {
    const missing = withoutPostgres();
    if (missing !== undefined) return [notMeasured(`PostgreSQL beside SQLite: ${name}`, `Left out: ${missing}`)];
    this.#cluster ??= startCluster(bench);
    return run({
      ...bench,
      sites: sitesIn(bench.folder, await this.#cluster),
      rounds: bench.quick ? QUICK_ROUNDS : ROUNDS,
      some: (count) => Math.ceil(count * (bench.quick ? QUICK : 1)),
    });
  }
}

async function startCluster(bench: Bench): Promise<Cluster> {
  const cluster = await Cluster.start();
  const [version] = await cluster.query('SHOW server_version');
  bench.say(
    `"ours" is PostgreSQL ${String(version?.['server_version'])} with the settings that initdb writes, its data beside the folders of the servers; "peer" is SQLite, or one server beside two.`,
  );
  return cluster;
}
