// Every way to get settings.json wrong, with the sentence that mends it.
import '#core/base/injection.js';
import { editionGrant } from '@postroom/sdk';
import { problemLine } from '@postroom/sdk/settings';
import { expect } from 'chai';
import type { LimitCheck } from '#core/configuration/checking/limits.js';
import { loadSettings } from '#core/configuration/checking/loadSettings.js';
import { compileCheck, schemaProblem } from '#core/configuration/checking/validate.js';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { SMALL } from '../manifests.js';
import { WRONG_FILES, withUsers } from './wrongFileCases.js';

const schema = mergeSchema(SMALL, schemaProblem);
const check = compileCheck(schema);

/** Where the marks stand in a text, as line and column, and the text without them. */
function unmark(marked: string): { readonly text: string; readonly places: readonly string[] } {
  const places: string[] = [];
  let text = '';
  for (const [index, part] of marked.split('§').entries()) {
    const before = text.split('\n');
    if (index > 0) places.push(`${before.length}:${(before.at(-1) ?? '').length + 1}`);
    text += part;
  }
  return { text, places };
}

function problemsOf(text: string): readonly string[] {
  return loadSettings(text, { node: 'a', schema, check }).problems.map((problem) => problemLine(problem));
}

/** An office with so many users in each account. */
function office(edition: string, ...users: readonly number[]): string {
  const accounts = users.map((count, index) => {
    const names = Array.from({ length: count }, (_, user) => `"u${index}${user}": {}`);
    return `"a${index}": { "kind": "regular", "address": "x@a${index}.example", "users": { ${names.join(', ')} } }`;
  });
  return `{ "plugins.enabled": ${edition}, "accounts": { ${accounts.join(', ')} } }`;
}

const [SMALL_EDITION, LARGE] = ['acme.small-edition', 'acme.large-edition'].map((id) => schema.editions.get(id));

function grantedBy(edition: typeof SMALL_EDITION): LimitCheck {
  return editionGrant({ contributes: { edition } } as never, {
    accounts: 'buy the larger one',
    users: 'share another account',
  }) as LimitCheck;
}

/** What was in force before, then as in WRONG_FILES. */
const EDITIONS: readonly (readonly [title: string, before: string, text: string, ...problems: string[]])[] = [
  [
    'one user too many',
    office('["acme.small-edition"]', 2),
    office('["acme.small-edition"]', 3).replace('"a0"', '§"a0"'),
    'error accounts/a0: Small has 2 users in an account; a0 would have 3. Remove one, or share another account.',
  ],
  [
    'one account too many',
    office('["acme.small-edition"]', 2),
    office('["acme.small-edition"]', 2, 0).replace('"a1"', '§"a1"'),
    'error accounts/a1: Small shares 1 account; this would be the 2nd. Remove one, or buy the larger one.',
  ],
  [
    'a smaller edition than the accounts need',
    office('["acme.large-edition"]', 1, 1),
    office('§["acme.small-edition"]', 1, 1),
    'error plugins.enabled: Small shares 1 account, and there are 2. Before Small is enabled, remove 1 of a0, a1, or keep acme.large-edition.',
  ],
  [
    'a smaller edition than the users need',
    office('["acme.large-edition"]', 3),
    office('§["acme.small-edition"]', 3),
    'error plugins.enabled: Small has 2 users in an account, and a0 has 3. Before Small is enabled, remove 1 of them, or keep acme.large-edition.',
  ],
  [
    'a smaller edition than both need',
    office('["acme.large-edition"]', 3, 1),
    office('§["acme.small-edition"]', 3, 1),
    'error plugins.enabled: Small shares 1 account, and there are 2. Before Small is enabled, remove 1 of a0, a1, or keep acme.large-edition.',
    'error plugins.enabled: Small has 2 users in an account, and a0 has 3. Before Small is enabled, remove 1 of them, or keep acme.large-edition.',
  ],
  [
    'two editions',
    office('["acme.large-edition"]', 1),
    office('§["acme.small-edition", "acme.large-edition"]', 1),
    'error plugins.enabled: Only one edition can be enabled: of acme.small-edition and acme.large-edition leave the one that is to run. Until then acme.large-edition goes on.',
  ],
  [
    'two editions where none was before',
    office('[]', 1),
    office('§["acme.small-edition", "acme.large-edition"]', 1),
    'error plugins.enabled: Only one edition can be enabled: of acme.small-edition and acme.large-edition leave the one that is to run.',
  ],
  [
    'an edition that is misspelt',
    office('["acme.large-edition"]', 1),
    office('[§"acme.smal-edition"]', 1),
    'warning plugins.enabled/0: No plugin "acme.smal-edition" is installed. Did you mean "acme.small-edition"?',
  ],
];

describe('wrong settings', () => {
  for (const [title, marked, ...problems] of WRONG_FILES) {
    it(`says what is wrong with ${title}`, () => {
      const { text, places } = unmark(marked);
      const expected = problems.map((problem, index) => {
        const place = places[index] ?? places.at(-1);
        return `settings.json${place === undefined ? '' : `:${place}`} ${problem}`;
      });
      expect(problemsOf(text)).to.deep.equal(expected);
    });
  }

  for (const [title, before, marked, ...problems] of EDITIONS) {
    it(`says what is wrong with ${title}`, () => {
      const { text, places } = unmark(marked);
      const expected = problems.map((problem, index) => `settings.json:${places[index] ?? places.at(-1)} ${problem}`);
      const limits = { before: JSON.parse(before) as unknown, check: grantedBy(before.includes('large') ? LARGE : SMALL_EDITION) };
      expect(loadSettings(text, { node: 'a', schema, check, limits }).problems.map((problem) => problemLine(problem))).to.deep.equal(
        expected,
      );
    });
  }

  it('says all of it at once', () => {
    const text =
      '{\n  "log.keepDays": 0,\n  "timer.mode": 5,\n  "accounts": { "a": { "kind": "regular" }, "b@": { "kind": "regular", "address": "x@y.example" } }\n}';
    expect(problemsOf(text).map((line) => line.split(':')[1])).to.deep.equal(['2', '3', '4', '4']);
  });

  it('refuses a file of more than 1 MB without parsing it', () => {
    expect(problemsOf(`{ "a": "${'x'.repeat(1024 * 1024)}" }`)[0]).to.match(
      /error: The file has \d+ octets; more than 1048576 are not read\.$/,
    );
  });

  it('refuses 100,000 open brackets without falling over', () => {
    expect(problemsOf('['.repeat(100_000))).to.deep.equal([
      'settings.json:1:65 error: More than 64 brackets are open here; settings are never that deep.',
    ]);
  });

  it('does not touch the prototype of anything', () => {
    problemsOf(
      '{ "__proto__": { "polluted": 1 }, "accounts": { "__proto__": { "polluted": 1 }, "x": { "constructor": { "prototype": { "polluted": 1 } } } } }',
    );
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('never repeats a secret, wherever somebody wrote it', () => {
    const planted = 'hunter2-planted';
    const texts = [
      withUsers('{}', `"pop3.password": "${planted}", `),
      withUsers(`{ "greg": { "password": "${planted}", "passwd": ["${planted}"] } }`),
      `{ "password": "${planted}", "smtp.secret": "${planted}" }`,
      `{ "pop3.password": "${planted}`,
      `{ "pop3.listen": [{ "port": 1, "password": "${planted}" }] }`,
    ];
    for (const text of texts) {
      const problems = problemsOf(text);
      expect(problems).to.not.deep.equal([]);
      expect(problems.join('\n')).to.not.contain(planted);
    }
  });

  it('accepts a byte order mark, comments, trailing commas and CRLF', () => {
    expect(problemsOf('\uFEFF// hello\r\n{\r\n  "log.keepDays": 5, /* five */\r\n}\r\n')).to.deep.equal([]);
  });

  it('accepts users called like members of JavaScript objects', () => {
    const { good, problems } = loadSettings(withUsers('{ "toString": {}, "valueOf": {}, "7": {} }'), { node: 'a', schema, check });
    expect(problems).to.deep.equal([]);
    expect(good?.value).to.have.nested.property('accounts.company.users.toString.aliases').that.deep.equals([]);
  });
});
