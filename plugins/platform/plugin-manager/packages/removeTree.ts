// Removes what a plugin leaves in its folder, however it left it: with rights taken away, or too deep for a name.
import { randomUUID } from 'node:crypto';
import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

const SEPARATOR = Buffer.from(path.sep);
/** Octets below the top from which a folder is brought there: far less than any system takes for a name. */
const FAR = 500;
/** Each pass brings the rest nearer by so much at least. */
const MOST_PASSES = 1_000;

/** Also where there is none. Follows no link. */
export async function removeTree(folder: string): Promise<void> {
  const stats = await lstat(folder).catch(() => undefined);
  // First, and not where rm() fails: that goes on elsewhere in the tree then.
  for (let passes = 0; stats?.isDirectory() === true && passes < MOST_PASSES; passes += 1) {
    if (!(await tame(Buffer.from(folder)))) break;
  }
  await rm(folder, { recursive: true, force: true });
}

/** Opens every folder below, and makes those that are far from the top its children. Answers whether there were any. */
async function tame(top: Buffer): Promise<boolean> {
  const folders: Buffer[] = [top];
  let wasFar = false;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    await chmod(next, 0o700);
    for (const entry of await readdir(next, { withFileTypes: true, encoding: 'buffer' })) {
      if (!entry.isDirectory()) continue;
      const place = placeIn(next, entry.name);
      if (place.length - top.length < FAR) {
        folders.push(place);
        continue;
      }
      // It is written into as well: its way up changes.
      await chmod(place, 0o700);
      wasFar = true;
      await rename(place, placeIn(top, Buffer.from(randomUUID())));
    }
  }
  return wasFar;
}

/** Names are octets: one that is no text would be read as another, which is not there. */
function placeIn(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SEPARATOR, name]);
}
