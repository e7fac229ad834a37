// Texts of settings.json that are wrong, each with the sentences that mend it.

/** An account `company` with these users, on one line. */
export function withUsers(users: string, further = ''): string {
  return `{ "accounts": { "company": { "kind": "regular", "address": "mail@company.com", ${further}"users": ${users} } } }`;
}

/** `§` marks where the problems are, in their order; the last mark counts for all that follow. */
export const WRONG_FILES: readonly (readonly [title: string, text: string, ...problems: string[]])[] = [
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
  [
    'a setting for one server alone that all have in common',
    '{ "nodes": { "a": { §"timer.everyMinutes": 7 } } }',
    'warning nodes/a/timer.everyMinutes: "timer.everyMinutes" has no effect here: it is the same on all servers, and belongs at the top of the file.',
  ],
  [
    'accounts for one server alone',
    '{ "nodes": { "a": { §"accounts": {} } } }',
    'warning nodes/a/accounts: "accounts" has no effect here: it is the same on all servers, and belongs at the top of the file.',
  ],
  [
    "an account's setting for one server alone",
    '{ "nodes": { "a": { §"pop3.host": "x" } } }',
    'warning nodes/a/pop3.host: "pop3.host" has no effect here: it belongs inside an account.',
  ],
  [
    'a misspelt setting for one server alone',
    '{ "nodes": { "a": { §"pop3.lisen": [] } } }',
    'warning nodes/a/pop3.lisen: "pop3.lisen" is not a setting that any installed plugin knows; it has no effect. Did you mean "pop3.listen"?',
  ],
  [
    'a secret for one server alone',
    '{ "nodes": { "a": { §"pop3.password": "hunter2" } } }',
    'error nodes/a/pop3.password: "pop3.password" is a secret and never stands in settings.json. Take it out, and set it in the manager.',
  ],
  [
    'a wrong value for one server alone',
    '{ "nodes": { "front-2.office.example": { "pop3.listen": [{ "port": §70000 }] } } }',
    'error nodes/front-2.office.example/pop3.listen/0/port: "port" must be between 0 and 65535, not 70000.',
  ],
  ['a server without a group', '{ "nodes": { "a": §"pop3.listen" } }', 'error nodes/a: "a" must be a group in { }, not "pop3.listen".'],
  [
    'a name that no server has',
    '{ "nodes": { §"front 1": {} } }',
    'error nodes/front 1: The name of a server must begin with a letter or a digit, and have up to 63 of letters, digits, ".", "_" and "-".',
  ],
  [
    'a certificate of one server alone without its key',
    '{ "nodes": { "a": { "tls.certificateFile": §"a.pem" } } }',
    'error nodes/a/tls.certificateFile: A certificate needs its private key: set "tls.keyFile" too.',
  ],
  [
    'a server that takes the key away from the certificate of all',
    '{ "tls.certificateFile": "a.pem", "tls.keyFile": "a.key", "nodes": { "a": { "tls.keyFile": §"" } } }',
    'error nodes/a/tls.keyFile: A certificate needs its private key: set "tls.keyFile" too.',
  ],
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
    withUsers('{ "greg": { "mail.labels": §["a", "b", "c", "d"] } }'),
    'error accounts/company/users/greg/mail.labels: "mail.labels" may have at most 3 entries.',
  ],
  [
    'an alias with a space',
    withUsers('{ "greg": { "aliases": [§"the boss"] } }'),
    'error accounts/company/users/greg/aliases/0: Entry 1 of "aliases": Not "the boss". A name without spaces.',
  ],
  [
    'a name of nobody inside a property of the account',
    withUsers('{ "carolyn": {} }', '"mail.readers": { "talk@lists.example": ["carolyn", §"carolin"] }, '),
    'error accounts/company/mail.readers/talk@lists.example/1: "carolin" is no user of the account "company". Did you mean "carolyn"?',
  ],
  [
    'a way to collect that no plugin has',
    withUsers('{}', '"via": §"pop", '),
    'warning accounts/company/via: No installed plugin collects mail by "pop": "company" gets none from its ISP. Did you mean "pop3"?',
  ],
  [
    'a property of another way to collect',
    withUsers('{}', '§"imap.host": "imap.isp.example", '),
    'warning accounts/company/imap.host: "imap.host" has no effect here: it is for accounts that are collected by "imap", and "company" is by "pop3".',
  ],
  [
    'a property of the default way to collect in an account that is collected in another way',
    withUsers('{}', '"via": "imap", §"pop3.host": "pop.isp.example", '),
    'warning accounts/company/pop3.host: "pop3.host" has no effect here: it is for accounts that are collected by "pop3", and "company" is by "imap".',
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
