// A disk that is soon full, for a database of a test's cluster: in memory, where the system lets us mount one.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount } from './account.js';
import type { Cluster } from './cluster.js';

const run = promisify(execFile);

export interface SmallDisk {
  readonly tablespace: string;
  /** With the tablespace, which must be empty. */
  remove(): Promise<void>;
}

/** `undefined` where nothing can be mounted: not as root, or in a container that forbids it. */
export async function smallDisk(cluster: Cluster, megabytes: number): Promise<SmallDisk | undefined> {
  const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = postgresAccount();
  const tablespace = `disk_${randomUUID().slice(0, 8)}`;
  const place = path.join(cluster.folder, tablespace);
  await mkdir(place);
  const options = `size=${megabytes}m,uid=${uid},gid=${gid},mode=700`;
  const isMounted = await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]).then(
    () => true,
    () => false,
  );
  if (!isMounted) return undefined;
  await cluster.query(`CREATE TABLESPACE ${tablespace} LOCATION '${place}'`);
  return {
    tablespace,
    remove: async () => {
      await cluster.query(`DROP TABLESPACE ${tablespace}`);
      await run('umount', [place]);
    },
  };
}
