// What a POP3 session sees of a mailbox from login to QUIT: RFC 1939, TRANSACTION and UPDATE state.
import { Buffer } from 'node:buffer';
import type { Pop3Faults } from './pop3Faults.js';
import { dotStuffed, topOf } from './pop3Octets.js';
import type { PracticeMailbox, PracticeMessage } from './practiceMailbox.js';

/** An answer: a line, and for multi-line answers the octets behind it, dot-stuffed and without the final dot. */
export type PracticeAnswer = { readonly line: string; readonly body?: Buffer };

/** Lines as the body of an answer. */
export function listing(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
}

export class Pop3Maildrop {
  readonly #messages: readonly PracticeMessage[];
  readonly #deleted = new Set<number>();

  constructor(
    private readonly mailbox: PracticeMailbox,
    private readonly faults: Pop3Faults,
  ) {
    this.#messages = [...mailbox.messages];
  }

  get count(): number {
    return this.#messages.length;
  }

  /** At QUIT: the marked messages go. */
  update(): void {
    if (this.faults.deletion !== 'quit') return;
    for (const number of this.#deleted) {
      const message = this.#messages[number - 1];
      if (message) this.mailbox.remove(message);
    }
  }

  /** Does a command of the TRANSACTION state. */
  answer(command: string, words: readonly string[]): PracticeAnswer {
    switch (command) {
      case 'STAT': {
        const present = this.#present();
        return { line: `+OK ${present.length} ${present.reduce((sum, [, message]) => sum + message.listedSize, 0)}` };
      }
      case 'LIST':
        return this.#list(words[0], (message) => String(message.listedSize));
      case 'UIDL':
        return !this.faults.without.has('UIDL') ? this.#list(words[0], (message) => message.uidl) : { line: '-ERR No UIDL here' };
      case 'RETR':
        return this.#withMessage(words[0], (message, number) => {
          if (this.faults.deletion === 'retr') this.mailbox.remove(message);
          return { line: `+OK ${message.listedSize} octets of message ${number}`, body: dotStuffed(message.octets) };
        });
      case 'TOP':
        if (this.faults.without.has('TOP')) return { line: '-ERR No TOP here' };
        return this.#withMessage(words[0], (message) => ({ line: '+OK', body: dotStuffed(topOf(message.octets, Number(words[1] ?? 0))) }));
      case 'DELE':
        return this.#withMessage(words[0], (message, number) => {
          this.#deleted.add(number);
          if (this.faults.deletion === 'dele') this.mailbox.remove(message);
          return { line: `+OK Message ${number} is marked` };
        });
      case 'RSET':
        this.#deleted.clear();
        return { line: '+OK' };
      case 'NOOP':
        return { line: '+OK' };
      default:
        return { line: '-ERR Unknown command' };
    }
  }

  #list(wanted: string | undefined, value: (message: PracticeMessage) => string): PracticeAnswer {
    if (wanted !== undefined) return this.#withMessage(wanted, (message, number) => ({ line: `+OK ${number} ${value(message)}` }));
    const present = this.#present();
    return { line: `+OK ${present.length} messages`, body: listing(present.map(([number, message]) => `${number} ${value(message)}`)) };
  }

  #withMessage(wanted: string | undefined, then: (message: PracticeMessage, number: number) => PracticeAnswer): PracticeAnswer {
    const number = /^\d+$/.test(wanted ?? '') ? Number(wanted) : 0;
    const message = this.#messages[number - 1];
    return message && !this.#deleted.has(number) ? then(message, number) : { line: `-ERR There is no message ${wanted ?? ''}` };
  }

  #present(): readonly (readonly [number, PracticeMessage])[] {
    return this.#messages.flatMap((message, index) => (this.#deleted.has(index + 1) ? [] : [[index + 1, message] as const]));
  }
}
