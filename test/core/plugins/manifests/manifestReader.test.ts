import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { apiVersion } from '@postroom/sdk/base';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { checkManifest } from '#core/plugins/manifests/manifestCheck.js';
import { readManifest } from '#core/plugins/manifests/manifestReader.js';

const GOOD = {
  name: 'filter',
  publisher: 'acme',
  version: '1.0.0',
  type: 'module',
  main: './plugin.js',
  displayName: 'Filter',
  description: 'Looks at mail.',
  engines: { postroom: '^1.0.0' },
};
const TAP = { hook: 'onSort', name: 'look', stage: 'filter' };

/** What is changed in a good manifest, and a part of the sentence that must come. */
const DOCTOR = { service: 'Doctor', version: '1.0.0' };
const WRONG: readonly (readonly [string, object, RegExp])[] = [
  ['no name', { name: undefined }, /lacks "name"/],
  ['a name with capitals', { name: 'Filter' }, /package\.json \/name must match pattern/],
  ['a publisher with a dot', { publisher: 'ac.me' }, /\/publisher must match pattern/],
  ['a version that is none', { version: 'one' }, /\/version must match pattern/],
  ['CommonJS', { type: 'commonjs' }, /\/type must be equal to constant/],
  ['a main outside its folder', { main: './../other.js' }, /\/main must match pattern/],
  ['no engines', { engines: undefined }, /lacks "engines"/],
  ['a range that is none', { engines: { postroom: 'newest' } }, /engines\.postroom "newest" is no version range/],
  ['a range for a later API', { engines: { postroom: '^99.0.0' } }, /It needs API \^99\.0\.0; this server has/],
  ['a dependency that is no id', { pluginDependencies: ['cc'] }, /\/pluginDependencies\/0 must match pattern/],
  ['a capability that is unknown', { capabilities: { root: true } }, /has "root", which is not part of a manifest/],
  [
    'a contribution that looks like one of the host',
    { contributes: { tap: [] } },
    /contributes to "tap", and no plugin .* Did you mean "taps"\?/,
  ],
  ['a contribution that is no list', { contributes: { checks: {} } }, /checks must be array/],
  [
    'a range of versions of a service that is none',
    { requires: ['Clock@newest'] },
    /requires "Clock@newest": "newest" is no version range/,
  ],
  ['a name of a service that is none', { requires: ['clock'] }, /requires/],
  ['a version of a service that is none', { provides: [{ service: 'Doctor', version: '1' }] }, /provides/],
  ['a service that it provides twice', { provides: [DOCTOR, DOCTOR] }, /provides the service Doctor twice/],
  ['an unknown hook', { contributes: { taps: [{ ...TAP, hook: 'onWish' }] } }, /\/hook must be one of onSchedule, onLicenseCheck/],
  ['a sort tap without a stage', { contributes: { taps: [{ hook: 'onSort', name: 'look' }] } }, /lacks "stage"/],
  ["another hook's stage", { contributes: { taps: [{ ...TAP, stage: 'grant' }] } }, /\/stage must be one of filter, identify, route/],
  ['a time limit of nothing', { contributes: { taps: [{ ...TAP, timeoutMs: 0 }] } }, /timeoutMs must be >= 1/],
  ['an onError that is unknown', { contributes: { taps: [{ ...TAP, onError: 'drop' }] } }, /onError must be one of hold, skip/],
  ['a tap twice', { contributes: { taps: [TAP, TAP] } }, /It declares the tap onSort look twice/],
  ['a command twice', { contributes: { commands: Array(2).fill({ command: 'a.b', title: 'B' }) } }, /declares the command a\.b twice/],
  ['a command with blanks', { contributes: { commands: [{ command: 'a b', title: 'B' }] } }, /\/command must match pattern/],
  ...[
    { scope: 'account', arguments: { properties: { account: {} } } },
    { scope: 'account', reads: true },
    { scope: 'account', reads: true, arguments: { properties: { account: {}, days: {} }, required: ['account', 'days'] } },
  ].map(
    (question) =>
      [
        'a question about an account that its page cannot ask',
        { contributes: { commands: [{ command: 'a.b', title: 'B', ...question }] } },
        /a\.b has the scope "account": it must have "reads": true and take "account"/,
      ] as const,
  ),
  [
    'a command for another scope',
    { contributes: { commands: [{ command: 'a.b', title: 'B', scope: 'user' }] } },
    /\/scope must be one of account/,
  ],
  ['taps without code', { main: undefined, contributes: { taps: [TAP] } }, /contributes taps or commands but names no "main"/],
  [
    'a property without words',
    { contributes: { configuration: { title: 'F', properties: { 'filter.x': { type: 'string' } } } } },
    /needs a title or a description/,
  ],
  [
    'a key that could reach a prototype',
    { contributes: { configuration: { title: 'F', properties: { 'filter.__proto__': { title: 'x' } } } } },
    /property name must be valid|must match pattern/,
  ],
  [
    'names of users at the top of the settings',
    { contributes: { configuration: { title: 'F', properties: { 'filter.x': { title: 'X', type: 'string', refersTo: 'user' } } } } },
    /"filter\.x" cannot be used: it refers to users, which a setting of scope "account" or "user" can\./,
  ],
  [
    'a setting of accounts that may differ by server',
    { contributes: { configuration: { title: 'F', properties: { 'filter.x': { title: 'X', scope: 'account', perNode: true } } } } },
    /"filter\.x" cannot be used: it may differ by server \("perNode"\), which a setting of scope "server" can that is no secret\./,
  ],
  [
    'a secret that may differ by server',
    { contributes: { configuration: { title: 'F', properties: { 'filter.x': { title: 'X', secret: true, perNode: true } } } } },
    /"filter\.x" cannot be used: it may differ by server/,
  ],
  [
    'an argument of users add that accounts have',
    { contributes: { configuration: { title: 'F', properties: { 'filter.x': { title: 'X', scope: 'account', argument: 'cc' } } } } },
    /"filter\.x" cannot be used: it is an argument of "users add"/,
  ],
  [
    'a question for a setting of another plugin',
    { contributes: { setup: [{ property: 'timer.everyMinutes', question: 'How often?' }] } },
    /Its setup asks for "timer\.everyMinutes", which is no setting of it, or a secret\./,
  ],
  [
    'a question for a secret',
    {
      contributes: {
        configuration: { title: 'F', properties: { 'filter.key': { title: 'Key', type: 'string', secret: true } } },
        setup: [{ property: 'filter.key', question: 'The key?' }],
      },
    },
    /Its setup asks for "filter\.key"/,
  ],
  [
    'a store whose address stands in the settings',
    {
      contributes: {
        configuration: { title: 'F', properties: { 'filter.url': { title: 'Address', type: 'string' } } },
        stores: [{ kind: 'galaxy', title: 'Galaxy', addressProperty: 'filter.url' }],
      },
    },
    /Its store galaxy has its address in "filter\.url", which is no setting of it with the scope "boot"\./,
  ],
  [
    "an answer that another plugin's command reads",
    {
      contributes: {
        configuration: { title: 'F', properties: { 'filter.x': { title: 'X', type: 'string' } } },
        setup: [{ property: 'filter.x', question: 'What?', command: 'users.remove' }],
      },
    },
    /Its setup reads answers by users\.remove, which is no command of it\./,
  ],
  ['a role with blanks', { contributes: { commands: [{ command: 'a.b', title: 'B', role: 'login test' }] } }, /\/role must match pattern/],
];

describe('a manifest', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('that is good is taken as it is', () => {
    const { manifest, problems } = checkManifest({ ...GOOD, scripts: { test: 'x' }, contributes: { taps: [TAP] } });
    expect(problems).to.deep.equal([]);
    expect(manifest?.contributes?.taps).to.deep.equal([TAP]);
    expect(apiVersion()).to.match(/^1\./);
  });

  for (const [what, change, sentence] of WRONG) {
    it(`with ${what} is refused in a sentence`, () => {
      const { problems } = checkManifest(JSON.parse(JSON.stringify({ ...GOOD, ...change })));
      expect(problems.join('\n')).to.match(sentence);
    });
  }

  it('of another shape altogether is refused, never thrown', () => {
    for (const value of [null, 7, 'text', [], {}]) expect(checkManifest(value).problems, JSON.stringify(value)).to.not.be.empty;
  });

  it('that is no JSON, missing or too large is a fact about its folder', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-manifest-'));
    try {
      expect((await readManifest(folder)).problems[0]).to.match(/There is no .*package\.json: a plugin is a folder/);
      await writeFile(path.join(folder, 'package.json'), '{ "name": ');
      expect((await readManifest(folder)).problems[0]).to.include('cannot be read as a manifest');
      await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...GOOD, description: 'x'.repeat(300_000) }));
      expect((await readManifest(folder)).problems[0]).to.include('larger than 256 KB');
      await writeFile(path.join(folder, 'package.json'), JSON.stringify(GOOD));
      expect((await readManifest(folder)).problems).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
