// One connection through the proxy, message by message.
import { connect, type Socket } from 'node:net';
import { asksForEncryption, type Frame, Frames, Statements } from './frames.js';

/** A transaction whose end goes wrong: one of its statements is like `of`. */
export interface LostAnswer {
  readonly of: RegExp;
  /** True: it is committed, and then the connection is cut. False: the connection is cut before PostgreSQL hears of the COMMIT. */
  readonly isStored: boolean;
}

/** What a connection asks of its proxy. */
export interface WireRules {
  rewrite(frame: Frame): Buffer;
  /** The loss that waits for its transaction. */
  losing(): LostAnswer | undefined;
  /** It came about here. */
  lost(): void;
  ended(): void;
}

const ENDS = /(?:^|;)\s*(?:COMMIT|END)\b/i;

export class WireConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #rules: WireRules;
  readonly #asked = new Frames('untyped');
  readonly #answered = new Frames('typed');
  readonly #statements = new Statements();
  #isEncrypted = false;
  #isPaused = true;
  /** As PostgreSQL said it last: between transactions, or within one. */
  #isWithin = false;
  /** This transaction is the one whose answer is to be lost. */
  #isMeant = false;
  /** It is committing: its answer goes nowhere. */
  #isLosing = false;

  constructor(client: Socket, target: number, rules: WireRules) {
    this.#client = client;
    this.#rules = rules;
    this.#server = connect({ port: target, host: '127.0.0.1', noDelay: true });
    this.#server.pause();
    this.#pass(client, this.#server, (chunk) => this.#ask(chunk));
    this.#pass(this.#server, client, (chunk) => this.#answer(chunk));
    client.on('close', () => rules.ended());
  }

  /** Not by a reset: Node leaves a socket open that is reset while it ends. */
  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#client.pause();
    this.#server.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#client.resume();
    this.#server.resume();
  }

  /** One direction: as fast as the other end takes it. */
  #pass(from: Socket, to: Socket, work: (chunk: Buffer) => void): void {
    from.on('data', (chunk: Buffer) => {
      work(chunk);
      if (!to.writableNeedDrain) return;
      from.pause();
      to.once('drain', () => {
        if (!this.#isPaused) from.resume();
      });
    });
    from.on('end', () => to.end());
    from.on('close', () => to.destroy());
    // It closes after that.
    from.on('error', () => undefined);
  }

  #ask(chunk: Buffer): void {
    this.#asked.add(chunk);
    if (this.#isEncrypted) {
      this.#server.write(this.#asked.rest());
      return;
    }
    for (let frame = this.#asked.take(); frame !== undefined && !this.#server.destroyed; frame = this.#asked.take()) this.#forward(frame);
  }

  #forward(frame: Frame): void {
    if (asksForEncryption(frame)) this.#answered.next = 'octet';
    else if (frame.type === '') this.#asked.next = 'typed';
    const statement = this.#statements.runBy(frame);
    const loss = this.#rules.losing();
    if (statement !== undefined && loss !== undefined && !this.#isLosing) {
      this.#isMeant ||= loss.of.test(statement);
      if (this.#isMeant && (!this.#isWithin || ENDS.test(statement))) {
        if (!loss.isStored) {
          this.cut();
          this.#rules.lost();
          return;
        }
        this.#isLosing = true;
      }
    }
    this.#server.write(frame.octets);
  }

  #answer(chunk: Buffer): void {
    this.#answered.add(chunk);
    if (this.#isEncrypted) {
      this.#client.write(this.#answered.rest());
      return;
    }
    for (let frame = this.#answered.take(); frame !== undefined && !this.#client.destroyed; frame = this.#answered.take())
      this.#give(frame);
  }

  #give(frame: Frame): void {
    if (frame.type === 'octet') {
      this.#answered.next = 'typed';
      this.#isEncrypted = frame.octets.toString('latin1') !== 'N';
      if (this.#isEncrypted) {
        this.#client.write(frame.octets);
        this.#client.write(this.#answered.rest());
        return;
      }
    }
    // ReadyForQuery: the answer before it is complete.
    const isComplete = frame.type === 'Z';
    if (isComplete) {
      this.#isWithin = frame.octets.toString('latin1', 5) !== 'I';
      if (!this.#isWithin) this.#isMeant = false;
    }
    if (!this.#isLosing) this.#client.write(this.#rules.rewrite(frame));
    else if (isComplete) {
      this.cut();
      this.#rules.lost();
    }
  }
}
