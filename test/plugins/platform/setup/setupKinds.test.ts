// Kinds of account that other plugins contribute, as `postroom setup` offers them.
import '#core/base/injection.js';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { leakCheck, PRACTICE_PASSWORD } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { setUpByPlan, setUpByQuestions } from '#plugins/platform/setup/dist/setup.js';
import { readPlan } from '#plugins/platform/setup/dist/setupPlan.js';
import { Answers, SetupDesk } from './setupDesk.js';

describe('postroom setup with kinds of account of other plugins', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let desk: SetupDesk;
  beforeEach(async () => {
    desk = await SetupDesk.open();
  });
  afterEach(() => desk.close());

  /** Shared by rooms: it needs a building, a number of floors and somebody who answers. */
  const LETTERBOX = {
    name: 'letterbox',
    publisher: 'acme',
    version: '1.0.0',
    type: 'module',
    displayName: 'Letterbox',
    description: 'Sorts by rooms.',
    engines: { postroom: '^1.0.0' },
    contributes: {
      accountKinds: [
        {
          kind: 'rooms',
          title: 'Rooms',
          description: 'Every room has its mail.',
          owns: 'address',
          requires: [
            'letterbox.building',
            'letterbox.floors',
            'letterbox.doors',
            'letterbox.lift',
            'letterbox.style',
            'letterbox.numbers',
            'letterbox.size',
            'letterbox.secret',
            'letterbox.lost',
          ],
        },
      ],
      configuration: {
        title: 'Letterbox',
        properties: {
          'letterbox.building': {
            type: 'string',
            pattern: '^[A-Z]$',
            patternErrorMessage: 'One letter, as in B.',
            scope: 'account',
            title: 'Building',
            description: 'Its letter.',
          },
          'letterbox.floors': { type: 'integer', minimum: 1, default: 2, scope: 'account', title: 'Floors' },
          'letterbox.doors': { type: 'array', items: { type: 'string' }, minItems: 1, scope: 'account', title: 'Ports' },
          'letterbox.lift': { type: 'boolean', scope: 'account', title: 'A lift' },
          'letterbox.numbers': { type: 'array', items: { type: 'integer' }, scope: 'account', title: 'Numbers' },
          'letterbox.size': {
            type: 'object',
            properties: { width: { type: 'integer' } },
            required: ['width'],
            scope: 'account',
            title: 'Size',
          },
          'letterbox.style': { enum: ['Old', 'new'], scope: 'account', title: 'Style' },
          'letterbox.secret': { type: 'string', secret: true, scope: 'account', title: 'Key' },
          'letterbox.street': { type: 'string', default: '', scope: 'account', title: 'Street' },
          'letterbox.room': { type: 'integer', default: 1, scope: 'user', title: 'Room' },
          'letterbox.janitor': { type: 'string', default: '', title: 'Janitor' },
        },
      },
      setup: [
        { property: 'letterbox.janitor', question: 'Who is the janitor?', skipped: 'There is none, then.' },
        { property: 'letterbox.room', question: 'Room of {user}' },
        { property: 'letterbox.street', question: 'Which street?', proposal: '{domain} street' },
      ],
    },
  };
  const ANSWERED = {
    kind: 'rooms',
    'letterbox.building': 'B',
    'letterbox.floors': 3,
    'letterbox.doors': ['north', 'south gate'],
    'letterbox.lift': true,
    'letterbox.style': 'Old',
    'letterbox.numbers': [7, 9],
    'letterbox.size': { width: 30 },
  };

  const enable = async (enabled: readonly string[]): Promise<void> => {
    await desk.reopen(async () => {
      const folder = path.join(desk.dataDir, 'plugins', 'acme.letterbox');
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'package.json'), JSON.stringify(LETTERBOX));
    });
    await desk.run('config.set', { key: 'plugins.enabled', value: JSON.stringify(enabled) });
  };
  const accountAnswers = (): [RegExp, string][] => [...desk.ispAnswers(), [/first user/, ''], [/Password of ADMIN1/, 'planted-admin']];

  it('offers those of the enabled plugins, with their words, and asks for what they require', async () => {
    await enable(['postroom.licensing-lite', 'acme.letterbox']);
    const dialogue = new Answers([
      ...accountAnswers(),
      [/^Kind/, 'rooms'],
      [/^Building/, 'b4'],
      [/^Building/, 'B'],
      [/^Floors/, '0'],
      [/^Floors/, '3'],
      [/^Ports/, ''],
      [/^Ports/, 'north, south gate'],
      [/^A lift/, 'perhaps'],
      [/^A lift/, 'y'],
      [/^Style/, 'old'],
      [/^Numbers/, '7, nine'],
      [/^Numbers/, '7, 9'],
      [/^Size, as JSON$/, '30'],
      [/^Size/, '{"width": 30}'],
    ]);
    expect(await setUpByQuestions(dialogue, desk.run)).to.equal(true);
    expect(dialogue.asked).to.include('Kind: regular, domain or rooms [regular]').and.to.include('Floors [2]');
    expect(dialogue.said)
      .to.match(/^ {2}rooms: Rooms\. Every room has its mail\.$/m)
      .and.to.include('Building: Its letter.');
    expect(dialogue.said).to.include('One letter, as in B.').and.to.include('It must be >= 1.').and.to.include('It is needed.');
    expect(
      dialogue.asked.filter((question) => question.startsWith('Key')),
      'a secret',
    ).to.deep.equal([]);
    expect(await desk.run('config.get', { key: 'accounts.company' })).to.deep.include(ANSWERED);
  });

  it('asks what an enabled plugin contributes, of the account, of each user and of the server', async () => {
    await enable(['postroom.licensing-lite', 'acme.letterbox']);
    const dialogue = new Answers([
      ...desk.ispAnswers(),
      [/first user/, 'andrew'],
      [/Password of andrew/, 'planted-andrew'],
      [/Room of andrew/, 'ten'],
      [/Room of andrew/, '10'],
      [/next user/, ''],
      [/Password of ADMIN1/, 'planted-admin'],
    ]);
    expect(await setUpByQuestions(dialogue, desk.run)).to.equal(true);
    const isAsked = (question: RegExp): number => dialogue.asked.findIndex((each) => question.test(each));
    expect(isAsked(/Which street\? \[company\.example street\]/)).to.be.above(isAsked(/Encryption for outgoing/));
    expect(isAsked(/janitor/), 'after the questions of the product').to.equal(dialogue.asked.length - 1);
    expect(dialogue.said).to.include('There is none, then.');
    const account = (await desk.run('config.get', { key: 'accounts.company' })) as { users: Record<string, object> };
    expect(account).to.include({ 'letterbox.street': 'company.example street' });
    expect(account.users['andrew']).to.include({ 'letterbox.room': 10 });
    expect(await desk.run('config.get', { key: 'letterbox.janitor' })).to.equal('');
    expect(isAsked(/copy of andrew/), 'nobody is there to copy to').to.equal(-1);
  });

  it('asks nothing where there is one kind only, and says what to do where there is none', async () => {
    await enable(['postroom.licensing-lite']);
    await desk.run('plugins.disable', { plugin: 'postroom.isp-domainpop' });
    const dialogue = new Answers(accountAnswers());
    await setUpByQuestions(dialogue, desk.run);
    expect(dialogue.asked.filter((question) => question.startsWith('Kind'))).to.deep.equal([]);
    expect(await desk.run('config.get', { key: 'accounts.company' })).to.include({ kind: 'regular' });
    await desk.run('config.set', { key: 'plugins.enabled', value: '[]' });
    const none = new Answers([]);
    const failure = await setUpByQuestions(none, desk.run).catch((error: Error) => error.message);
    expect(none.asked, 'before any question').to.deep.equal([]);
    expect(failure).to.include('No enabled plugin knows any kind of account.').and.to.include('plugins enable');
  });

  it('takes them from a file, says what is missing, and which there are', async () => {
    const { account } = JSON.parse(desk.plan()) as { readonly account: object };
    const inFile = (further: object, settings: object = {}): Promise<boolean> =>
      setUpByPlan(
        readPlan(desk.plan({ account: { ...account, ...further }, settings, users: [], adminPassword: undefined }), 'plan.json'),
        new Answers([]),
        desk.run,
      );
    const refused = (further: object): Promise<unknown> => inFile(further).catch((error: Error) => error.message);
    await enable(['postroom.licensing-lite']);
    expect(await refused(ANSWERED)).to.equal('No enabled plugin knows accounts of kind "rooms": one of regular, domain.');
    await enable(['postroom.licensing-lite', 'acme.letterbox']);
    expect(await refused({ kind: 'room' })).to.include('one of regular, domain, rooms. Did you mean "rooms"?');
    expect(await refused({ ...ANSWERED, 'letterbox.floors': undefined, 'letterbox.style': undefined })).to.equal(
      'Accounts of kind "rooms" need "letterbox.floors" (Floors) and "letterbox.style" (Style) in "account".',
    );
    expect(await desk.run('accounts.list', {})).to.deep.equal([]);
    await enable(['postroom.licensing-lite']);
    expect(await inFile(ANSWERED, { 'plugins.enabled': ['postroom.licensing-lite', 'acme.letterbox'] })).to.equal(true);
    expect(await desk.run('config.get', { key: 'accounts.company' })).to.deep.include(ANSWERED);
  });

  it('warns of what an account lacks, and never suggests another kind that owns the same', async () => {
    await enable(['postroom.licensing-lite', 'acme.letterbox']);
    const { warnings } = (await desk.run('accounts.add', { account: 'company', address: 'mail@company.example', kind: 'rooms' })) as {
      readonly warnings: readonly string[];
    };
    expect(warnings.join('\n')).to.include('"company" needs "letterbox.building": accounts of kind "rooms" do not work without it.');
    expect(warnings.join('\n'), 'which never stands in the settings').to.not.include('letterbox.secret');
    for (const assignment of ['pop3.host', 'smtp.host'])
      await desk.run('accounts.change', { account: 'company', set: [`${assignment}=127.0.0.1`] });
    await desk.run('accounts.change', { account: 'company', set: [`pop3.port=${desk.isp.pop3.port}`, 'pop3.security=plain'] });
    await desk.run('accounts.set-password', { account: 'company', password: PRACTICE_PASSWORD });
    desk.isp.mailbox('mail').put('To: Andrew <mail@company.example>\n\nHello\n');
    expect(await desk.run('accounts.suggest-kind', { account: 'company' })).to.include({
      kind: 'rooms',
      suggestion: 'rooms',
      title: 'Rooms',
    });
  });
});
