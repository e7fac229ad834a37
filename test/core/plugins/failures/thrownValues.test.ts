// What is told of failures that are no errors, and how often.
import { expect } from 'chai';
import { ThrownValues, thrownValueSentence } from '#core/plugins/failures/thrownValues.js';

const HOUR = 60 * 60_000;

describe('failures that are no errors', () => {
  it('are told at once, then once an hour with their number', () => {
    const nameless = new ThrownValues();
    expect(nameless.add('a', ['postroom.cc'], 0)).to.match(/nobody handled it: 'a'\..*: postroom\.cc\./);
    expect(nameless.add('b', ['postroom.cc'], 1)).to.equal(undefined);
    expect(nameless.add('c', ['postroom.cc'], HOUR - 1)).to.equal(undefined);
    expect(nameless.add('d', ['postroom.cc'], HOUR)).to.include("4 times since the start: 'd'.");
  });

  it('are a problem until a day passes without one', () => {
    const nameless = new ThrownValues();
    expect(nameless.problems(0)).to.deep.equal([]);
    const told = nameless.add(undefined, [], 5);
    nameless.add(undefined, [], 10);
    expect(nameless.problems(24 * HOUR + 9)).to.deep.equal([told]);
    expect(nameless.problems(24 * HOUR + 10)).to.deep.equal([]);
  });

  it('are put into words without running their code, and cut where they are long', () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('Trap.');
        },
      },
    );
    expect(thrownValueSentence(trap, [], 1)).to.include(': {}.');
    const long = thrownValueSentence({ one: 'x'.repeat(1_000), two: 'y'.repeat(1_000) }, [], 1);
    expect(long).to.have.lengthOf.below(700);
  });
});
