// Answers go to standard output. The reader may close the pipe early: `postroom trace ... | head -1`.
import { PostroomError, sentenceOf } from '@postroom/sdk';

/** Without this a closed pipe ends the program with the trace of a stack; a server would even stop serving. Once, at the start of the program. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Resolves when it is written, or the reader has closed the pipe. Rejects where it can't be written, as on a full disk. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') {
        reject(new PostroomError('file/not-writable', `The command was done, but its answer could not be written: ${sentenceOf(error)}`));
      } else resolve();
    });
  });
}
