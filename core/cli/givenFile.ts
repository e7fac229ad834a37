// A file that somebody named on the command line, `-` for standard input.
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { PostroomError, sentenceOf } from '@postroom/sdk';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

/** Rejects with PostroomError `command/arguments`. */
export async function readGivenFile(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? sentenceOf(error);
    throw new PostroomError('command/arguments', `${file} cannot be read: ${reason}.`);
  }
}
