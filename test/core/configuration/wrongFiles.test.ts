// Every way to get settings.json wrong, with the sentence that mends it.
import '#core/base/injection.js';
import { editionGrant } from '@postroom/sdk';
import { expect } from 'chai';
import type { LimitCheck } from '#core/configuration/limits.js';
import { loadSettings } from '#core/configuration/loadSettings.js';
import { problemLine } from '#core/configuration/problems.js';
import { mergeSchema } from '#core/configuration/schema.js';
import { compileCheck, schemaProblem } from '#core/configuration/validate.js';
import { SMALL } from './manifests.js';

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
  return loadSettings(text, { schema, check }).problems.map((problem) => problemLine(problem));
}

/** An account `company` with these users, on one line. */
function withUsers(users: string, further = ''): string {
  return `{ "accounts": { "company": { "kind": "regular", "address": "mail@company.com", ${further}"users": ${users} } } }`;
}

/** `§` marks where the problems are, in their order; the last mark counts for all that follow. */
const TABLE: readonly (readonly [title: string, text: string, ...problems: string[]])[] = [
  ['an empty file', '', 'error: The file is empty; it needs at least {}.'],
  ['a missing comma', '{\n  "log.keepDays": 3\n  §"log.level": "info"\n}', 'error: A comma is missing before this.'],
  ['a missing bracket', '{ "accounts": {§', 'error: A closing } is missing before this.'],
  ['text without quotes', '{ "log.level": §info }', 'error: This is neither a value nor a name. Text needs "double quotes".'],
  ['a comment without end', '{ §/* ', 'error: A comment that begins with /* is never closed with */.'],
  ['a bracket too many', '{} §}', 'error: The settings end before this; there is a bracket too many, or text behind the last one.'],
  ['a list instead of a group', '§[]', 'error: The file must be a group in { }, not a list.'],
  [
    'a key that stands twice',
    '{ "log.keepDays": 3,\n §"log.keepDays": 4 }',
    'error log.keepDays: "log.keepDays" stands here twice, and only one can count. Take one of them out.',
  ],
  ['__proto__', '{ §"__proto__": { "isAdmin": true } }', 'error: The name "__proto__" is refused wherever it stands. Take it out.'],
  [
    'constructor inside',
    '{ "pop3.listen": [{ "port": 1, §"constructor": {} }] }',
    'error pop3.listen/0: The name "constructor" is refused wherever it stands. Take it out.',
  ],
  ['a number beyond numbers', '{ "mail.ratio": §1e400 }', 'error mail.ratio: The number is beyond the range of numbers.'],
  ['text for a number', '{ "log.keepDays": §"thirty" }', 'error log.keepDays: "log.keepDays" must be a whole number, not "thirty".'],
  ['a fraction for a whole number', '{ "log.keepDays": §1.5 }', 'error log.keepDays: "log.keepDays" must be a whole number, not 1.5.'],
  [
    'a number beyond its range',
    '{\n  "timer.everyMinutes": §0\n}',
    'error timer.everyMinutes: "timer.everyMinutes" must be between 1 and 1440, not 0.',
  ],
  ['a number on its open edge', '{ "mail.ratio": §0 }', 'error mail.ratio: "mail.ratio" must be more than 0, not 0.'],
  [
    'a word that is not in the list',
    '{ "timer.mode": §"ofice" }',
    'error timer.mode: "timer.mode" must be one of "always", "office", "never", not "ofice". Did you mean "office"?',
  ],
  ['yes for true', '{ "mail.on": §"yes" }', 'error mail.on: "mail.on" must be true or false, not "yes".'],
  [
    'none of several forms',
    '{ "mail.either": §[1] }',
    'error mail.either: "mail.either" has none of the forms that are allowed: A number or "auto".',
  ],
  [
    'a missing part of an entry',
    '{ "pop3.listen": [§{ "security": "tls" }] }',
    'error pop3.listen/0: Entry 1 of "pop3.listen" lacks "port".',
  ],
  [
    'a wrong part of an entry',
    '{ "pop3.listen": [{ "port": 110 }, { "port": §70000 }] }',
    'error pop3.listen/1/port: "port" must be between 0 and 65535, not 70000.',
  ],
  [
    'an unknown part of an entry',
    '{ "pop3.listen": [{ "port": 110, §"secure": "tls" }] }',
    'error pop3.listen/0/secure: "secure" is unknown here. Did you mean "security"?',
  ],
  [
    'a misspelt setting',
    '{ §"timer.everyMinute": 5 }',
    'warning timer.everyMinute: "timer.everyMinute" is not a setting that any installed plugin knows; it has no effect. Did you mean "timer.everyMinutes"?',
  ],
  [
    'a setting without its first part',
    '{ §"everyMinutes": 5 }',
    'warning everyMinutes: "everyMinutes" is not a setting that any installed plugin knows; it has no effect. Did you mean "timer.everyMinutes"?',
  ],
  [
    'a setting at the wrong level',
    '{ §"pop3.host": "pop.isp.example" }',
    'warning pop3.host: "pop3.host" has no effect here: it belongs inside an account.',
  ],
  [
    'a former name',
    '{ §"timer.minutes": 7 }',
    'warning timer.minutes: "timer.minutes" is called "timer.everyMinutes" now; it counts as that, and the next change of the settings renames it.',
  ],
  [
    'a former and the new name',
    '{ "timer.everyMinutes": 5, §"timer.minutes": 7 }',
    'warning timer.minutes: "timer.minutes" is called "timer.everyMinutes" now, which is set as well. Take "timer.minutes" out.',
  ],
  [
    'a plugin that is not installed',
    '{ "plugins.enabled": [§"acme.smal-edition"] }',
    'warning plugins.enabled/0: No plugin "acme.smal-edition" is installed. Did you mean "acme.small-edition"?',
  ],
  [
    'an unknown time zone',
    '{ "server.timeZone": §"Europe/Berln" }',
    'error server.timeZone: "Europe/Berln" is no time zone; write it as in "Europe/Berlin". Did you mean "Europe/Berlin"?',
  ],
  [
    'a certificate without key',
    '{ "tls.certificateFile": §"a.pem" }',
    'error tls.certificateFile: A certificate needs its private key: set "tls.keyFile" too.',
  ],
  [
    'an account without address',
    '{ "accounts": { §"company": { "kind": "regular" } } }',
    'error accounts/company: "company" lacks "address".',
  ],
  [
    'an unknown kind of account',
    '{ "accounts": { "company": { "kind": §"reglar", "address": "mail@company.com" } } }',
    'error accounts/company/kind: "kind" must be one of "regular", "domain", not "reglar". Did you mean "regular"?',
  ],
  [
    'an address that is none',
    '{ "accounts": { "company": { "kind": "regular", "address": §"mail.company.com" } } }',
    'error accounts/company/address: "address": Not "mail.company.com". An address as in mail@company.com.',
  ],
  [
    'an account id with @',
    '{ "accounts": { §"a@b": { "kind": "regular", "address": "mail@company.com" } } }',
    'error accounts/a@b: "a@b" can\'t name an account: only letters, digits, ".", "-" and "_" are allowed, a letter or digit first.',
  ],
  [
    'a reserved user name',
    withUsers('{ §"Public1": {} }'),
    'error accounts/company/users/Public1: "Public1" is reserved: it means PUBLIC1 in every account. Choose another name for the user.',
  ],
  [
    'a user name with a control character',
    withUsers('{ §"and\\u001brew": {} }'),
    'error accounts/company/users/and?rew: "and?rew" can\'t name a user: no space at either end, no control characters and none of @ < > ( ) [ ] , ; : " / \\ are allowed.',
  ],
  [
    'an overlong user name',
    withUsers(`{ §"${'x'.repeat(65)}": {} }`),
    `error accounts/company/users/${'x'.repeat(64)}...: "${'x'.repeat(64)}..." is too long: the name of a user has at most 64 characters.`,
  ],
  [
    'names that differ in case only',
    withUsers('{ "andrew": {}, §"Andrew": {} }'),
    'error accounts/company/users/Andrew: The name "Andrew" means "andrew" already. Names in an account must differ by more than upper and lower case.',
  ],
  [
    'an alias that is taken',
    withUsers('{ "andrew": {}, "greg": { "aliases": [§"andrew"] } }'),
    'error accounts/company/users/greg/aliases/0: The alias "andrew" means "andrew" already. Names in an account must differ by more than upper and lower case.',
  ],
  [
    'a copy to nobody',
    withUsers('{ "carolyn": {}, "greg": { "cc.to": [§"carolin"] } }'),
    'error accounts/company/users/greg/cc.to/0: "carolin" is no user of the account "company": only colleagues can get copies. Did you mean "carolyn"?',
  ],
  [
    'a copy to oneself',
    withUsers('{ "greg": { "cc.to": [§"GREG"] } }'),
    'error accounts/company/users/greg/cc.to/0: "greg" can\'t get a copy of the own mail. Take the name out.',
  ],
  [
    'too many entries',
    withUsers('{ "greg": { "names": §["a", "b", "c", "d"] } }'),
    'error accounts/company/users/greg/names: "names" may have at most 3 entries.',
  ],
  [
    'an entry twice',
    withUsers('{ "greg": { "aliases": §["g", "g"] } }'),
    'error accounts/company/users/greg/aliases: "aliases" lists the same entry twice.',
  ],
  [
    'overlong text',
    withUsers('{}', '"pop3.host": §"pop.a-rather-long.example", '),
    'error accounts/company/pop3.host: "pop3.host" may have at most 20 characters.',
  ],
  ['empty text', withUsers('{}', '"pop3.host": §"", '), 'error accounts/company/pop3.host: "pop3.host" needs at least 1 character.'],
  [
    'a setting of another kind of account',
    withUsers('{}', '§"mail.domains": [], '),
    'warning accounts/company/mail.domains: "mail.domains" has no effect here: it is for accounts of kind "domain", and "company" is of kind "regular".',
  ],
  [
    'a secret',
    withUsers('{}', '§"pop3.password": "hunter2", '),
    'error accounts/company/pop3.password: "pop3.password" is a secret and never stands in settings.json. Take it out, and set it in the manager or with "postroom accounts set-password company --key pop3.password".',
  ],
  [
    'the password of a user',
    withUsers('{ "greg": { §"password": "hunter2" } }'),
    'error accounts/company/users/greg/password: Passwords never stand in settings.json. Take "password" out, and set it in the manager or with "postroom users set-password company greg".',
  ],
  [
    'a misspelt secret',
    withUsers('{}', '§"pop.password": "hunter2", '),
    'error accounts/company/pop.password: "pop.password" is unknown, and secrets never stand in settings.json. Take it out. Did you mean "pop3.password"?',
  ],
  [
    'two accounts with one address',
    '{ "accounts": { "a": { "kind": "regular", "address": "mail@company.com" }, "b": { "kind": "regular", "address": §"Mail@Company.COM" } } }',
    'error accounts/b/address: mail@company.com is the address of the account "a" already.',
  ],
  [
    'two accounts at one domain',
    '{ "accounts": { "a": { "kind": "domain", "address": "x@works.example" }, "b": { "kind": "domain", "address": §"y@works.example" } } }',
    'error accounts/b/address: All addresses at works.example belong to the account "a" already. A domain can have one account only.',
    'error accounts/b/address: y@works.example belongs to the account "a", which owns all addresses at works.example.',
  ],
  [
    'one name in two accounts',
    '{ "accounts": { "a": { "kind": "regular", "address": "x@a.example", "users": { "lisa": {} } }, "b": { "kind": "regular", "address": "y@b.example", "users": { §"Lisa": {} } } } }',
    'warning accounts/b/users/Lisa: "Lisa" is a user of "a" too: the name alone can\'t log in, both need the account behind it (Lisa@a and Lisa@b).',
  ],
  [
    'an account called like a domain',
    '{ "accounts": { §"works.example": { "kind": "regular", "address": "x@a.example" }, "b": { "kind": "domain", "address": "y@works.example" } } }',
    'error accounts/works.example: The id "works.example" is the domain of the account "b"; the login name@works.example would mean both. Choose another id.',
  ],
  [
    'a user of a domain account with a space',
    '{ "accounts": { "b": { "kind": "domain", "address": "y@works.example", "users": { §"Lisa Jones": {} } } } }',
    'error accounts/b/users/Lisa Jones: "Lisa Jones" can\'t stand before the @ of an address, as users of a "domain" account do. Choose a name without spaces.',
  ],
  ['single quotes', "{ §'log.level': 'info' }", 'error: This is neither a value nor a name. Text needs "double quotes".'],
  ['a missing colon', '{ "log.level" §"info" }', 'error: A colon is expected between the name and its value.'],
  ['a missing value', '{ "log.level": §}', 'error: A value is expected here.'],
  [
    'nothing for a number',
    '{ "timer.everyMinutes": §null }',
    'error timer.everyMinutes: "timer.everyMinutes" must be a whole number, not null.',
  ],
  [
    'text for a list',
    '{ "plugins.enabled": §"postroom.smtp" }',
    'error plugins.enabled: "plugins.enabled" must be a list in [ ], not "postroom.smtp".',
  ],
  [
    'a list for a word',
    '{ "log.level": §["info"] }',
    'error log.level: "log.level" must be one of "debug", "info", "warn", "error", not a list.',
  ],
  ['a list of accounts', '{ "accounts": §[] }', 'error accounts: "accounts" must be a group in { }, not a list.'],
  ['a list of users', withUsers('§["greg"]'), 'error accounts/company/users: "users" must be a group in { }, not a list.'],
  ['a user of nothing', withUsers('{ "greg": §null }'), 'error accounts/company/users/greg: "greg" must be a group in { }, not null.'],
  [
    'a private key without certificate',
    '{ "tls.keyFile": §"key.pem" }',
    'error tls.keyFile: A private key needs its certificate: set "tls.certificateFile" too.',
  ],
  [
    'a server name with a space',
    '{ "server.name": §"my server" }',
    'error server.name: "server.name": Not "my server". A host name as in post.example.com.',
  ],
  [
    'account ids that differ in case only',
    '{ "accounts": { "a": { "kind": "regular", "address": "x@a.example" }, §"A": { "kind": "regular", "address": "y@b.example" } } }',
    'error accounts/A: The ids "A" and "a" differ in upper and lower case only; logins could not tell them apart.',
  ],
  [
    'a regular account inside the domain of another',
    '{ "accounts": { "a": { "kind": "domain", "address": "x@works.example" }, "b": { "kind": "regular", "address": §"y@works.example" } } }',
    'error accounts/b/address: y@works.example belongs to the account "a", which owns all addresses at works.example.',
  ],
  [
    "a further domain that is another account's",
    '{ "accounts": { "a": { "kind": "domain", "address": "x@works.example" }, "b": { "kind": "domain", "address": "y@b.example", "mail.domains": §["Works.example"] } } }',
    'error accounts/b/mail.domains: All addresses at works.example belong to the account "a" already. A domain can have one account only.',
  ],
];

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

/** What was in force before, then as above. */
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
  for (const [title, marked, ...problems] of TABLE) {
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
      expect(loadSettings(text, { schema, check, limits }).problems.map((problem) => problemLine(problem))).to.deep.equal(expected);
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
    const { value, problems } = loadSettings(withUsers('{ "toString": {}, "valueOf": {}, "7": {} }'), { schema, check });
    expect(problems).to.deep.equal([]);
    expect(value).to.have.nested.property('accounts.company.users.toString.aliases').that.deep.equals([]);
  });
});
