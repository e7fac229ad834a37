// Copies files from one data folder (or backup) to another, each made durable and hashed on the way.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { BackedUpFile } from './backupFolder.js';

/** Readable by the server's user only. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Copies `relative` from one folder to the other. The target must not exist yet. */
export async function copyFile(from: string, to: string, relative: string): Promise<BackedUpFile> {
  const target = path.join(to, relative);
  await mkdir(path.dirname(target), { recursive: true, mode: FOLDER_MODE });
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(target, 'wx', FILE_MODE);
  try {
    for await (const piece of createReadStream(path.join(from, relative)) as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      await file.write(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { path: relative, bytes, sha256: hash.digest('hex') };
}
