// The inputs that the fuzz runs begin with: small ones of ours, every one that ever failed, and real mail where somebody has it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../kit/sourceFiles.js';
import type { FuzzTarget } from './target.js';

const FOLDER = path.join(ROOT, 'test', 'fuzz', 'seeds');
const CORPUS = path.join(ROOT, '..', 'shared', 'corpus');
/** Real messages that a run begins with; more would only be read. */
const MOST_MESSAGES = 400;
const LARGEST_MESSAGE = 32 * 1024;

export interface Seed {
  /** Path from the project's folder. */
  readonly file: string;
  readonly octets: Buffer;
}

/** Those that are kept in the tree, by name. */
export function keptSeeds({ name }: FuzzTarget): readonly Seed[] {
  const folder = path.join(FOLDER, name);
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return files.map((file) => ({ file: path.relative(ROOT, path.join(folder, file)), octets: readFileSync(path.join(folder, file)) }));
}

/** Keeps an input that failed; answers where. */
export function keepFailed({ name }: FuzzTarget, octets: Buffer): string {
  const folder = path.join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `failed-${createHash('sha256').update(octets).digest('hex').slice(0, 8)}.seed`);
  writeFileSync(file, octets);
  return path.relative(ROOT, file);
}

/** Real mail as inputs of the target; none where the corpus is missing, or is no mail of this target's. */
export function corpusSeeds({ ofMessage, longest }: FuzzTarget): readonly Buffer[] {
  const index = path.join(CORPUS, 'INDEX.tsv');
  if (ofMessage === undefined || !existsSync(index)) return [];
  const entries = readFileSync(index, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  const small = entries.flatMap(([name = '', octets]) => (name !== '' && Number(octets) < LARGEST_MESSAGE ? [name] : []));
  const step = Math.max(1, Math.floor(small.length / MOST_MESSAGES));
  return small
    .filter((_, at) => at % step === 0)
    .map((name) => ofMessage(readFileSync(path.join(CORPUS, name))).subarray(0, longest))
    .filter(({ length }) => length > 0);
}
