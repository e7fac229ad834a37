// Progress of long work: a bar on a terminal, nothing elsewhere.
import type { CommandProgress } from '@postroom/sdk';
import { terminalText } from '@postroom/sdk/base';
import cliProgress from 'cli-progress';

export class ProgressBar {
  readonly #bars = new Map<string, cliProgress.SingleBar>();
  readonly #all: cliProgress.MultiBar | undefined;

  constructor(shown: boolean = process.stderr.isTTY === true) {
    this.#all = shown
      ? new cliProgress.MultiBar({
          format: '{what} [{bar}] {value}/{total}',
          hideCursor: true,
          clearOnComplete: true,
          stream: process.stderr,
        })
      : undefined;
  }

  show({ what, done, of }: CommandProgress): void {
    const bar = this.#bars.get(what) ?? this.#all?.create(of ?? done, done, { what: terminalText(what) });
    if (bar !== undefined) {
      this.#bars.set(what, bar);
      bar.setTotal(of ?? done);
      bar.update(done);
    }
  }

  end(): void {
    this.#all?.stop();
  }
}
