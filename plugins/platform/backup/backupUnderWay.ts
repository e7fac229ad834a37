// Which folder a backup is being written to: where the server is killed meanwhile, the next one removes the half of it. In a file, so that the backup
// itself does not tell of it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isPart } from './staleFolders.js';

const FILE = 'backup-under-way.json';

interface UnderWay {
  /** A copy of the data folder has no business with it. */
  readonly dataDir: string;
  readonly part: string;
}

/** A backup is not refused because this cannot be noted: the disk of the data may be full. */
export async function noteBackupUnderWay(dataDir: string, part: string | undefined): Promise<void> {
  const file = path.join(dataDir, FILE);
  const note: UnderWay | undefined = part === undefined ? undefined : { dataDir, part: path.resolve(part) };
  await (note === undefined ? rm(file, { force: true }) : writeFile(file, JSON.stringify(note), { mode: 0o600 })).catch(() => undefined);
}

/** With the folder locked, when no backup of it can be under way. Answers the folder that was removed. */
export async function clearBackupUnderWay(dataDir: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataDir, FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  await noteBackupUnderWay(dataDir, undefined);
  const note = readNote(text);
  if (note?.dataDir !== dataDir || !isPart(note.part)) return undefined;
  await rm(note.part, { recursive: true, force: true }).catch(() => undefined);
  return note.part;
}

function readNote(text: string): UnderWay | undefined {
  try {
    const { dataDir, part } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return typeof dataDir === 'string' && typeof part === 'string' ? { dataDir, part } : undefined;
  } catch {
    return undefined;
  }
}
