// Hands a message over from a door to the desk: whole where it is not long, so that it crosses once, else in pieces that wait for each other.
import type { SubmittedEnvelope } from '../submissionDesk.js';
import type { DeskQuestioner } from './deskQuestioner.js';
import { Octets } from './octets.js';
import { crossedAnswer, crossingFailure } from './questions.js';

/** Octets of a message that crosses whole. */
export const MOST_WHOLE = 256 * 1024;
/** Octets of all messages of a door that wait here to become whole: beyond it, one that comes is handed over in pieces from where it stands. */
export const MOST_GATHERED = 16 * 1024 * 1024;
/** Octets of a piece, at least, but for the last one. */
const PIECE = 64 * 1024;

/** What reading came to: `failure` is what the source threw. */
interface Gathered {
  readonly isWhole: boolean;
  readonly failure?: { readonly error: unknown };
}

export class MessageSender {
  #lastMessage = 0;
  #gathered = 0;

  constructor(private readonly desk: DeskQuestioner) {}

  /** Answers the text of the 250. Throws a Refusal. */
  async send(client: number, source: AsyncIterable<Uint8Array>, envelope: SubmittedEnvelope): Promise<string> {
    const reading = source[Symbol.asyncIterator]();
    const octets = new Octets();
    const { isWhole, failure } = await this.#gather(reading, octets);
    if (isWhole) {
      const whole = octets.take();
      return crossedAnswer(await this.desk.ask('message', { client, envelope, octets: whole }, [whole]));
    }
    this.#lastMessage += 1;
    const message = this.#lastMessage;
    const answer = this.desk.ask('long message', { client, message, envelope });
    // It may be there before the last piece is; it is awaited below.
    answer.catch(() => undefined);
    const why = failure ?? (await this.#pass(message, reading, octets));
    // Lets go of what nobody wants to have: whoever owns the source throws the rest away.
    await reading.return?.();
    // Told in any case: what failed is refused there, and stands in the log as everything that is.
    this.desk.tell('end', { message, ...(why !== undefined && { failure: crossingFailure(why.error) }) });
    return crossedAnswer(await answer);
  }

  /** Reads until the message is whole, or long. */
  async #gather(reading: AsyncIterator<Uint8Array>, octets: Octets): Promise<Gathered> {
    try {
      while (octets.length <= MOST_WHOLE && this.#gathered <= MOST_GATHERED) {
        const next = await reading.next();
        if (next.done === true) return { isWhole: true };
        octets.push(next.value);
        this.#gathered += next.value.length;
      }
      return { isWhole: false };
    } catch (error) {
      return { isWhole: false, failure: { error } };
    } finally {
      this.#gathered -= octets.length;
    }
  }

  /** Hands over what was gathered and all that follows, each piece when the one before was taken. */
  async #pass(message: number, reading: AsyncIterator<Uint8Array>, octets: Octets): Promise<Gathered['failure']> {
    try {
      for (;;) {
        const isOver = await fill(octets, reading);
        const piece = octets.take();
        const wantsMore = piece.byteLength === 0 || (await this.desk.ask('piece', { message, octets: piece }, [piece]));
        if (isOver || !wantsMore) return undefined;
      }
    } catch (error) {
      return { error };
    }
  }
}

/** Reads as much as makes a piece; answers whether nothing follows. */
async function fill(octets: Octets, reading: AsyncIterator<Uint8Array>): Promise<boolean> {
  while (octets.length < PIECE) {
    const next = await reading.next();
    if (next.done === true) return true;
    octets.push(next.value);
  }
  return false;
}
