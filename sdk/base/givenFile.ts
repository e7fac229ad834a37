// A file that somebody named on the command line, `-` for standard input.
import { createReadStream } from 'node:fs';
import { PostroomError, sentenceOf } from '../errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};
/** Twice the largest message that is taken by default; a file travels to the server in one piece. */
const LARGEST_MB = 100;

/** Rejects with PostroomError `command/arguments`. */
export async function readGivenFile(file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let octets = 0;
  try {
    for await (const piece of (file === '-' ? process.stdin : createReadStream(file)) as AsyncIterable<Buffer>) {
      octets += piece.length;
      if (octets > LARGEST_MB * 1024 * 1024) throw new Error(`it has more than ${LARGEST_MB} MB`);
      pieces.push(piece);
    }
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? sentenceOf(error);
    throw new PostroomError('command/arguments', `${file} cannot be read: ${reason}.`);
  }
  return Buffer.concat(pieces);
}
