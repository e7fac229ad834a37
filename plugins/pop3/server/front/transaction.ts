// One open mailbox: which messages are there, which are marked as deleted, and what STAT, LIST, UIDL, DELE and QUIT say of them.
import type { OpenMaildrop } from '../pop3Desk.js';
import { MessageReader, type ReadAheadBudget } from './messageReader.js';
import type { ReplyWriter } from './replyWriter.js';

/** Lines of a listing that are built into one piece of text. */
const LINES_A_PIECE = 500;

export class Transaction {
  readonly maildrop: OpenMaildrop;
  readonly reader: MessageReader;
  readonly #deleted = new Set<number>();
  #retrieved = new Set<number>();
  readonly #octets: number;
  #deletedOctets = 0;

  constructor(maildrop: OpenMaildrop, budget: ReadAheadBudget) {
    this.maildrop = maildrop;
    this.reader = new MessageReader(maildrop, budget, (number) => this.#deleted.has(number));
    const { count } = maildrop;
    let octets = 0;
    for (let number = 1; number <= count; number += 1) octets += maildrop.size(number);
    this.#octets = octets;
  }

  /** Aborted where another server has taken the mailbox over: nothing can be removed any more. */
  get lost(): AbortSignal {
    return this.maildrop.lost;
  }

  /** Messages that are not marked as deleted. */
  get count(): number {
    return this.maildrop.count - this.#deleted.size;
  }

  get octets(): number {
    return this.#octets - this.#deletedOctets;
  }

  /** The message number that an argument means; `undefined` where there is none, or it is marked as deleted. */
  find(argument: string): number | undefined {
    const number = Number(argument);
    const isThere = number >= 1 && number <= this.maildrop.count && !this.#deleted.has(number);
    return isThere ? number : undefined;
  }

  delete(number: number): void {
    this.#deleted.add(number);
    this.#deletedOctets += this.maildrop.size(number);
  }

  reset(): void {
    this.#deleted.clear();
    this.#deletedOctets = 0;
  }

  /** Notes that a message went out whole. */
  retrieved(number: number): void {
    this.#retrieved.add(number);
  }

  /** Tells the desk which messages went out since the last call. */
  reportPicked(): void {
    if (this.#retrieved.size === 0) return;
    this.maildrop.picked([...this.#retrieved]);
    this.#retrieved = new Set();
  }

  /** Writes one line for every message, in large pieces; waits for a client that reads slowly. */
  async writeListing(out: ReplyWriter, line: (number: number) => string): Promise<void> {
    const { count } = this.maildrop;
    for (let number = 1; number <= count; ) {
      let text = '';
      const end = Math.min(number + LINES_A_PIECE, count + 1);
      for (; number < end; number += 1) {
        if (!this.#deleted.has(number)) text += line(number);
      }
      out.text(text);
      if (out.isBackedUp) await out.drained();
    }
    out.text('.\r\n');
  }

  /** Removes what is marked, durably. Rejects with nothing removed. Answers how many. */
  async update(): Promise<number> {
    const numbers = [...this.#deleted].sort((a, b) => a - b);
    if (numbers.length > 0) await this.maildrop.remove(numbers);
    return numbers.length;
  }

  /** Lets go of the mailbox: when this resolves another session can have it, on whichever server. Never rejects. */
  close(): Promise<void> {
    this.reader.clear();
    return this.maildrop.close();
  }
}
