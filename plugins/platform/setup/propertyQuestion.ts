// Asks for a value of the settings, as its schema wants it: a choice, a number, a list with commas, and JSON where nothing else would do.

import type { PropertySchema } from '@postroom/sdk';
import { type NeededProperty, typedValue } from '@postroom/sdk/settings';
import { Ajv } from 'ajv';
import { askChoice, askUntil } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';

/** `former`: what was answered before. */
export async function askProperty(dialogue: Dialogue, { key, schema }: NeededProperty, former: unknown): Promise<unknown> {
  const title = schema.title ?? key;
  const { description = schema.markdownDescription } = schema;
  if (description !== undefined) dialogue.say(`  ${title}: ${description}`);
  const choices = schema['enum'];
  const question = `${title}${Array.isArray(choices) ? `: ${listed(choices.map(answerText))}` : howToType(schema)}`;
  return askValue(dialogue, { question, schema, proposal: answerText(former ?? schema.default), empty: 'refused' });
}

export interface ValueQuestion {
  readonly question: string;
  readonly schema: PropertySchema;
  /** '' for none. */
  readonly proposal: string;
  /** Said where an answer does not fit, instead of what the schema says. */
  readonly refusal?: string | undefined;
  /** What an empty answer is: refused, a question skipped, or a value like any other. */
  readonly empty: 'refused' | 'skips' | 'answers';
}

/** Until the schema takes it; `undefined` where the question is skipped. */
export async function askValue(dialogue: Dialogue, { question, schema, proposal, refusal, empty }: ValueQuestion): Promise<unknown> {
  const choices = schema['enum'];
  if (Array.isArray(choices)) {
    const texts = choices.map(answerText);
    return choices[texts.indexOf(await askChoice(dialogue, question, texts, proposal === '' ? undefined : proposal))];
  }
  const check = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  let value: unknown;
  await askUntil(dialogue, question, proposal, (given) => {
    value = undefined;
    if (given === '' && empty === 'skips') return undefined;
    if (given === '' && empty === 'refused') return problemOf(schema, 'is needed');
    value = [typedValue(given), typedAnswer(given, schema)].find((each) => check(each));
    if (value !== undefined) return undefined;
    const [failure] = check.errors ?? [];
    return refusal ?? (failure?.keyword === 'type' && schema.type === 'integer' ? 'A whole number.' : problemOf(schema, failure?.message));
  });
  return value;
}

function howToType(schema: PropertySchema): string {
  if (schema.type === 'object' || itemsOf(schema).type === 'object') return ', as JSON';
  if (schema.type === 'array') return ', with commas between them';
  return schema.type === 'boolean' ? ' (y/n)' : '';
}

function problemOf(schema: PropertySchema, message = 'is wrong'): string {
  const own = schema['patternErrorMessage'] ?? schema['errorMessage'];
  return typeof own === 'string' ? own : `It ${message}.`;
}

/** What was typed, as a property of that type. */
function typedAnswer(given: string, schema: PropertySchema): unknown {
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
function itemsOf(schema: PropertySchema): PropertySchema {
  const { items } = schema;
  return typeof items === 'object' && items !== null ? (items as PropertySchema) : {};
}

/** A value as it is typed. */
export function answerText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `one, two or three` */
export function listed(words: readonly string[], before = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${before} ${words.at(-1) ?? ''}`;
}
