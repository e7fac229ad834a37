// Manifests that are made to harm: whoever reads, merges or shows one of them would freeze, fall or obey it.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

const BASE = {
  publisher: 'evil',
  version: '1.0.0',
  type: 'module',
  main: './plugin.js',
  displayName: 'Evil',
  description: 'Evil.',
  engines: { postroom: '^1.0.0' },
};
const setting = (schema: object): object => ({
  contributes: { configuration: { title: 'X', properties: { 'x.a': { title: 'A', description: 'A.', ...schema } } } },
});
const command = (schema: object, more: object = {}): object => ({
  contributes: { commands: [{ command: 'x.go', title: 'Go', arguments: schema, ...more }] },
});
const nestedSchema = (levels: number): object => Array.from({ length: levels }).reduce<object>((inner) => ({ allOf: [inner] }), {});
const references = Object.fromEntries(
  Array.from({ length: 40 }, (_, level) => [
    `d${level}`,
    { allOf: [{ $ref: `#/definitions/d${level + 1}` }, { $ref: `#/definitions/d${level + 1}` }] },
  ]),
);

/** What each says, and what is said of it. */
export const HOSTILE: Readonly<Record<string, readonly [contents: object | string, sentence: RegExp]>> = {
  backtracks: [
    setting({ type: 'string', pattern: '^(a+)+$', default: `${'a'.repeat(46)}!` }),
    /"x\.a" cannot be used: its default does not fit/,
  ],
  'looks-around': [setting({ type: 'string', pattern: '^(?=(a+)+$)a', default: 'aa' }), /"x\.a" cannot be used: its pattern .*RE2/],
  'names-backtrack': [
    setting({ type: 'object', patternProperties: { '^(?:(a+)+)\\1$': {} }, default: { [`${'a'.repeat(46)}!`]: 1 } }),
    /"x\.a" cannot be used: its pattern/,
  ],
  'refers-to-itself': [setting({ definitions: references, $ref: '#/definitions/d0', default: 'x' }), /"definitions"|"\$ref"/],
  'takes-a-name': [setting({ type: 'string', $id: 'urn:postroom:settings' }), /"\$id"/],
  'nested-schemas': [setting(nestedSchema(13)), /nested more than 12 deep/],
  'many-choices': [setting({ anyOf: Array.from({ length: 3_000 }, (_, value) => ({ const: value })) }), /more than 200 schemas/],
  'compares-lists': [
    setting({ type: 'array', uniqueItems: true, default: Array.from({ length: 900 }, (_, each) => [each]) }),
    /uniqueItems/,
  ],
  'large-default': [setting({ type: 'string', default: 'x'.repeat(200_000) }), /"default" has 200002 characters/],
  'many-settings': [
    {
      contributes: {
        configuration: {
          title: 'X',
          properties: Object.fromEntries(Array.from({ length: 300 }, (_, each) => [`x.a${each}`, { title: 'A' }])),
        },
      },
    },
    /must NOT have more than 200 properties/,
  ],
  'many-values': [{ keywords: Array.from({ length: 30_000 }, () => 1) }, /more than 20000 values/],
  'answers-later': [command({ $async: true }), /x\.go cannot be used: it uses "\$async"/],
  'takes-an-option': [command({ properties: { json: { type: 'string' } } }), /x\.go cannot be used: "json" is an option of every command/],
  'no-option': [command({ properties: { 'a b <c>': { type: 'string' } } }), /"a b <c>" is no name for an argument/],
  'empty-option': [command({ properties: { '': { type: 'string' } } }), /"" is no name for an argument/],
  'list-first': [
    command({ properties: { a: { type: 'array' }, b: { type: 'string' } } }, { positional: ['a', 'b'] }),
    /"a" is a list, so it must come last/,
  ],
  'needed-last': [
    command({ properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['b'] }, { positional: ['a', 'b'] }),
    /"b" is required, so it must come before/,
  ],
  'place-unknown': [command({ properties: {} }, { positional: ['a'] }), /names "a", which is not among its properties/],
  'commands-terminals': [{ displayName: '\u001b]0;owned\u0007X' }, /control character in "\\u001b\]0;owned/],
  'titles-terminals': [setting({ title: 'A\u009b31m' }), /control character/],
  'nested-values': [`{"name":"nested-values","contributes":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`, /nested more than 40 deep/],
  huge: [`{"name":"${'a'.repeat(2_000_000)}"}`, /larger than 256 KB/],
};

/** Puts one into a folder, as by hand, with code that does nothing. */
export async function plantHostile(folder: string, name: string): Promise<void> {
  const [contents] = HOSTILE[name] ?? [{}];
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'plugin.js'), 'export function activate() {}\n');
  const text = typeof contents === 'string' ? contents : JSON.stringify({ name, ...BASE, ...contents });
  await writeFile(path.join(folder, 'package.json'), text);
}

/** A manifest that never ends. */
export async function plantEndless(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await symlink('/dev/zero', path.join(folder, 'package.json'));
}
