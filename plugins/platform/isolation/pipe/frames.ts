// The pipe between the host and a plugin's process, cut into frames: JSON and, behind it, raw octets. A frame that is too large is refused
// by its first eight octets, before anything of it is kept.
import { Buffer } from 'node:buffer';
import { type JsonShape, jsonShapeProblem } from '@postroom/sdk';

/** How large a frame may be, in octets. */
export interface FrameLimits {
  readonly json: number;
  readonly octets: number;
  /** Of the JSON. Default: any. */
  readonly shape?: JsonShape;
}

export interface Frame {
  readonly json: unknown;
  readonly octets: Uint8Array;
  /** In octets, of both together. */
  readonly size: number;
}

/** Two lengths, 32 bits each, big-endian: of the JSON, of the octets. */
const HEAD = 8;
export const NO_OCTETS: Uint8Array = new Uint8Array(0);
/** Smaller pieces are put together as they come: kept one by one, single octets would take some hundred times their size. */
const SMALL = 64 * 1024;

/** One frame, in pieces to be written one behind the other. The octets are not copied. */
export function encodeFrame(json: unknown, octets: Uint8Array = NO_OCTETS): readonly Uint8Array[] {
  const text = JSON.stringify(json);
  const size = Buffer.byteLength(text);
  const front = Buffer.allocUnsafe(HEAD + size);
  front.writeUInt32BE(size, 0);
  front.writeUInt32BE(octets.length, 4);
  front.write(text, HEAD);
  return octets.length === 0 ? [front] : [front, octets];
}

/** Puts frames together from what arrives. Throws a sentence's Error at the first breach of the format; it is of no use afterwards. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #gathered = 0;
  /** Octets that the next step needs: the head, or the frame behind it. */
  #wanted = HEAD;
  #lengths: { readonly json: number; readonly octets: number } | undefined;

  constructor(private readonly limits: FrameLimits) {}

  /** Takes the next piece; answers the frames that it completes. */
  push(piece: Uint8Array): readonly Frame[] {
    this.#keep(piece);
    this.#gathered += piece.length;
    const frames: Frame[] = [];
    while (this.#gathered >= this.#wanted) {
      const octets = this.#take(this.#wanted);
      if (this.#lengths === undefined) {
        this.#lengths = this.#readHead(octets);
        this.#wanted = this.#lengths.json + this.#lengths.octets;
      } else {
        const { json } = this.#lengths;
        frames.push({ json: this.#parse(octets.subarray(0, json)), octets: octets.subarray(json), size: octets.length });
        this.#lengths = undefined;
        this.#wanted = HEAD;
      }
    }
    return frames;
  }

  /** Equal ones are joined, and what comes of it again: no octet is copied more than a few times. */
  #keep(piece: Uint8Array): void {
    let last = piece;
    for (let before = this.#pieces.at(-1); before !== undefined; before = this.#pieces.at(-1)) {
      if (before.length > last.length || before.length + last.length > SMALL) break;
      this.#pieces.pop();
      last = Buffer.concat([before, last]);
    }
    this.#pieces.push(last);
  }

  #parse(octets: Buffer): unknown {
    const problem = this.limits.shape === undefined ? undefined : jsonShapeProblem(octets, this.limits.shape);
    if (problem !== undefined) throw new Error(`it sent a frame that ${problem}`);
    try {
      return JSON.parse(octets.toString('utf8'));
    } catch {
      throw new Error('it sent a frame that is no JSON');
    }
  }

  #readHead(head: Buffer): { readonly json: number; readonly octets: number } {
    const [json, octets] = [head.readUInt32BE(0), head.readUInt32BE(4)];
    if (json > this.limits.json || octets > this.limits.octets) {
      throw new Error(`it sent a frame of ${json} + ${octets} octets; at most ${this.limits.json} + ${this.limits.octets} are read`);
    }
    return { json, octets };
  }

  #take(count: number): Buffer {
    const [first] = this.#pieces;
    const all =
      first !== undefined && first.length >= count
        ? Buffer.from(first.buffer, first.byteOffset, first.length)
        : Buffer.concat(this.#pieces);
    const taken = all.subarray(0, count);
    const rest = all.subarray(count);
    this.#pieces = all.length === this.#gathered ? [rest] : [rest, ...this.#pieces.slice(1)];
    this.#gathered -= count;
    return taken;
  }
}
