// The cluster that the tests of one process share: each test takes a database of its own.
import { postgresBinaries } from './binaries.js';
import { Cluster } from './cluster.js';

/** Why tests with PostgreSQL are left out on this machine; `undefined` where they run. */
export function withoutPostgres(): string | undefined {
  return postgresBinaries() === undefined
    ? 'PostgreSQL is not on this machine (as Debian: apt-get install postgresql). POSTROOM_POSTGRES_BIN names the folder of its programs.'
    : undefined;
}

let shared: Promise<Cluster> | undefined;

/** Skips the test, or the suite, where there is no PostgreSQL. */
export function testCluster(test: Mocha.Context): Promise<Cluster> {
  const missing = withoutPostgres();
  if (missing === undefined) return sharedCluster();
  console.warn(`      Skipped: ${missing}`);
  return test.skip();
}

/** Starts it for the first that asks; it ends with the process. */
export function sharedCluster(): Promise<Cluster> {
  shared ??= Cluster.start();
  return shared;
}
