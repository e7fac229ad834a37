import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { encodeFrame, FrameReader } from '#plugins/platform/isolation/dist/pipe/frames.js';

const LIMITS = { json: 1_000, octets: 1_000 };

function octetsOf(...frames: readonly (readonly [unknown, string?])[]): Buffer {
  return Buffer.concat(frames.flatMap(([json, octets]) => [...encodeFrame(json, octets === undefined ? undefined : Buffer.from(octets))]));
}

describe('a frame reader', () => {
  it('reads what was written, however the pipe cuts it', () => {
    const stream = octetsOf([{ kind: 'note', text: 'Grüße' }], [[1, 2, 3], 'octets behind it'], [null, '']);
    for (let cut = 1; cut <= stream.length; cut += 1) {
      const reader = new FrameReader(LIMITS);
      const frames = [];
      for (let at = 0; at < stream.length; at += cut) frames.push(...reader.push(stream.subarray(at, at + cut)));
      expect(frames.map(({ json }) => json)).to.deep.equal([{ kind: 'note', text: 'Grüße' }, [1, 2, 3], null]);
      expect(Buffer.from(frames[1]?.octets ?? []).toString()).to.equal('octets behind it');
    }
  });

  it('keeps octets that come one by one in a few pieces', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const reader = new FrameReader({ json: 2 ** 20, octets: 2 ** 20 });
    const [head = new Uint8Array()] = encodeFrame('x'.repeat(200_000));
    reader.push(head.subarray(0, 8));
    collect();
    const before = process.memoryUsage();
    for (let count = 0; count < 200_000; count += 1) reader.push(Buffer.alloc(1));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    expect(heapUsed + external - before.heapUsed - before.external).to.be.below(2_000_000);
    expect(reader.push(head.subarray(0, 1))).to.deep.equal([]);
  });

  it('refuses a frame that is too large by its head alone', () => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(1_001, 4);
    expect(() => new FrameReader(LIMITS).push(head)).to.throw(/a frame of 0 \+ 1001 octets; at most 1000 \+ 1000/);
  });

  it('refuses what is too deep or too full before it is read', () => {
    for (const [json, said] of [
      [[[[['x']]]], 'is nested more than 3 deep'],
      [Array.from({ length: 20 }, () => 1), 'holds more than 10 values'],
    ] as const) {
      const reader = new FrameReader({ ...LIMITS, shape: { depth: 3, values: 10 } });
      expect(() => reader.push(octetsOf([json]))).to.throw(`it sent a frame that ${said}`);
    }
  });

  it('refuses what is no JSON', () => {
    expect(() => new FrameReader(LIMITS).push(Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0x7b]))).to.throw('a frame that is no JSON');
  });
});
