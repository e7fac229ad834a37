// What a schema in a stranger's manifest may say, so that compiling it and checking a value by it costs little whatever the value is. Pure.
import { PostroomError } from '@postroom/sdk';
import { patternProblem } from './linearPattern.js';
import { HOLDS_LIST, HOLDS_NAMED, HOLDS_ONE, isSchemaGroup, type Schema } from './schemaParts.js';

/** Limits of one schema: a setting's declaration, or the arguments of a command. */
export const SCHEMA_LIMITS = Object.freeze({
  /** Schemas inside schemas. */
  depth: 12,
  /** All schemas in it, itself included. */
  schemas: 200,
  /** Values of one `enum`, or names in one `required`. */
  values: 200,
  /** Characters of `default`, `const`, `examples` as JSON. */
  valueCharacters: 16_384,
});

/** They lead to other schemas, or to this one again: what looks small is not. */
const REFERENCES = new Set(['id', 'definitions', 'discriminator']);
/** Of ajv-formats, the one whose regular expression takes quadratic time: `http://` and twenty thousand colons keep it busy for seconds. */
const SLOW_FORMATS: ReadonlySet<unknown> = new Set(['url']);
const SCALARS = new Set(['string', 'number', 'integer', 'boolean', 'null']);

/** What is wrong with a stranger's schema, as a sentence without its subject; `undefined` where nothing is. */
export function schemaLimitProblem(schema: unknown): string | undefined {
  try {
    new Walk().schema(schema, 0);
    return undefined;
  } catch (error) {
    if (error instanceof PostroomError) return error.message;
    throw error;
  }
}

function refuse(why: string): never {
  throw new PostroomError('plugin/manifest', why);
}

class Walk {
  #schemas = 0;

  schema(value: unknown, depth: number): void {
    if (typeof value === 'boolean') return;
    if (!isSchemaGroup(value)) refuse('it holds something that is no schema.');
    this.#schemas += 1;
    if (this.#schemas > SCHEMA_LIMITS.schemas) refuse(`it holds more than ${SCHEMA_LIMITS.schemas} schemas; make it simpler.`);
    if (depth > SCHEMA_LIMITS.depth) refuse(`its schemas are nested more than ${SCHEMA_LIMITS.depth} deep; make it flatter.`);
    for (const [keyword, held] of Object.entries(value)) this.#keyword(keyword, held, value, depth);
  }

  #keyword(keyword: string, held: unknown, schema: Schema, depth: number): void {
    if (REFERENCES.has(keyword) || (keyword.startsWith('$') && keyword !== '$comment')) {
      refuse(
        `it uses "${keyword}". A plugin's schema stands by itself, without references and keywords that begin with "$": write it out.`,
      );
    }
    if (Array.isArray(held) && HOLDS_LIST.has(keyword)) for (const each of held) this.schema(each, depth + 1);
    else if (HOLDS_ONE.has(keyword)) this.schema(held, depth + 1);
    else if (HOLDS_NAMED.has(keyword)) this.#named(keyword, held, depth);
    else if (keyword === 'pattern') checkPattern(held);
    else if (keyword === 'format' && SLOW_FORMATS.has(held))
      refuse(`its format "${String(held)}" takes too long on some texts; use "uri".`);
    else if (keyword === 'enum' || keyword === 'required') checkCount(keyword, held);
    else if (keyword === 'uniqueItems' && held === true) checkUnique(schema);
    else if (keyword === 'default' || keyword === 'const' || keyword === 'examples') checkSize(keyword, held);
  }

  #named(keyword: string, held: unknown, depth: number): void {
    if (!isSchemaGroup(held)) refuse(`its "${keyword}" is no group of schemas.`);
    for (const [name, each] of Object.entries(held)) {
      if (keyword === 'patternProperties') checkPattern(name);
      if (keyword === 'dependencies' && Array.isArray(each)) checkCount(keyword, each);
      else this.schema(each, depth + 1);
    }
  }
}

function checkPattern(pattern: unknown): void {
  const problem = typeof pattern === 'string' ? patternProblem(pattern) : 'it is no text';
  if (problem !== undefined) refuse(`its pattern ${shortened(JSON.stringify(pattern))} cannot be used: ${problem}.`);
}

function checkCount(keyword: string, held: unknown): void {
  if (!Array.isArray(held)) refuse(`its "${keyword}" is no list.`);
  if (held.length > SCHEMA_LIMITS.values) refuse(`its "${keyword}" lists more than ${SCHEMA_LIMITS.values} values.`);
  checkSize(keyword, held);
}

/** To compare everything with everything is quadratic; of texts and numbers a table is kept. */
function checkUnique({ items }: Schema): void {
  const type = isSchemaGroup(items) ? items['type'] : undefined;
  const types = Array.isArray(type) ? type : [type];
  if (!types.every((each) => SCALARS.has(String(each)))) {
    refuse(
      'it uses "uniqueItems" where "items" has no type, or the type of a group or a list. Entries that are texts or numbers can be compared.',
    );
  }
}

function checkSize(keyword: string, held: unknown): void {
  const length = JSON.stringify(held)?.length ?? 0;
  if (length > SCHEMA_LIMITS.valueCharacters) {
    refuse(`its "${keyword}" has ${length} characters as JSON, and at most ${SCHEMA_LIMITS.valueCharacters} are allowed.`);
  }
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}..."` : text;
}
