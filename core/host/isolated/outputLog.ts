// What a plugin's process writes to standard output and standard error, line by line in the program log; a flood is cut short.

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Logger } from '@postroom/sdk';

const LONGEST_LINE = 2_000;
const MOST_LINES = 200;
const WINDOW_MS = 60_000;

export class OutputLog {
  #windowFrom = performance.now();
  #lines = 0;
  #dropped = 0;

  constructor(private readonly log: Logger) {}

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

  #write(name: 'stdout' | 'stderr', line: string): void {
    const now = performance.now();
    if (now - this.#windowFrom > WINDOW_MS) {
      [this.#windowFrom, this.#lines] = [now, 0];
      if (this.#dropped > 0) {
        this.log.warn('Lines that the plugin wrote were left out.', { lines: this.#dropped });
        this.#dropped = 0;
      }
    }
    if (line.trim() === '') {
      return;
    }
    this.#lines += 1;
    if (this.#lines > MOST_LINES) {
      this.#dropped += 1;
      return;
    }
    this.log[name === 'stderr' ? 'warn' : 'info'](line, { stream: name });
  }
}
