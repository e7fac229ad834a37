// The desk as a front in a door sees it: each question crosses to the main thread, where the one desk of the server is.
import { type BoundedLog, type Logger, openFileLimit, roomForConnections } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { Pop3Desk, Visit } from '../pop3Desk.js';
import { DistantVisit } from './distantVisit.js';
import { PickUpNotes } from './pickUpNotes.js';
import type { LogSentence, Pop3DeskLine } from './questions.js';

/** Of the descriptors that connections may have, what those take in a door whose answer has not come: of four doors together a quarter. */
const WAITING_SHARE = 1 / 16;

export class DistantDesk implements Pop3Desk {
  readonly log: Pop3Desk['log'];
  readonly complaints: Pop3Desk['complaints'];
  readonly #visits = new Map<number, DistantVisit>();
  readonly #notes: PickUpNotes;
  #lastVisit = 0;
  #waiting = 0;

  constructor(
    private readonly desk: Pop3DeskLine,
    clock: Clock,
    private readonly mostWaiting = Math.ceil(roomForConnections(openFileLimit()) * WAITING_SHARE),
  ) {
    this.log = lineLog(desk);
    this.complaints = lineComplaints(desk);
    this.#notes = new PickUpNotes(desk, clock);
    desk.hear('cut', ({ visit }) => this.#visits.get(visit)?.cut());
    desk.hear('lost', ({ visit, reason }) => this.#visits.get(visit)?.lose(reason));
  }

  admit(peer: string, cut: () => void): Promise<Visit | undefined> {
    if (this.#waiting >= this.mostWaiting) {
      this.complaints.warn('refused', `POP3 connection from ${peer} refused: too many wait to be let in.`, { peer });
      return Promise.resolve(undefined);
    }
    return this.#ask(peer, cut);
  }

  async #ask(peer: string, cut: () => void): Promise<Visit | undefined> {
    this.#lastVisit += 1;
    const number = this.#lastVisit;
    const visit = new DistantVisit(number, { desk: this.desk, notes: this.#notes, cut, gone: () => this.#visits.delete(number) });
    // Before the answer: it may have to make room as soon as it is in.
    this.#visits.set(number, visit);
    this.#waiting += 1;
    try {
      const terms = await this.desk.ask('admit', { visit: number, peer });
      if (terms !== undefined) return visit.admitted(terms);
      this.#visits.delete(number);
      return undefined;
    } catch {
      this.#visits.delete(number);
      return undefined;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function lineLog(desk: Pop3DeskLine): Pop3Desk['log'] {
  const writer =
    (level: 'debug' | 'warn' | 'error'): Logger['warn'] =>
    (sentence, fields) =>
      desk.tell('log', { level, ...said(sentence, fields) });
  return { debug: writer('debug'), warn: writer('warn'), error: writer('error') };
}

function lineComplaints(desk: Pop3DeskLine): Pick<BoundedLog, 'warn'> {
  return { warn: (kind, sentence, fields) => desk.tell('complaint', { kind, ...said(sentence, fields) }) };
}

/** Errors cross as what the log would show of them. */
function said(sentence: string, fields: LogSentence['fields']): LogSentence {
  const plain = Object.entries(fields ?? {}).map(([name, value]) => [
    name,
    value instanceof Error ? (value.stack ?? value.message) : value,
  ]);
  return { sentence, fields: fields === undefined ? undefined : Object.fromEntries(plain) };
}
