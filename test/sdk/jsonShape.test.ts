import { jsonShapeProblem } from '@postroom/sdk';
import { expect } from 'chai';
import fc from 'fast-check';

const LIMITS = { depth: 8, values: 100 };
const problem = (text: string): string | undefined => jsonShapeProblem(Buffer.from(text), LIMITS);

describe('the shape of a JSON text', () => {
  it('is refused where it is too deep or too full, JSON or not', () => {
    expect(problem('['.repeat(1_000_000))).to.equal('is nested more than 8 deep');
    expect(problem('{"a":'.repeat(1_000))).to.equal('is nested more than 8 deep');
    expect(problem(`[${'1,'.repeat(200)}1]`)).to.equal('holds more than 100 values');
    expect(problem(`{${Array.from({ length: 200 }, (_, key) => `"${key}":1`).join()}}`)).to.equal('holds more than 100 values');
    expect(problem(',,,,'.repeat(100))).to.equal('holds more than 100 values');
    expect(problem('[]'.repeat(200))).to.equal('holds more than 100 values');
  });

  it('does not count what stands inside texts', () => {
    expect(problem(JSON.stringify('[{,:'.repeat(1_000)))).to.equal(undefined);
    expect(problem(JSON.stringify({ a: '\\"[[[[[[[[[[[[', '"': '\\' }))).to.equal(undefined);
    expect(problem(`"${'\\"['.repeat(1_000)}"`)).to.equal(undefined);
  });

  it('lets through whatever is within the limits', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const { depth, values } = measured(JSON.parse(text));
        if (depth <= LIMITS.depth && values * 3 <= LIMITS.values) expect(problem(text), text).to.equal(undefined);
      }),
    );
  });
});

function measured(value: unknown): { readonly depth: number; readonly values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 1 };
  const inner = Object.values(value).map(measured);
  return { depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)), values: 1 + inner.reduce((sum, { values }) => sum + values + 1, 0) };
}
