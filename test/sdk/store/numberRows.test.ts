import { NumberRows } from '@postroom/sdk/store';
import { expect } from 'chai';
import fc from 'fast-check';

describe('Rows of numbers', () => {
  it('are after any changes those of a Map, in the same order', () => {
    const step = fc.record({ what: fc.constantFrom('add', 'add', 'delete', 'set'), key: fc.nat(300), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 1_500, size: 'max' }), (steps) => {
        const rows = new NumberRows('a', 'b');
        const map = new Map<number, { a: number; b: number }>();
        for (const { what, key, value } of steps) {
          const row = map.get(key);
          if (what === 'add' && row === undefined) {
            map.set(key, { a: value, b: -value });
            rows.add(key, { a: value, b: -value });
          } else if (what === 'delete') {
            map.delete(key);
            rows.delete(key);
          } else if (what === 'set') {
            if (row !== undefined) row.b = value;
            rows.set(key, 'b', value);
          }
          expect(rows.firstKey).to.equal(map.keys().next().value);
        }
        expect(rows.size).to.equal(map.size);
        for (let key = 0; key <= 300; key += 1) {
          const { a, b } = map.get(key) ?? { a: 0, b: 0 };
          expect([rows.has(key), rows.get(key, 'a'), rows.get(key, 'b')]).to.deep.equal([map.has(key), a, b]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('take little room while they are there, and give it back', () => {
    const rows = new NumberRows('a', 'b', 'c');
    const none = rows.octets;
    const many = 100_000;
    for (let key = 0; key < many; key += 1) rows.add(key, { a: key, b: key, c: key });
    expect(rows.octets).to.be.below(many * 45);
    for (let key = 0; key < many; key += 1) rows.delete(key);
    expect(rows.octets).to.be.at.most(none * 4);
  });

  it('find the first one though those before it went, in a time that does not grow with them', () => {
    const rows = new NumberRows('a');
    const many = 200_000;
    for (let key = 0; key < many; key += 1) rows.add(key, { a: key });
    let sum = 0;
    for (let key = 0; key < many; key += 1) {
      sum += rows.firstKey ?? 0;
      rows.delete(key);
    }
    expect([sum, rows.firstKey]).to.deep.equal([(many * (many - 1)) / 2, undefined]);
  });
});
