// What `postroom setup` asks about the kind of account: the kinds are those that the enabled plugins contribute, with what their manifests require.
import { PostroomError } from '@postroom/sdk';
import { didYouMean } from '@postroom/sdk/base';
import type { OfferedKind } from '@postroom/sdk/settings';
import { askChoice } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';
import { askProperty, listed } from './propertyQuestion.js';

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
export function checkKind(account: Values & { readonly kind: string }, kinds: OfferedKinds): void {
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
