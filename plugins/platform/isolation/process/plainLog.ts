// What a plugin says, as it may stand in the program log: fields under one key, of bounded size, and no character that a terminal or a reader of
// lines would take for more than text. Pure but for the count of lines.
import type { Logger } from '@postroom/sdk';
import { cutText, SECRET_FIELDS } from '@postroom/sdk/base';
import { isRecord } from '../pipe/shapes.js';

const LONGEST_MESSAGE = 4_000;
const LONGEST_VALUE = 1_000;
const LONGEST_NAME = 100;
/** Entries of one line, all together. */
const MOST_ENTRIES = 50;
/** Characters of all values of one line together. */
const LONGEST_FIELDS = 8_000;
const DEEPEST = 4;
const WINDOW_MS = 60_000;

/** Escape sequences of terminals (C1), line ends that JSON leaves alone, and marks that turn the direction of writing. */
const DECEIVING = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export function plainText(value: unknown, longest = LONGEST_MESSAGE): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return cutText(text, longest).replace(DECEIVING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `{ fields: ... }`; nothing where there are none. A plugin can't say who speaks, when, or how grave it is. */
export function plainFields(value: unknown): { readonly fields?: Readonly<Record<string, unknown>> } {
  let left = MOST_ENTRIES;
  let room = LONGEST_FIELDS;
  const plain = (item: unknown, depth: number): unknown => {
    if (typeof item === 'number' || typeof item === 'boolean' || item === null) return item;
    if (typeof item !== 'object') {
      const text = plainText(item, Math.min(LONGEST_VALUE, room));
      room = Math.max(room - text.length, 0);
      return text;
    }
    if (depth >= DEEPEST) return '(too deep)';
    if (Array.isArray(item)) return item.filter(() => left-- > 0).map((each) => plain(each, depth + 1));
    return Object.fromEntries(
      Object.entries(item)
        .filter(() => left-- > 0)
        .map(([name, each]) => [
          plainText(name, LONGEST_NAME),
          SECRET_FIELDS.includes(name.toLowerCase()) ? '(not shown)' : plain(each, depth + 1),
        ]),
    );
  };
  return isRecord(value) && Object.keys(value).length > 0 ? { fields: plain(value, 0) as Readonly<Record<string, unknown>> } : {};
}

/** Lets so many lines a minute through, and says how many it did not. */
export class LineBudget {
  #windowFrom = performance.now();
  #lines = 0;
  #dropped = 0;

  constructor(
    private readonly most: number,
    private readonly log: Logger,
  ) {}

  mayWrite(now = performance.now()): boolean {
    if (now - this.#windowFrom > WINDOW_MS) {
      const dropped = this.#dropped;
      [this.#windowFrom, this.#lines, this.#dropped] = [now, 0, 0];
      if (dropped > 0) this.log.warn('Lines that the plugin wrote were left out.', { lines: dropped });
    }
    this.#lines += 1;
    if (this.#lines > this.most) this.#dropped += 1;
    return this.#lines <= this.most;
  }
}
