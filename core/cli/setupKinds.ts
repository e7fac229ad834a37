// What `postroom setup` asks about the kind of account: the kinds are those that the enabled plugins contribute, with what their manifests require.
import { PostroomError } from '@postroom/sdk';
import { Ajv } from 'ajv';
import { didYouMean } from '../configuration/nearest.js';
import type { NeededProperty, OfferedKind } from '../directory/accountKinds.js';
import { askChoice, askUntil } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';
import type { AccountPlan } from './setupPlan.js';

export type OfferedKinds = readonly [OfferedKind, ...OfferedKind[]];

type Values = Readonly<Record<string, unknown>>;

/** No question where there is one kind only. */
export async function askKind(dialogue: Dialogue, kinds: OfferedKinds, proposal: string | undefined): Promise<OfferedKind> {
  const [first, ...others] = kinds;
  if (others.length === 0) return first;
  for (const { kind, title, description } of kinds) dialogue.say(`  ${kind}: ${title}. ${description}`);
  const names = kinds.map(({ kind }) => kind);
  const chosen = await askChoice(dialogue, `Kind: ${listed(names)}`, names, names.includes(proposal ?? '') ? proposal : undefined);
  return kinds.find(({ kind }) => kind === chosen) ?? first;
}

/** Asks for what the kind requires. `former`: what was answered before. */
export async function askRequired(dialogue: Dialogue, { requires }: OfferedKind, former: Values = {}): Promise<Values> {
  const values: [key: string, value: unknown][] = [];
  for (const property of requires) values.push([property.key, await askProperty(dialogue, property, former[property.key])]);
  return Object.fromEntries(values);
}

/** Throws `command/arguments` where no enabled plugin knows the kind, or where something is missing that it requires. */
export function checkKind(account: AccountPlan, kinds: OfferedKinds): void {
  const names = kinds.map(({ kind }) => kind);
  const kind = kinds.find((each) => each.kind === account.kind);
  if (kind === undefined) {
    throw new PostroomError(
      'command/arguments',
      `No enabled plugin knows accounts of kind "${account.kind}": one of ${names.join(', ')}.${didYouMean(account.kind, names)}`,
    );
  }
  const missing = kind.requires.filter(({ key }) => account[key] === undefined);
  if (missing.length > 0) {
    const needs = missing.map(({ key, schema }) => `"${key}"${schema.title === undefined ? '' : ` (${schema.title})`}`);
    throw new PostroomError('command/arguments', `Accounts of kind "${kind.kind}" need ${listed(needs, 'and')} in "account".`);
  }
}

async function askProperty(dialogue: Dialogue, { key, schema }: NeededProperty, former: unknown): Promise<unknown> {
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
  const question = schema.type === 'array' ? `${title}, with commas between them` : schema.type === 'boolean' ? `${title} (y/n)` : title;
  const answer = await askUntil(dialogue, question, proposal, (given) => {
    if (given === '' || !check(typedAnswer(given, schema.type)))
      return problemOf(schema, given === '' ? 'is needed' : check.errors?.[0]?.message);
    return undefined;
  });
  return typedAnswer(answer, schema.type);
}

function problemOf(schema: NeededProperty['schema'], message = 'is wrong'): string {
  const own = schema['patternErrorMessage'] ?? schema['errorMessage'];
  return typeof own === 'string' ? own : `It ${message}.`;
}

/** What was typed, as a property of that type. */
function typedAnswer(given: string, type: NeededProperty['schema']['type']): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return Number(given);
    case 'boolean':
      return /^(?:y|n)/i.test(given) ? /^y/i.test(given) : given;
    case 'array':
      return given
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '');
    default:
      return given;
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function listed(words: readonly string[], before = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${before} ${words.at(-1) ?? ''}`;
}
