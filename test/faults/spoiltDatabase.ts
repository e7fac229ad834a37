// Spoils the files of a database, and puts them back.
import { copyFile, open, rm, stat } from 'node:fs/promises';

export async function overwrite(file: string, position: number, octets: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(octets, 0xaa), 0, octets, position);
  await handle.close();
}

/** Keeps the database with its WAL aside, to go on with after it was spoilt. */
export async function copyOf(database: string): Promise<{ restore(): Promise<void> }> {
  const present: string[] = [];
  for (const end of ['', '-wal']) {
    const isThere = await stat(database + end).then(
      () => true,
      () => false,
    );
    if (isThere) {
      await copyFile(database + end, `${database + end}.safe`);
      present.push(end);
    }
  }
  return {
    restore: async () => {
      for (const end of ['', '-wal', '-shm']) await rm(database + end, { force: true });
      for (const end of present) await copyFile(`${database + end}.safe`, database + end);
    },
  };
}
