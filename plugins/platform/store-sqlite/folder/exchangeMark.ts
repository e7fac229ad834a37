// The mark in a data folder whose files are being exchanged, as a restore does: half of them are new, half are of before. No server starts on those.
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { writeAtomically } from '@postroom/sdk/base';
import type { ExchangeNote } from '@postroom/sdk/services';

const MARK = 'restore-unfinished';

/** `undefined` where no exchange was interrupted. */
export async function readExchangeMark(dataDir: string): Promise<ExchangeNote | undefined> {
  const text = await readFile(join(dataDir, MARK), 'utf8').catch(() => undefined);
  const [from = '', aside = ''] = text?.split('\n') ?? [];
  return text === undefined ? undefined : { from: from.trim(), aside: aside === '' ? undefined : join(dataDir, basename(aside)) };
}

export async function writeExchangeMark(dataDir: string, { from, aside }: ExchangeNote): Promise<void> {
  // One of an interrupted exchange names the former data: it is there until the new one is.
  await writeAtomically(join(dataDir, MARK), `${from}\n${aside === undefined ? '' : `${basename(aside)}\n`}`);
}

export async function removeExchangeMark(dataDir: string): Promise<void> {
  await rm(join(dataDir, MARK));
}

/** Throws `data/unfinished` where an exchange was interrupted. */
export async function refuseUnfinished(dataDir: string): Promise<void> {
  if ((await readExchangeMark(dataDir)) === undefined) return;
  throw new PostroomError(
    'data/unfinished',
    `A restore into ${dataDir} was interrupted. Run it again: postroom backup restore FOLDER --data ${dataDir}`,
    { path: dataDir },
  );
}
