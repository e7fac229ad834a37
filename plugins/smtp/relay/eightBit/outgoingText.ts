// The text of one message, as a server takes it: as it is, or without 8-bit octets where the server knows no 8BITMIME.
import type { RelayDestinations } from '@postroom/sdk';
import type { Reason } from '../envelopes.js';
import type { Extensions } from '../extensions.js';
import { surveyOf } from './eightBitSurvey.js';
import { sevenBitText } from './sevenBitText.js';

export interface ServerText {
  /** Octets. */
  readonly size: number;
  content(): AsyncIterable<Uint8Array>;
}

export class OutgoingText {
  readonly #asItIs: ServerText;
  /** The way for servers without 8BITMIME, once one was met. */
  #sevenBit: ServerText | Reason | undefined;

  constructor(original: Pick<RelayDestinations, 'size' | 'content'>) {
    this.#asItIs = { size: original.size, content: () => original.content() };
  }

  /** Or why the server cannot have it. */
  async forServer({ names }: Extensions): Promise<ServerText | Reason> {
    if (names.has('8BITMIME')) return this.#asItIs;
    this.#sevenBit ??= await convertible(this.#asItIs);
    return this.#sevenBit;
  }
}

async function convertible(text: ServerText): Promise<ServerText | Reason> {
  const survey = await surveyOf(text.content());
  if (!survey.has8Bit) return text;
  if (survey.problem !== undefined) return survey.problem;
  const content = (): AsyncIterable<Uint8Array> => sevenBitText(text.content(), survey);
  let size = 0;
  for await (const piece of content()) size += piece.length;
  return { size, content };
}
