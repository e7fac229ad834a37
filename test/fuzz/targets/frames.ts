// The pipe to a stranger's plugin: frames however they are cut, and what is no frame at all.
import { Readable, Writable } from 'node:stream';
import { encodeFrame, FrameReader } from '#plugins/platform/isolation/dist/pipe/frames.js';
import { Peer } from '#plugins/platform/isolation/dist/pipe/peer.js';
import { type FuzzTarget, must, mustEqual } from '../target.js';

const LIMITS = { json: 4_096, octets: 4_096 };

function frame(json: unknown, octets = ''): string {
  return Buffer.concat(encodeFrame(json, Buffer.from(octets))).toString('latin1');
}

const WORDS = [
  frame({ kind: 'call', id: 1, method: 'echo', at: 0, data: {} }, 'octets'),
  frame({ kind: 'cancel', id: 1 }),
  frame({ kind: 'done', id: 1 }),
  frame({ kind: 'failed', id: 1, message: 'x' }),
  frame({ kind: 'note', method: 'echo' }),
  frame({ kind: 'begun', id: 1 }),
  frame(null),
  '\0\0\0\0\0\0\0\0',
  '\xff\xff\xff\xff',
  '"__proto__"',
  '"id":1e999',
];

/** What a reader makes of pieces: the frames, and why it stopped. */
function read(pieces: readonly Buffer[]): readonly unknown[] {
  const reader = new FrameReader(LIMITS);
  const frames: unknown[] = [];
  try {
    for (const piece of pieces)
      for (const { json, octets } of reader.push(piece)) frames.push([json, Buffer.from(octets).toString('latin1')]);
  } catch (error) {
    must(
      error instanceof Error && error.message.startsWith('it sent a frame '),
      'a breach of the format is said in a sentence',
      String(error),
    );
    frames.push(error.message);
  }
  return frames;
}

export const frames: FuzzTarget = {
  name: 'frames',
  group: 'files',
  words: WORDS,
  longest: 16 * 1024,
  async run(input, random) {
    // Of two frames in one piece the first is lost with the second where that is no frame: the other side is ended in any case.
    const octetByOctet = read([...input].map((octet) => Buffer.from([octet])));
    const inPieces = read(random.pieces(input));
    mustEqual(octetByOctet.slice(0, inPieces.length - 1), inPieces.slice(0, -1), 'frames are the same however the pipe cuts them');
    const text = input.subarray(0, 300).toString('utf8');
    const written = Buffer.concat([...encodeFrame({ text }, input.subarray(0, 4_000)), ...encodeFrame([text])]);
    mustEqual(
      read(random.pieces(written)),
      [
        [{ text }, input.subarray(0, 4_000).toString('latin1')],
        [[text], ''],
      ],
      'a frame reads as it was written',
    );
    await peer(input);
  },
};

/** Whatever comes over the pipe ends in an answer or in a breach, and never in an error that nobody handles. */
async function peer(input: Buffer): Promise<void> {
  const sent: Buffer[] = [];
  const reads = new Readable({ read: () => undefined });
  const writes = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      sent.push(piece);
      done();
    },
  });
  const breaches: string[] = [];
  const peer = new Peer(
    { reads, writes },
    {
      limits: LIMITS,
      mostCalls: 4,
      handlers: { echo: (data) => ({ data }) },
      onBreach: (reason) => void breaches.push(reason),
    },
  );
  const waiting = peer.call('anything').catch((error: unknown) => error);
  reads.push(input);
  await new Promise<void>((resolve) => setImmediate(resolve));
  must(breaches.length <= 1, 'a breach is told once', breaches);
  must(
    breaches.every((reason) => reason.length < 2_100 && !reason.includes('\n')),
    'a breach is a sentence',
    breaches,
  );
  peer.close(new Error('over'));
  await waiting;
  for (const answer of read([Buffer.concat(sent)])) must(Array.isArray(answer), 'answers are frames', answer);
}
