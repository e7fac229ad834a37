import { octetsAdded } from '@postroom/sdk/base';
import { composeCopy, editsOf, readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';

async function* pieces(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < octets.length; position += size) yield octets.subarray(position, position + size);
}

async function text(source: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return Buffer.concat(all).toString('latin1');
}

describe('composeCopy', () => {
  it('puts the lines on top and leaves out what is concealed, however the octets are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { maxLength: 8 }), fc.integer({ min: 1, max: 12 }), async (borders, size) => {
        const octets = Buffer.from('abcdefghijklmnopqrstuvwxyz');
        const sorted = [...new Set(borders.map((border) => Math.min(border, octets.length)))].sort((a, b) => a - b);
        const ranges = sorted.flatMap((start, position) =>
          position % 2 === 0 && sorted[position + 1] !== undefined ? [{ start, end: sorted[position + 1] ?? start }] : [],
        );
        const kept = [...octets].filter((_octet, position) => !ranges.some(({ start, end }) => position >= start && position < end));
        expect(await text(composeCopy(Buffer.from('TOP'), pieces(octets, size), ranges))).to.equal(`TOP${Buffer.from(kept).toString()}`);
        expect(octetsAdded(ranges)).to.equal(kept.length - octets.length);
      }),
      { numRuns: 500 },
    );
  });

  it('passes pieces on uncopied where nothing is concealed', async () => {
    const octets = Buffer.from('abc');
    const copy = composeCopy(new Uint8Array(0), pieces(octets, 3), []);
    expect((await copy.next()).value?.buffer).to.equal(octets.buffer);
  });
});

describe('editsOf', () => {
  const header = readHeader(Buffer.from('A: 1\r\nEnvelope-To: a@x, b@x,\r\n c@x\r\nDelivered-To: x\r\nB: 2\r\n\r\n'));

  it('finds the octets of concealed fields, folded lines included, neighbours joined (7)', async () => {
    const ranges = editsOf(header, [2, 1, 2, 99]);
    expect(ranges).to.deep.equal([{ start: 6, end: 53 }]);
    const octets = Buffer.from('A: 1\r\nEnvelope-To: a@x, b@x,\r\n c@x\r\nDelivered-To: x\r\nB: 2\r\n\r\nbody\r\n');
    expect(await text(composeCopy(new Uint8Array(0), pieces(octets, 7), ranges))).to.equal('A: 1\r\nB: 2\r\n\r\nbody\r\n');
  });
});
