// Asks for one property of the settings, as its schema wants it: a choice, a number, a list with commas, and JSON where nothing else would do.
import { Ajv } from 'ajv';
import { typedValue } from '../commands/settingsEdit.js';
import type { NeededProperty } from '../configuration/schema/neededProperties.js';
import { askChoice, askUntil } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';

type Schema = NeededProperty['schema'];

/** Until the schema takes it. `former`: what was answered before. */
export async function askProperty(dialogue: Dialogue, { key, schema }: NeededProperty, former: unknown): Promise<unknown> {
  const title = schema.title ?? key;
  const { description = schema.markdownDescription } = schema;
  if (description !== undefined) dialogue.say(`  ${title}: ${description}`);
  const proposal = textOf(former ?? schema.default);
  const choices = schema['enum'];
  if (Array.isArray(choices)) {
    const texts = choices.map(textOf);
    return choices[texts.indexOf(await askChoice(dialogue, `${title}: ${listed(texts)}`, texts, proposal === '' ? undefined : proposal))];
  }
  const check = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  let value: unknown;
  await askUntil(dialogue, `${title}${howToType(schema)}`, proposal, (given) => {
    if (given === '') return problemOf(schema, 'is needed');
    value = [typedValue(given), typedAnswer(given, schema)].find((each) => check(each));
    return value === undefined ? problemOf(schema, check.errors?.[0]?.message) : undefined;
  });
  return value;
}

function howToType(schema: Schema): string {
  if (schema.type === 'object' || itemsOf(schema).type === 'object') return ', as JSON';
  if (schema.type === 'array') return ', with commas between them';
  return schema.type === 'boolean' ? ' (y/n)' : '';
}

function problemOf(schema: Schema, message = 'is wrong'): string {
  const own = schema['patternErrorMessage'] ?? schema['errorMessage'];
  return typeof own === 'string' ? own : `It ${message}.`;
}

/** What was typed, as a property of that type. */
function typedAnswer(given: string, schema: Schema): unknown {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return Number(given);
    case 'boolean':
      return /^(?:y|n)/i.test(given) ? /^y/i.test(given) : given;
    case 'array': {
      const entries = given.split(',').map((each) => each.trim());
      return entries.filter((each) => each !== '').map((each) => typedAnswer(each, itemsOf(schema)));
    }
    default:
      return given;
  }
}

/** Of a list. */
function itemsOf(schema: Schema): Schema {
  const { items } = schema;
  return typeof items === 'object' && items !== null ? (items as Schema) : {};
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `one, two or three` */
export function listed(words: readonly string[], before = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${before} ${words.at(-1) ?? ''}`;
}
