// Questions on a terminal, one line each. They go to standard error, so that standard output stays a command's answer.
import { askLine, askTwice, terminalText } from '@postroom/sdk/base';

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

  ask(question: string, proposal?: string): Promise<string> {
    return askLine(question, proposal);
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
