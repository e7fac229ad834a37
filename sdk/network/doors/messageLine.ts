// One end of the line between the main thread and a module in a door, over a message port. Both ends are this.
import type { MessagePort, Transferable } from 'node:worker_threads';
import type { MaybePromise } from '../../disposable.js';
import { PostroomError } from '../../errors.js';
import { type DoorLine, HandedOver } from '../../services/doors.js';
import { type CrossedError, crossedError, crossingError } from './crossedError.js';

/** Lists are cheaper to copy than records with names. */
type Said =
  | readonly ['ask', number, string, unknown]
  | readonly ['answer', number, unknown]
  | readonly ['failure', number, CrossedError]
  | readonly ['tell', string, unknown];

interface Sentence {
  readonly said: Said;
  readonly transfer: readonly Transferable[];
}

interface Pending {
  readonly question: string;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class MessageLine implements DoorLine {
  /** Resolves when nothing comes any more: the other end has closed, or its thread has ended. What came before has been heard then. */
  readonly ended: Promise<void>;
  readonly #answers = new Map<string, (value: never) => MaybePromise<unknown>>();
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  readonly #pending = new Map<number, Pending>();
  #outgoing: Sentence[] = [];
  #lastQuestion = 0;
  #hasEnded = false;

  /**
   * Begins to receive in the next turn of the event loop: what is registered before that misses nothing. `onProblem`: what could not be sent, or what a
   * listener threw, which nobody waits for.
   */
  constructor(
    private readonly port: MessagePort,
    private readonly onProblem: (error: unknown) => void,
  ) {
    port.on('message', (list: readonly Said[]) => this.#take(list));
    port.on('messageerror', (error) => this.onProblem(error));
    this.ended = new Promise((resolve) => {
      port.once('close', () => {
        this.#end();
        resolve();
      });
    });
  }

  ask<Answer>(question: string, value: unknown, transfer: readonly Transferable[] = []): Promise<Answer> {
    if (this.#hasEnded) return Promise.reject(lineClosed(question));
    return new Promise((resolve, reject) => {
      this.#lastQuestion += 1;
      this.#pending.set(this.#lastQuestion, { question, resolve: resolve as (answer: unknown) => void, reject });
      this.#say(['ask', this.#lastQuestion, question, value], transfer);
    });
  }

  answer<Value>(question: string, answer: (value: Value) => MaybePromise<unknown>): void {
    this.#answers.set(question, answer);
  }

  tell(word: string, value: unknown, transfer: readonly Transferable[] = []): void {
    this.#say(['tell', word, value], transfer);
  }

  hear<Value>(word: string, listener: (value: Value) => void): void {
    const listeners = this.#listeners.get(word) ?? new Set();
    this.#listeners.set(word, listeners.add(listener));
  }

  /** Sends what was said, and ends the line for both ends. */
  close(): void {
    this.#flush();
    this.port.close();
  }

  #say(said: Said, transfer: readonly Transferable[]): void {
    if (this.#hasEnded) return;
    // After the sockets of this turn have been read: all that they brought crosses as one message.
    if (this.#outgoing.push({ said, transfer }) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const sentences = this.#outgoing;
    this.#outgoing = [];
    if (sentences.length === 0 || this.#hasEnded) return;
    try {
      this.#post(sentences);
    } catch {
      // One that cannot cross keeps none of the others.
      for (const sentence of sentences) this.#postAlone(sentence);
    }
  }

  #post(sentences: readonly Sentence[]): void {
    this.port.postMessage(
      sentences.map(({ said }) => said),
      sentences.flatMap(({ transfer }) => transfer),
    );
  }

  #postAlone(sentence: Sentence): void {
    try {
      this.#post([sentence]);
    } catch (error) {
      this.#lost(sentence.said, error);
    }
  }

  /** Whoever waits for it is told why it did not cross. */
  #lost(said: Said, error: unknown): void {
    if (said[0] === 'ask') this.#settle(said[1], ({ reject }) => reject(error as Error));
    else if (said[0] === 'answer') this.#post([{ said: ['failure', said[1], crossingError(error)], transfer: [] }]);
    else this.onProblem(error);
  }

  #take(list: readonly Said[]): void {
    for (const said of list) {
      if (said[0] === 'tell') this.#hear(said[1], said[2]);
      else if (said[0] === 'ask') void this.#answer(said[1], said[2], said[3]);
      else if (said[0] === 'answer') this.#settle(said[1], ({ resolve }) => resolve(said[2]));
      else this.#settle(said[1], ({ reject }) => reject(crossedError(said[2])));
    }
  }

  #hear(word: string, value: unknown): void {
    for (const listener of this.#listeners.get(word) ?? []) {
      try {
        listener(value as never);
      } catch (error) {
        this.onProblem(error);
      }
    }
  }

  async #answer(id: number, question: string, value: unknown): Promise<void> {
    try {
      const answer = this.#answers.get(question);
      if (answer === undefined) throw new Error(`Nobody answers "${question}" on the other side of the door.`);
      const answered = await answer(value as never);
      if (answered instanceof HandedOver) this.#say(['answer', id, answered.value], answered.transfer);
      else this.#say(['answer', id, answered], []);
    } catch (error) {
      this.#say(['failure', id, crossingError(error)], []);
    }
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending !== undefined) how(pending);
  }

  #end(): void {
    this.#hasEnded = true;
    this.#outgoing = [];
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { question, reject } of pending) reject(lineClosed(question));
  }
}

function lineClosed(question: string): PostroomError {
  return new PostroomError(
    'door/closed',
    `A door thread has ended before "${question}" was answered, and its connections are cut: clients connect again, nothing is to be done.`,
    { question },
  );
}
