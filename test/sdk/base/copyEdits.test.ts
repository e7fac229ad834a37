import { type CopyEdit, EditedOctets, joinEdits, octetsAdded } from '@postroom/sdk/base';
import { expect } from 'chai';
import fc from 'fast-check';

const edit = fc
  .tuple(fc.nat(26), fc.nat(5), fc.option(fc.constantFrom('', '+', '[new]'), { nil: undefined }))
  .map(([start, length, instead]): CopyEdit => {
    const range = { start, end: Math.min(start + length, 26) };
    return instead === undefined ? range : { ...range, instead };
  });

/** The copy by the plainest means: what stands before an edit, then what it shows. */
function plainCopy(text: string, edits: readonly CopyEdit[]): string {
  let copy = '';
  let position = 0;
  for (const { start, end, instead = '' } of edits) {
    copy += text.slice(position, start) + instead;
    position = end;
  }
  return copy + text.slice(position);
}

describe('EditedOctets', () => {
  const TEXT = 'abcdefghijklmnopqrstuvwxyz';

  it('shows the same however the octets are cut, and as many as octetsAdded says', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), fc.integer({ min: 1, max: 27 }), (edits, size) => {
        const joined = joinEdits(edits);
        const edited = new EditedOctets(joined);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < TEXT.length; at += size) pieces.push(...edited.take(Buffer.from(TEXT.slice(at, at + size))));
        pieces.push(...edited.end());
        const copy = Buffer.concat(pieces).toString('latin1');
        expect(copy).to.equal(plainCopy(TEXT, joined));
        expect(copy.length).to.equal(TEXT.length + octetsAdded(joined));
      }),
      { numRuns: 2000, seed: 14 },
    );
  });

  it('puts something before the first octet and behind the last one', () => {
    const edited = new EditedOctets([
      { start: 0, end: 0, instead: '<' },
      { start: 26, end: 26, instead: '>' },
    ]);
    expect(Buffer.concat([...edited.take(Buffer.from(TEXT)), ...edited.end()]).toString()).to.equal(`<${TEXT}>`);
  });
});

describe('joinEdits', () => {
  it('lets nothing show that stands inside what is left out', () => {
    expect(
      joinEdits([
        { start: 5, end: 5, instead: 'x' },
        { start: 2, end: 8 },
        { start: 8, end: 9 },
        { start: 9, end: 9, instead: 'y' },
      ]),
    ).to.deep.equal([
      { start: 2, end: 9 },
      { start: 9, end: 9, instead: 'y' },
    ]);
  });
});
