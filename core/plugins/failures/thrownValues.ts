// Values other than Error objects that plugins inside the host threw. They have no stack, so it cannot be told whose they were.
// The core itself throws errors only, which the linter sees to.
import { inspect } from 'node:util';
import { cutText } from '@postroom/sdk/base';

/** Milliseconds between two mentions: a timer may fail all the time. */
const TELL_EVERY_MS = 60 * 60_000;
/** Milliseconds without another after which it is no problem any more. */
const FORGET_MS = 24 * 60 * 60_000;
const LONGEST = 200;

/** Counts them. Times are monotonic, in milliseconds. */
export class ThrownValues {
  #count = 0;
  #last = 0;
  #toldAt: number | undefined;
  #sentence = '';

  /** Answers what is to be told of it now: `undefined` where people were told a while ago. `suspects`: ids of the plugins it may be from. */
  add(value: unknown, suspects: readonly string[], now: number): string | undefined {
    this.#count += 1;
    this.#last = now;
    if (this.#toldAt !== undefined && now - this.#toldAt < TELL_EVERY_MS) return undefined;
    this.#toldAt = now;
    this.#sentence = thrownValueSentence(value, suspects, this.#count);
    return this.#sentence;
  }

  problems(now: number): readonly string[] {
    return this.#toldAt === undefined || now - this.#last >= FORGET_MS ? [] : [this.#sentence];
  }
}

export function thrownValueSentence(value: unknown, suspects: readonly string[], count: number): string {
  const often = count === 1 ? '' : `, ${count} times since the start`;
  return (
    `Something inside the server failed and nobody handled it${often}: ${inWords(value)}. That is no error, so it does not say where it comes from. ` +
    `The server goes on. It is one of the plugins that run inside it: ${suspects.join(', ')}. ` +
    'If it comes again, "postroom plugins disable ID" for one after the other shows which.'
  );
}

/** Runs no code of the value, whatever it is. */
function inWords(value: unknown): string {
  const text = inspect(value, { customInspect: false, depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: LONGEST });
  return cutText(text, LONGEST);
}
