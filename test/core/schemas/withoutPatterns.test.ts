import { Validator } from '@cfworker/json-schema';
import { expect } from 'chai';
import { StrangerSchemas } from '#core/schemas/strangerSchemas.js';
import { withoutPatterns } from '#core/schemas/withoutPatterns.js';

const HEX = { type: 'string', pattern: '^[0-9a-f]+$', patternErrorMessage: 'Hexadecimal.' };
const SCHEMAS: readonly object[] = [
  HEX,
  { type: 'array', items: HEX, default: [] },
  { type: 'object', properties: { pattern: HEX, not: { type: 'integer' } }, required: ['pattern'] },
  { type: 'object', patternProperties: { '^x-': { type: 'integer' } }, additionalProperties: false },
  { type: 'object', propertyNames: HEX, additionalProperties: { type: 'integer' } },
  { not: HEX },
  { oneOf: [HEX, { type: 'string', pattern: '^[0-9]+$' }, { type: 'integer' }] },
  { anyOf: [HEX, { type: 'integer' }] },
  JSON.parse('{ "if": { "pattern": "^[0-9a-f]+$" }, "then": { "maxLength": 3 }, "else": { "minLength": 8 } }') as object,
  { allOf: [{ not: { items: HEX } }, { type: 'array' }] },
];
const VALUES: readonly unknown[] = [
  ...['', 'ab', 'xyz', '12', 'not hexadecimal at all'],
  ...[7, [], ['ab'], ['xyz'], {}, { pattern: 'ab' }, { pattern: 'xyz' }, { 'x-a': 1 }, { y: 1 }, { ab: 1 }],
];

describe("a stranger's schema as browsers and editors get it", () => {
  it('has no pattern, and refuses nothing that the whole one takes', () => {
    const strangers = new StrangerSchemas('arguments');
    for (const schema of SCHEMAS) {
      const shown = withoutPatterns(schema as Record<string, unknown>);
      expect(JSON.stringify(shown), JSON.stringify(schema)).to.not.match(/\^/);
      const whole = strangers.compile(schema as Record<string, unknown>, 'acme.test');
      const theirs = new Validator(shown, '7');
      for (const value of VALUES) {
        const isTaken = whole(structuredClone(value)).length === 0;
        if (isTaken) expect(theirs.validate(value).valid, `${JSON.stringify(value)} by ${JSON.stringify(schema)}`).to.equal(true);
      }
    }
  });

  it('says all else that it said, and is the same one where there is no pattern', () => {
    const plain = { type: 'array', items: { type: 'string', maxLength: 3 }, default: [{ pattern: 'x' }] };
    expect(withoutPatterns(plain)).to.equal(plain);
    expect(withoutPatterns({ ...plain, items: { ...HEX, maxLength: 3 } })).to.deep.equal(plain);
  });
});
