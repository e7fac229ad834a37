// What a plugin's process writes to standard output and standard error, line by line in the program log; a flood is cut short.

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Logger } from '@postroom/sdk';
import { LineBudget, plainText } from './plainLog.js';

const LONGEST_LINE = 2_000;
const MOST_LINES = 200;

export class OutputLog {
  readonly #budget: LineBudget;

  constructor(private readonly log: Logger) {
    this.#budget = new LineBudget(MOST_LINES, log);
  }

  take(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    const decoder = new StringDecoder('utf8');
    let line = '';
    stream?.on('data', (octets: Buffer) => {
      const [first = '', ...further] = decoder.write(octets).split('\n');
      line = (line + first).slice(0, LONGEST_LINE);
      for (const next of further) {
        this.#write(name, line);
        line = next.slice(0, LONGEST_LINE);
      }
    });
    stream?.on('end', () => this.#write(name, line));
    stream?.on('error', () => undefined);
  }

  /** A line that looks like one of the log is a text in a line of the log. */
  #write(name: 'stdout' | 'stderr', line: string): void {
    if (line.trim() === '' || !this.#budget.mayWrite()) return;
    this.log[name === 'stderr' ? 'warn' : 'info'](plainText(line), { stream: name });
  }
}
