// The settings.json that a new server begins with: an edition, and in comments what a server shares, as the installed manifests have it. Pure.

import type { AccountKindDeclaration } from '@postroom/sdk';
import type { DeclaredProperty } from '@postroom/sdk/services';
import { editionsBySize, editionsCompared } from '@postroom/sdk/settings';
import type { SettingsSchema } from './schema.js';

/** Enables the smallest edition. */
export function starterSettings({ editions, properties, kinds }: SettingsSchema): string {
  const [smallest] = editionsBySize(editions);
  const shown = [...properties.values()].filter(({ schema }) => schema.starter !== undefined && schema.starter !== false);
  const server = shown.filter(({ scope }) => scope === 'server').flatMap(commentFor);
  return `// The settings of Postroom. Changes apply as soon as the file is saved; "postroom config validate" checks it.
// An editor that knows JSON Schema completes every name here and says what it means.
// Passwords never stand here: "postroom users set-password ACCOUNT USER" sets one.
{
  "$schema": "./settings.schema.json",

  // The edition${smallest === undefined ? '' : `: ${editionsCompared(editions)}`}.
  "plugins.enabled": ${JSON.stringify(smallest === undefined ? [] : [smallest[0]])},

${server.map((line) => `  // ${line}\n`).join('')}${server.length > 0 ? '\n' : ''}  // The ISP mailboxes that are shared, for example:
${accountExample(kinds, shown)
  .map((line) => `  //   ${line}\n`)
  .join('')}  "accounts": {}
}
`;
}

function commentFor(property: DeclaredProperty): readonly string[] {
  const { starter } = property.schema;
  return [...(typeof starter === 'string' ? [starter] : []), `  ${memberOf(property)},`];
}

function accountExample(kinds: readonly AccountKindDeclaration[], shown: readonly DeclaredProperty[]): readonly string[] {
  const kind = kinds.find(({ owns }) => owns === 'address') ?? kinds[0];
  const of = (scope: DeclaredProperty['scope']): readonly string[] => shown.filter((each) => each.scope === scope).map(memberOf);
  return [
    '"company": {',
    `  "kind": ${JSON.stringify(kind?.kind ?? '')}, "address": "mail@company.com",`,
    ...(of('account').length > 0 ? [`  ${of('account').join(', ')},`] : []),
    `  "users": { "andrew": {}, "greg": ${of('user').length > 0 ? `{ ${of('user').join(', ')} }` : '{}'} }`,
    '}',
  ];
}

function memberOf({ key, schema }: DeclaredProperty): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(schema.examples?.[0] ?? schema.default)}`;
}
