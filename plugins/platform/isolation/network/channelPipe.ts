// One end of the second pipe: frames in, frames out. What comes in is checked where it is taken.
import type { Duplex } from 'node:stream';
import { sentenceOf } from '@postroom/sdk';
import { encodeFrame, FrameReader, NO_OCTETS } from '../pipe/frames.js';
import { CHANNEL_LIMITS } from './channelProtocol.js';

/** Octets that wait for the other side to read them: more than all windows together is somebody who asks and does not listen. */
const MOST_WAITING = 32 * 2 ** 20;

export interface ChannelPipe<Message> {
  send(message: Message, octets?: Uint8Array): void;
}

/** `onBreach`: the other side broke the format or `take` threw; nothing more is read. The end of the sentence "it was killed: ...". */
export function channelPipe<Message>(
  stream: Duplex,
  take: (message: unknown, octets: Uint8Array) => void,
  onBreach: (reason: string) => void,
): ChannelPipe<Message> {
  const reader = new FrameReader(CHANNEL_LIMITS);
  let isDeaf = false;
  stream.on('data', (piece: Uint8Array) => {
    if (isDeaf) return;
    try {
      for (const { json, octets } of reader.push(piece)) take(json, octets);
    } catch (error) {
      isDeaf = true;
      onBreach(sentenceOf(error));
    }
  });
  stream.on('error', () => undefined);
  return {
    send: (message, octets = NO_OCTETS) => {
      if (stream.destroyed || isDeaf) return;
      if (stream.writableLength > MOST_WAITING) {
        isDeaf = true;
        onBreach('it does not read what it asked for');
        return;
      }
      stream.cork();
      for (const piece of encodeFrame(message, octets)) stream.write(piece);
      stream.uncork();
    },
  };
}
