import { expect } from 'chai';
import { SCHEMA_LIMITS, schemaLimitProblem } from '#core/schemas/schemaLimits.js';
import { bundledManifests } from '../configuration/manifests.js';

const nested = (levels: number): object => Array.from({ length: levels }).reduce<object>((inner) => ({ not: inner }), { type: 'string' });
/** Two references a level: forty levels are a million million checks. */
const references = Object.fromEntries(
  Array.from({ length: 40 }, (_, level) => [
    `d${level}`,
    { allOf: [{ $ref: `#/definitions/d${level + 1}` }, { $ref: `#/definitions/d${level + 1}` }] },
  ]),
);

const REFUSED: readonly (readonly [what: string, schema: unknown, sentence: RegExp])[] = [
  ['references that multiply', { $ref: '#/definitions/d0', definitions: references }, /"\$ref"|"definitions"/],
  ['a reference to itself', { items: { $ref: '#' } }, /"\$ref"/],
  ["another schema's name", { $id: 'urn:postroom:settings' }, /"\$id"/],
  ['a check that answers later', { $async: true, type: 'string' }, /"\$async"/],
  ['schemas nested too deep', nested(SCHEMA_LIMITS.depth + 1), /nested more than 12 deep/],
  ['too many schemas', { anyOf: Array.from({ length: 200 }, () => ({ type: 'string' })) }, /more than 200 schemas/],
  ['too many choices', { enum: Array.from({ length: 201 }, (_, value) => value) }, /"enum" lists more than 200/],
  ['too many names', { required: Array.from({ length: 201 }, String) }, /"required" lists more than 200/],
  ['a default that is too large', { default: 'x'.repeat(20_000) }, /"default" has 20002 characters/],
  ['lists to be compared with lists', { type: 'array', uniqueItems: true, items: { type: 'array' } }, /uniqueItems/],
  ['anything to be compared with anything', { type: 'array', uniqueItems: true }, /uniqueItems/],
  ['a pattern that linear time cannot match', { pattern: '(?!a)' }, /pattern "\(\?!a\)" cannot be used.*RE2/],
  ['such a pattern as a name', { patternProperties: { '(?<=a)b': {} } }, /RE2/],
  ['such a pattern far inside', { properties: { a: { items: [{ anyOf: [{ pattern: '(a)\\1' }] }] } } }, /RE2/],
  ['such a pattern for what depends', { dependencies: { a: { pattern: '(a)\\1' } } }, /RE2/],
  ['a format that takes quadratic time', { items: { format: 'url' } }, /format "url" takes too long/],
  ['no schema', { properties: { a: 7 } }, /no schema/],
  ['no group', { properties: [1] }, /no group/],
];

describe("the limits of a stranger's schema", () => {
  for (const [what, schema, sentence] of REFUSED) {
    it(`refuse ${what}, in a sentence`, () => {
      const problem = schemaLimitProblem(schema);
      expect(problem).to.match(sentence);
      expect(problem).to.match(/^it[s ].*[.]$/);
    });
  }

  it('leave room for all that the product itself declares', () => {
    const settings = bundledManifests().flatMap(({ contributes }) => Object.entries(contributes?.configuration?.properties ?? {}));
    const taken = bundledManifests().flatMap(({ contributes }) => contributes?.commands ?? []);
    expect(settings).to.have.length.above(50);
    for (const [key, schema] of settings) expect(schemaLimitProblem(schema), key).to.equal(undefined);
    for (const { command, arguments: schema = {} } of taken) expect(schemaLimitProblem(schema), command).to.equal(undefined);
  });

  it('take a list of texts that are all different, and what only looks like a keyword', () => {
    expect(schemaLimitProblem({ type: 'array', uniqueItems: true, items: { type: 'string' } })).to.equal(undefined);
    expect(schemaLimitProblem({ properties: { pattern: { type: 'string' }, $ref: { type: 'string' } } })).to.equal(undefined);
    expect(schemaLimitProblem({ default: { $ref: '#', pattern: '(?=a)' }, enum: [{ pattern: '(' }] })).to.equal(undefined);
  });
});
