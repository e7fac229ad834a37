// Asks for a password: twice and unseen on a terminal, otherwise one line of standard input. It never stands on a command line.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { PostroomError } from '../errors.js';

/** NUL, and what stands for octets that are no UTF-8. */
// oxlint-disable-next-line no-control-regex
const NOT_TEXT = /[\0\uFFFD]/;

/** Rejects with `command/arguments` where nothing is given or the two differ. */
export async function askSecret(what: string): Promise<string> {
  const secret = process.stdin.isTTY ? await askTwice(what) : await firstLine();
  if (secret === undefined) {
    throw new PostroomError('command/arguments', `${what}: the two differ; nothing was changed.`);
  }
  if (secret === '') {
    throw new PostroomError('command/arguments', `${what}: nothing was given. Type it, or send it as one line of standard input.`);
  }
  if (NOT_TEXT.test(secret)) {
    throw new PostroomError(
      'command/arguments',
      `${what}: this is not UTF-8 text, and no mail program could send it. Nothing was changed.`,
    );
  }
  return secret;
}

/** `undefined` where the two differ; empty where nothing was typed. `hint` stands behind the first question. Rejects where the terminal is left. */
export async function askTwice(what: string, hint = ''): Promise<string | undefined> {
  const first = await ask(`${what}${hint}: `);
  if (first === '') return '';
  return first === (await ask(`${what}, again: `)) ? first : undefined;
}

function ask(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stderr.write(question);
  return new Promise<string>((resolve, reject) => {
    line.once('line', (text) => resolve(text));
    line.once('close', () => reject(new PostroomError('command/arguments', 'You left before the question was answered.')));
  }).finally(() => {
    process.stderr.write('\n');
    line.close();
  });
}

/** Reads up to the line end, not to the end of the pipe: the writer may keep it open. */
async function firstLine(): Promise<string> {
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      return line;
    }
    return '';
  } finally {
    process.stdin.destroy();
  }
}
