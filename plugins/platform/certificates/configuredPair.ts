// The certificate whose files the settings name. They are this server's alone, also where it shares a store with others.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PostroomError, type Settings, sentenceOf } from '@postroom/sdk';
import { type CertificatePair, readPair } from './certificatePair.js';

/** Where a pair of PEM files lies. */
export interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

/** `undefined` where the settings name none. `folder`: relative paths begin there. */
export function configuredFiles(settings: Pick<Settings, 'get'>, folder: string): PairFiles | undefined {
  const [cert, key] = [settings.get<string>('tls.certificateFile'), settings.get<string>('tls.keyFile')];
  return cert === '' || key === '' ? undefined : { cert: resolve(folder, cert), key: resolve(folder, key) };
}

/** Rejects with `settings/invalid`, with a sentence that shows nothing of the key. */
export async function configuredPair(files: PairFiles): Promise<CertificatePair> {
  const cert = await read(files.cert, 'tls.certificateFile');
  const key = await read(files.key, 'tls.keyFile');
  const result = readPair(cert, key);
  if (result.pair !== undefined) return result.pair;
  throw new PostroomError('settings/invalid', `The certificate ${files.cert} with the key ${files.key} can't be used: ${result.reason}.`);
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PostroomError('settings/invalid', `The file of the setting "${setting}" can't be read (${sentenceOf(error)}).`, { path });
  }
}
