// Questions on a terminal, one line each. They go to standard error, so that standard output stays a command's answer.
import { createInterface } from 'node:readline/promises';
import { PostroomError } from '@postroom/sdk';
import { terminalText } from '@postroom/sdk/base';
import { askTwice } from './askSecret.js';

export interface Dialogue {
  say(text: string): void;
  /** What was typed, or `proposal` where nothing was. */
  ask(question: string, proposal?: string): Promise<string>;
  /** Asks twice, unseen; `former` is what was typed before, and kept where nothing is typed. */
  askSecret(question: string, former?: string): Promise<string>;
}

export class TerminalDialogue implements Dialogue {
  say(text: string): void {
    process.stderr.write(`${terminalText(text)}\n`);
  }

  async ask(question: string, proposal = ''): Promise<string> {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const left = new AbortController();
    lines.once('close', () => left.abort());
    try {
      const answer = await lines.question(terminalText(`${question}${proposal === '' ? '' : ` [${proposal}]`}: `), { signal: left.signal });
      return answer.trim() === '' ? proposal : answer.trim();
    } catch (error) {
      if (left.signal.aborted) throw new PostroomError('command/arguments', 'You left before the question was answered.');
      throw error;
    } finally {
      lines.close();
    }
  }

  async askSecret(question: string, former = ''): Promise<string> {
    for (;;) {
      const secret = await askTwice(question, former === '' ? '' : ', or nothing to keep what you typed');
      if (secret === '' && former !== '') return former;
      if (secret !== undefined && secret !== '') return secret;
      this.say(secret === '' ? 'A password is needed.' : 'The two differ; type both again.');
    }
  }
}
