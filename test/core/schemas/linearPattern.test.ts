import { expect } from 'chai';
import fc from 'fast-check';
import { linearPattern, MOST_STEPS, patternProblem, StepBudget, TooManySteps } from '#core/schemas/linearPattern.js';

/** Patterns that keep JavaScript's own engine busy for years with the text beside them. */
const EVIL: readonly (readonly [pattern: string, text: string])[] = [
  ['^(a+)+$', `${'a'.repeat(60)}!`],
  ['^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$', `${'a'.repeat(60)}!`],
  ['(x+x+)+y', 'x'.repeat(5_000)],
  ['^(?:a|aa)+$', `${'a'.repeat(500)}b`],
  ['(.*)*(.*)*(.*)*=', 'a'.repeat(2_000)],
  ['(?:(?:[a-z]+)*[0-9]?)*$x', 'abc'.repeat(500)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(200)],
];
/** What declarations of the product and of samples are made with. */
const USUAL = [
  '^\\d{4}-\\d\\d$',
  '^[^\\u0000-\\u001f\\u007f]+$',
  '^(?:[a-z0-9-]+\\.)*[a-z]{2,}$',
  '^(read|write)$',
  'é+',
  '[\\w.-]+@[\\w.-]+',
  '^$',
];

describe("a stranger's pattern", () => {
  for (const [pattern, text] of EVIL) {
    it(`ends, though JavaScript's own engine would not: ${pattern.slice(0, 40)}`, () => {
      expect(linearPattern(pattern, new StepBudget()).test(text)).to.equal(false);
    });
  }

  it('says of everyday patterns what JavaScript says', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('2026-11', 'read', 'écrit', 'a@b.example', 'a\u0000', 'mail.example', ''),
    );
    fc.assert(
      fc.property(fc.constantFrom(...USUAL), text, (pattern, each) => {
        expect(linearPattern(pattern, new StepBudget()).test(each), `${pattern} ${each}`).to.equal(new RegExp(pattern, 'u').test(each));
      }),
    );
  });

  it('is refused with the reason where linear time cannot match it, or where it is too large', () => {
    for (const [pattern, reason] of [
      ['(?=a)b', /"\(\?="\. Patterns are matched by RE2: it knows neither look-around nor back-references/],
      ['(a)\\1', /back-references/],
      ['(', /missing closing/],
      ['(?:a{1,30}){1,30}', /states, and at most 1000/],
      ['(((a{99}){99}){99}){99}', /repeat/],
      ['a'.repeat(501), /501 characters, and at most 500/],
    ] as const) {
      expect(patternProblem(pattern), pattern).to.match(reason);
      expect(() => linearPattern(pattern, new StepBudget())).to.throw();
    }
    for (const pattern of USUAL) expect(patternProblem(pattern), pattern).to.equal(undefined);
  });

  it('is given up where one check has taken its steps, and has them again with the next', () => {
    const budget = new StepBudget();
    const pattern = linearPattern('^[ab]{1,300}c$', budget);
    const match = (): void => {
      for (let count = 0; count < MOST_STEPS; count += 1) pattern.test('ab'.repeat(100));
    };
    expect(match).to.throw(TooManySteps);
    budget.begin();
    expect(pattern.test('abc')).to.equal(true);
  });
});
