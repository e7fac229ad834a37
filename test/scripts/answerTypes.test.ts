// The types of the manager's page, made from what commands and routes declare: scripts/answerTypes.mjs and scripts/schemaTypes.mjs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';

interface SchemaTypes {
  typeOf(schema: object, at: string): string;
  declarationOf(name: string, schema: object, doc: string): string;
}
interface AnswerTypes {
  readonly ANSWER_TYPES: string;
  readonly answerTypes: () => string;
}

const EMPTY = { type: 'object', additionalProperties: false, properties: {} };
const script = (name: string): string => pathToFileURL(path.join(ROOT, 'scripts', name)).href;

describe("the types of the manager's page", () => {
  let types: SchemaTypes;
  before(async () => {
    types = (await import(script('schemaTypes.mjs'))) as SchemaTypes;
  });

  it('are those that commands and routes declare now: "npm run docs" makes them', async () => {
    const { ANSWER_TYPES, answerTypes } = (await import(script('answerTypes.mjs'))) as AnswerTypes;
    const made = answerTypes();
    expect(made).to.include("readonly 'outbox.list': OutboxListAnswer;").and.to.include("readonly 'GET /api/settings': SettingsAnswer;");
    expect(readFileSync(ANSWER_TYPES, 'utf8')).to.equal(made);
  });

  it('are made of an object, a list of objects and anything else, with their comments', () => {
    const row = {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', title: 'Name', description: 'Who */ it is.' },
        'asks for': { type: ['integer', 'number', 'null'], title: 'Why' },
      },
    };
    const members = "{\n  /** Who *\\/ it is. */\n  readonly name: string;\n  /** Why */\n  readonly 'asks for'?: number | null;\n}\n";
    expect(types.declarationOf('A', row, 'a: says A')).to.equal(`/** a: says A */\nexport interface AAnswer ${members}`);
    expect(types.declarationOf('B', { type: 'array', items: row }, 'b')).to.equal(
      `/** b */\nexport type BAnswer = readonly BRow[];\n\nexport interface BRow ${members}`,
    );
    expect(types.declarationOf('C', { type: 'string', format: 'date-time' }, '')).to.equal('export type CAnswer = string;\n');
  });

  it('are made of every kind of schema that answers use', () => {
    const cases: readonly (readonly [object, string])[] = [
      [{ enum: ["it's", 'b', 3, true] }, "'it\\'s' | 'b' | 3 | true"],
      [{ const: false }, 'false'],
      [{ description: 'Anything.' }, 'unknown'],
      [{ type: 'array', items: { type: 'array', items: { type: 'boolean' } } }, 'readonly (readonly boolean[])[]'],
      [{ type: 'array', items: { enum: ['a', 'b'] } }, "readonly ('a' | 'b')[]"],
      [{ type: 'array', items: { type: ['string', 'integer'] } }, 'readonly (string | number)[]'],
      [{ type: 'array', items: { anyOf: [EMPTY, { type: 'string' }] } }, 'readonly ({\n} | string)[]'],
      [{ type: 'array', items: EMPTY }, 'readonly {\n}[]'],
      [{ type: 'object', additionalProperties: true }, 'Readonly<Record<string, unknown>>'],
      [{ type: 'object', additionalProperties: { type: ['string', 'integer'] } }, 'Readonly<Record<string, string | number>>'],
      [{ anyOf: [{ type: 'string' }, { type: 'array', items: {} }] }, 'string | readonly unknown[]'],
      [{ $ref: 'http://json-schema.org/draft-07/schema#' }, 'Schema'],
    ];
    for (const [schema, type] of cases) expect(types.typeOf(schema, 'at'), JSON.stringify(schema)).to.equal(type);
  });

  it('are not made of a schema that is not known: the error says which, and where', () => {
    const inside = (property: object): object => ({ type: 'object', additionalProperties: false, properties: { inner: property } });
    const cases: readonly (readonly [object, string])[] = [
      [inside({ oneOf: [] }), 'at/inner: the keyword "oneOf" is not known here.'],
      [inside({ type: 'string', not: {} }), 'at/inner: the keyword "not" is not known here.'],
      [inside({ $ref: '#/$defs/row' }), 'at/inner: $ref to #/$defs/row'],
      [inside({ type: 'array' }), 'at/inner: a list needs "items"'],
      [inside({ type: 'array', items: [{ type: 'string' }] }), 'at/inner: a list needs "items"'],
      [inside({ type: 'text' }), 'at/inner: the type "text" is not known here.'],
      [{ type: 'object', properties: {} }, 'at: an object says in "additionalProperties"'],
      [{ ...inside({ type: 'string' }), additionalProperties: true }, 'at: an object with "properties" and others'],
      [{ ...inside({ type: 'string' }), required: ['outer'] }, 'at: "required" names outer'],
      [{ ...inside({ type: 'string' }), patternProperties: {} }, 'at: the keyword "patternProperties" is not known here.'],
    ];
    for (const [schema, sentence] of cases) expect(() => types.typeOf(schema, 'at'), sentence).to.throw(sentence);
  });
});
