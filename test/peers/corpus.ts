// Real messages of many programs and twenty years, which lie beside the project where somebody has them.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../kit/sourceFiles.js';

const CORPUS = path.join(ROOT, '..', 'shared', 'corpus');

/** Why there is no corpus, `undefined` where there is. */
export const NO_CORPUS = existsSync(path.join(CORPUS, 'INDEX.tsv')) ? undefined : `no test messages in ${CORPUS}`;

export interface CorpusMessage {
  readonly name: string;
  /** In CRLF form, as a POP3 server sends it. */
  readonly octets: Buffer;
}

/** About `count` messages, evenly over all sources, no two with the same text or the same Message-ID. */
export function corpusMessages(count: number): readonly CorpusMessage[] {
  const names = readFileSync(path.join(CORPUS, 'INDEX.tsv'), 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split('\t')[0] || []);
  const all = names.flatMap((name) =>
    split(readFileSync(path.join(CORPUS, name))).map((octets, at) => ({ name: `${name}#${at}`, octets })),
  );
  const seen = new Set<string>();
  const different = all.filter(({ octets }) => {
    const keys = [createHash('sha256').update(octets).digest('hex'), /^message-id:\s*(\S+)/im.exec(octets.toString('latin1'))?.[1] ?? ''];
    // Dovecot shows a NUL as another octet: such a message would not come as it is.
    if (octets.length === 0 || octets.includes(0) || keys.some((key) => key !== '' && seen.has(key))) return false;
    for (const key of keys) seen.add(key);
    return true;
  });
  const step = Math.max(1, Math.floor(different.length / count));
  return different.filter((_, at) => at % step === 0);
}

/** The messages of an mbox file; any other file is one message. */
function split(file: Buffer): readonly Buffer[] {
  const text = file.toString('latin1');
  const parts = text.startsWith('From ') ? text.split(/^From .*\r?\n/m).filter((part) => part.trim() !== '') : [text];
  return parts.map((part) => Buffer.from(`${part.replace(/(\r?\n|\r)$/, '')}\n`.replace(/\r\n|\r|\n/g, '\r\n'), 'latin1'));
}
