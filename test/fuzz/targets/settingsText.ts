// settings.json as people write it: read whatever it is, and edited without touching the rest.
import { utf8TextOf } from '@postroom/sdk/base';
import { applyEdits, parseDocument, renameKeys } from '#core/configuration/text/document.js';
import type { Randomness } from '../../plugins/fuzz/randomness.js';
import { type FuzzTarget, must, mustEqual } from '../target.js';

const WORDS = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '// c\n',
  '/* c */',
  '"__proto__"',
  '"constructor"',
  'null',
  'true',
  '1e999',
  '-0',
  '\\u0000',
  '\\ud800',
  '\uFEFF',
  '"accounts": {}',
  '"a": 1',
  '\r\n',
  '\n',
  '\t',
];

type Json = { readonly [key: string]: unknown };

export const settingsText: FuzzTarget = {
  name: 'settings-text',
  group: 'files',
  words: WORDS,
  longest: 24 * 1024,
  base: 60,
  run(input, random) {
    const text = utf8TextOf(input);
    if (text === undefined) return;
    const document = parseDocument(text);
    const { value, problems } = document;
    const lines = text.split(/\r\n|\r|\n/).length;
    for (const { line = 1, column = 1, message } of problems) {
      must(line >= 1 && line <= lines && column >= 1, 'a problem has its place in the text', [line, column, lines]);
      must(message.length < 400 && message.length > 0, 'a problem is a sentence', message);
    }
    must(value !== undefined || problems.length > 0, 'what cannot be read has a reason');
    must(({} as Json)['polluted'] === undefined && Object.getPrototypeOf(value ?? {}) !== null, 'no object is changed by a name');
    document.place({ severity: 'error', path: ['accounts', 'x', 0], message: 'x' });
    if (problems.length === 0 && isObject(value)) edited(text, value, random);
  },
};

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function edited(text: string, value: Json, random: Randomness): void {
  const keys = [...Object.keys(value), 'timer.everyMinutes'];
  const key = keys[random.below(keys.length)] ?? 'x';
  const fresh = random.one<unknown>([7, 'text "quoted" \\', [1, 2], { nested: { deep: true } }, false]);
  const set = parseDocument(applyEdits(text, [{ path: [key], value: fresh }]));
  mustEqual(set.problems, [], 'an edited text is as free of errors as before');
  mustEqual(sorted(set.value), sorted({ ...value, [key]: fresh }), 'a set value is there, and nothing else changes');
  const removed = applyEdits(text, [{ path: [key], value: undefined }]);
  const without = parseDocument(removed);
  mustEqual(without.problems, [], 'a text with a value taken out is as free of errors as before');
  const { [key]: _gone, ...rest } = value;
  mustEqual(sorted(without.value), sorted(rest), 'a removed value is gone, and nothing else changes');
  const renamed = parseDocument(renameKeys(text, [{ path: [key], to: 'an other "name"' }]));
  if (Object.hasOwn(value, key) && !Object.hasOwn(value, 'an other "name"')) {
    mustEqual(sorted(renamed.value), sorted({ ...rest, 'an other "name"': value[key] }), 'a renamed value stays as it was');
  }
}

function sorted(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
}
