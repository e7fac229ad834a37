// `postroom setup`: from an empty data folder to a server that shares a mailbox of the practice ISP, by answers or from a file.
import '#core/base/injection.js';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck, PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { serveControl } from '#core/cli/controlSocket.js';
import type { Dialogue } from '#core/cli/dialogue.js';
import { type RunCommand, setUpByPlan, setUpByQuestions, setup } from '#core/cli/setup.js';
import { guessAccount, readPlan } from '#core/cli/setupPlan.js';
import { Doors } from '#core/host/doors.js';
import { letter } from '../../kit/letter.js';
import { ispServers } from '../../kit/officeSettings.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

/** Answers questions by the first words that fit; each answer is given once, in its turn. */
class Answers implements Dialogue {
  said = '';
  readonly asked: string[] = [];

  constructor(private readonly answers: [question: RegExp, answer: string][]) {}

  say(text: string): void {
    this.said += `${text}\n`;
  }

  async ask(question: string, proposal = ''): Promise<string> {
    this.asked.push(`${question} [${proposal}]`);
    const place = this.answers.findIndex(([fits]) => fits.test(question));
    if (place < 0) return proposal;
    return this.answers.splice(place, 1)[0]?.[1] ?? '';
  }

  /** What was typed before is kept like a proposal, and not shown as one. */
  async askSecret(question: string, former?: string): Promise<string> {
    return (await this.ask(question)) || (former ?? '');
  }
}

describe('postroom setup', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let isp: PracticeIsp;
  let dataDir: string;
  let server: Server;
  let run: RunCommand;
  beforeEach(async () => {
    isp = await PracticeIsp.start();
    isp.mailbox('mail');
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-setup-'));
    server = await openServer({ dataDir, serve: false, log: createLog('silent') });
    run = (command, args) =>
      server.run(command, args, { author: 'setup', signal: new AbortController().signal, progress: () => undefined });
  });
  afterEach(async () => {
    await server.close();
    await isp.stop();
    await rm(dataDir, { recursive: true });
  });

  const hostAt = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;
  const settings = async (): Promise<string> => readFile(path.join(dataDir, 'settings.json'), 'utf8');
  const plan = (further: object = {}): string =>
    JSON.stringify({
      account: {
        address: 'mail@company.example',
        password: PRACTICE_PASSWORD,
        'pop3.host': isp.pop3.host,
        'pop3.port': isp.pop3.port,
        'pop3.security': 'plain',
        'smtp.host': isp.smtp.host,
        'smtp.port': isp.smtp.port,
        'smtp.security': 'plain',
      },
      users: [
        { name: 'andrew', password: 'planted-andrew', cc: ['greg'] },
        { name: 'greg', password: 'planted-greg' },
      ],
      adminPassword: 'planted-admin',
      settings: { 'timer.everyMinutes': 10, 'licensing.device.address': '127.0.0.1' },
      ...further,
    });

  it('guesses account name, login name and hosts from the address', () => {
    expect(guessAccount('Mail@Company.co.example')).to.deep.equal({
      id: 'company',
      'pop3.host': 'pop.company.co.example',
      'pop3.user': 'Mail',
      'smtp.host': 'smtp.company.co.example',
    });
  });

  it('sets everything up from a file, tests the login and shows what was said', async () => {
    const dialogue = new Answers([]);
    expect(await setUpByPlan(readPlan(plan(), 'plan.json'), dialogue, run)).to.equal(true);
    expect(dialogue.said).to.include('POP3 works.').and.to.include('SMTP works.').and.to.match(/\+OK/);
    expect(await run('config.get', { key: 'timer.everyMinutes' })).to.equal(10);
    const users = (await run('users.list', {})) as readonly { user: string; cc: readonly string[]; password: string }[];
    expect(users.map(({ user, cc, password }) => [user, cc, password])).to.deep.equal([
      ['admin1', [], 'set'],
      ['andrew', ['greg'], 'set'],
      ['greg', [], 'set'],
    ]);
    expect(`${await settings()}${dialogue.said}`)
      .to.not.include('planted')
      .and.not.include(`"${PRACTICE_PASSWORD}"`);
    expect(await settings(), "the starter's comments stay").to.include('// The edition');
  });

  it('leaves everything set up where the ISP refuses, and says so', async () => {
    const wrong = readPlan(plan(), 'plan.json');
    const dialogue = new Answers([]);
    const refused = { ...wrong, account: { ...wrong.account, password: 'planted-wrong' } };
    expect(await setUpByPlan(refused, dialogue, run)).to.equal(false);
    expect(dialogue.said).to.include('POP3 does not work.').and.not.include('planted-wrong');
    expect(await run('accounts.list', {})).to.have.length(1);
  });

  it('changes nothing in accounts where a user is wrong', async () => {
    const wrong = readPlan(plan({ users: [{ name: 'andrew', cc: ['grek'] }, { name: 'greg' }] }), 'plan.json');
    const failure = await setUpByPlan(wrong, new Answers([]), run).catch((error: Error) => error.message);
    expect(failure).to.include('Did you mean "greg"?');
    expect(await run('accounts.list', {})).to.deep.equal([]);
  });

  it('says all that is wrong with the file, and repeats no value', () => {
    const failure = (text: string): string => {
      try {
        readPlan(text, 'plan.json');
        return 'none';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(failure('{"account": {"password": "planted"}, "users": [{"pasword": "planted"}]}').split('\n')).to.deep.equal([
      "plan.json /account must have required property 'address'.",
      "plan.json /users/0 must have required property 'name'.",
      'plan.json /users/0 has "pasword", which is not known here.',
    ]);
    expect(failure('{"account": {"password": planted}}'))
      .to.match(/^plan\.json is no JSON/)
      .and.not.include('planted');
  });

  it('asks in the order of the wizard, asks again where an answer does not fit, and adds the users', async () => {
    const dialogue = new Answers([
      [/address to share/, 'mail'],
      [/address to share/, 'mail@company.example'],
      [/Name of the account/, 'ADMIN1'],
      [/^Kind/, 'domian'],
      [/^Kind/, 'Regular'],
      [/incoming mail \(POP3\)/, 'pop isp'],
      [/incoming mail \(POP3\)/, 'pop.isp.example:65536'],
      [/incoming mail \(POP3\)/, hostAt(isp.pop3)],
      [/outgoing mail \(SMTP\)/, hostAt(isp.smtp)],
      [/Encryption for incoming/, 'ssl'],
      [/Encryption for incoming/, 'plain'],
      [/Encryption for outgoing/, 'plain'],
      [/^Password at the ISP/, 'planted-wrong'],
      [/try again/, 'y'],
      [/^Password at the ISP/, ''],
      [/try again/, 'y'],
      [/^Password at the ISP/, PRACTICE_PASSWORD],
      [/first user/, 'ADMIN1'],
      [/first user/, 'andrew'],
      [/Password of andrew/, 'planted-andrew'],
      [/next user/, 'greg'],
      [/Password of greg/, 'planted-greg'],
      [/copy of greg/, 'andrwe'],
      [/copy of greg/, 'andrew'],
      [/next user/, 'Greg'],
      [/next user/, ''],
      [/Password of ADMIN1/, 'planted-admin'],
      [/every so many minutes/, 'often'],
      [/every so many minutes/, '15'],
      [/network device/, '127.0.0.1'],
    ]);
    expect(await setUpByQuestions(dialogue, run)).to.equal(true);
    expect(dialogue.said).to.include('ADMIN1 is there already.').and.to.include('POP3 does not work.').and.to.include('POP3 works.');
    for (const sentence of [
      '"ADMIN1" is reserved',
      'One of regular, domain. Did you mean "domain"?',
      'A host name as in pop.isp.example',
      'One of tls, starttls, plain.',
      'There is no user andrwe yet: one or more of andrew. Did you mean "andrew"?',
      'Greg is there already.',
      'A whole number.',
    ]) {
      expect(dialogue.said).to.include(sentence);
    }
    expect(dialogue.said, 'a refused login').to.match(/POP3 does not work\. \S.+/);
    expect(dialogue.said).to.not.include('planted').and.not.include('[object').and.not.include('settings.json:');
    expect(dialogue.asked).to.include('Name of the account, for the settings [company]').and.to.include('Login name at the ISP [mail]');
    const users = (await run('users.list', { account: 'company' })) as readonly { user: string; cc: readonly string[]; password: string }[];
    expect(users.map(({ user, cc, password }) => [user, cc, password])).to.deep.equal([
      ['admin1', [], 'set'],
      ['andrew', [], 'set'],
      ['greg', ['andrew'], 'set'],
    ]);
    expect(await run('config.get', { key: 'timer.everyMinutes' })).to.equal(15);
  });

  it('says which kind the mail at the ISP speaks for, and takes it where that is wanted', async () => {
    for (const local of ['lisa', 'john']) isp.mailbox('mail').put(`To: ${local}@company.example\n\nHello\n`);
    for (const [answer, kind] of [
      ['n', 'regular'],
      ['y', 'domain'],
    ] as const) {
      const dialogue = new Answers([
        [/address to share/, 'mail@company.example'],
        [/Name of the account/, `company-${kind}`],
        [/incoming mail \(POP3\)/, hostAt(isp.pop3)],
        [/outgoing mail \(SMTP\)/, hostAt(isp.smtp)],
        [/Encryption for incoming/, 'plain'],
        [/Encryption for outgoing/, 'plain'],
        [/^Password at the ISP/, PRACTICE_PASSWORD],
        [/^Make it domain instead of regular/, answer],
        [/first user/, ''],
        [/Password of ADMIN1/, 'planted-admin'],
      ]);
      expect(await setUpByQuestions(dialogue, run)).to.equal(true);
      expect(dialogue.said).to.include('2 are for other addresses at company.example').and.to.include('the kind "domain"');
      const account = await run('config.get', { key: `accounts.company-${kind}` });
      expect(account).to.have.property('kind', kind);
      await run('accounts.remove', { account: `company-${kind}` });
    }
  });

  describe('with kinds of account of other plugins', () => {
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
            requires: ['letterbox.building', 'letterbox.floors', 'letterbox.doors', 'letterbox.lift', 'letterbox.style', 'letterbox.lost'],
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
            'letterbox.doors': { type: 'array', items: { type: 'string' }, minItems: 1, scope: 'account', title: 'Doors' },
            'letterbox.lift': { type: 'boolean', scope: 'account', title: 'A lift' },
            'letterbox.style': { enum: ['Old', 'new'], scope: 'account', title: 'Style' },
            'letterbox.secret': { type: 'string', secret: true, scope: 'account', title: 'Key' },
          },
        },
      },
    };
    const ANSWERED = {
      kind: 'rooms',
      'letterbox.building': 'B',
      'letterbox.floors': 3,
      'letterbox.doors': ['north', 'south gate'],
      'letterbox.lift': true,
      'letterbox.style': 'Old',
    };

    const enable = async (enabled: readonly string[]): Promise<void> => {
      await server.close();
      const folder = path.join(dataDir, 'plugins', 'acme.letterbox');
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'package.json'), JSON.stringify(LETTERBOX));
      server = await openServer({ dataDir, serve: false, log: createLog('silent') });
      await run('config.set', { key: 'plugins.enabled', value: JSON.stringify(enabled) });
    };
    const accountAnswers = (): [RegExp, string][] => [
      [/address to share/, 'mail@company.example'],
      [/incoming mail \(POP3\)/, hostAt(isp.pop3)],
      [/outgoing mail \(SMTP\)/, hostAt(isp.smtp)],
      [/Encryption for incoming/, 'plain'],
      [/Encryption for outgoing/, 'plain'],
      [/^Password at the ISP/, PRACTICE_PASSWORD],
      [/first user/, ''],
      [/Password of ADMIN1/, 'planted-admin'],
    ];

    it('offers those of the enabled plugins, with their words, and asks for what they require', async () => {
      await enable(['postroom.licensing-lite', 'acme.letterbox']);
      const dialogue = new Answers([
        ...accountAnswers(),
        [/^Kind/, 'rooms'],
        [/^Building/, 'b4'],
        [/^Building/, 'B'],
        [/^Floors/, '0'],
        [/^Floors/, '3'],
        [/^Doors/, ''],
        [/^Doors/, 'north, south gate'],
        [/^A lift/, 'perhaps'],
        [/^A lift/, 'y'],
        [/^Style/, 'old'],
      ]);
      expect(await setUpByQuestions(dialogue, run)).to.equal(true);
      expect(dialogue.asked).to.include('Kind: regular, domain or rooms [regular]').and.to.include('Floors [2]');
      expect(dialogue.said)
        .to.match(/^ {2}rooms: Rooms\. Every room has its mail\.$/m)
        .and.to.include('Building: Its letter.');
      expect(dialogue.said).to.include('One letter, as in B.').and.to.include('It must be >= 1.').and.to.include('It is needed.');
      expect(
        dialogue.asked.filter((question) => question.startsWith('Key')),
        'a secret',
      ).to.deep.equal([]);
      expect(await run('config.get', { key: 'accounts.company' })).to.deep.include(ANSWERED);
    });

    it('asks nothing where there is one kind only, and says what to do where there is none', async () => {
      await enable(['postroom.licensing-lite']);
      await run('plugins.disable', { plugin: 'postroom.isp-domainpop' });
      const dialogue = new Answers(accountAnswers());
      await setUpByQuestions(dialogue, run);
      expect(dialogue.asked.filter((question) => question.startsWith('Kind'))).to.deep.equal([]);
      expect(await run('config.get', { key: 'accounts.company' })).to.include({ kind: 'regular' });
      await run('config.set', { key: 'plugins.enabled', value: '[]' });
      const none = new Answers([]);
      const failure = await setUpByQuestions(none, run).catch((error: Error) => error.message);
      expect(none.asked, 'before any question').to.deep.equal([]);
      expect(failure).to.include('No enabled plugin knows any kind of account.').and.to.include('plugins enable');
    });

    it('takes them from a file, says what is missing, and which there are', async () => {
      const { account } = JSON.parse(plan()) as { readonly account: object };
      const inFile = (further: object, settings: object = {}): Promise<boolean> =>
        setUpByPlan(
          readPlan(plan({ account: { ...account, ...further }, settings, users: [], adminPassword: undefined }), 'plan.json'),
          new Answers([]),
          run,
        );
      const refused = (further: object): Promise<unknown> => inFile(further).catch((error: Error) => error.message);
      await enable(['postroom.licensing-lite']);
      expect(await refused(ANSWERED)).to.equal('No enabled plugin knows accounts of kind "rooms": one of regular, domain.');
      await enable(['postroom.licensing-lite', 'acme.letterbox']);
      expect(await refused({ kind: 'room' })).to.include('one of regular, domain, rooms. Did you mean "rooms"?');
      expect(await refused({ ...ANSWERED, 'letterbox.floors': undefined, 'letterbox.style': undefined })).to.equal(
        'Accounts of kind "rooms" need "letterbox.floors" (Floors) and "letterbox.style" (Style) in "account".',
      );
      expect(await run('accounts.list', {})).to.deep.equal([]);
      await enable(['postroom.licensing-lite']);
      expect(await inFile(ANSWERED, { 'plugins.enabled': ['postroom.licensing-lite', 'acme.letterbox'] })).to.equal(true);
      expect(await run('config.get', { key: 'accounts.company' })).to.deep.include(ANSWERED);
    });

    it('warns of what an account lacks, and never suggests another kind that owns the same', async () => {
      await enable(['postroom.licensing-lite', 'acme.letterbox']);
      const { warnings } = (await run('accounts.add', { account: 'company', address: 'mail@company.example', kind: 'rooms' })) as {
        readonly warnings: readonly string[];
      };
      expect(warnings.join('\n')).to.include('"company" needs "letterbox.building": accounts of kind "rooms" do not work without it.');
      for (const assignment of ['pop3.host', 'smtp.host'])
        await run('accounts.change', { account: 'company', set: [`${assignment}=127.0.0.1`] });
      await run('accounts.change', { account: 'company', set: [`pop3.port=${isp.pop3.port}`, 'pop3.security=plain'] });
      await run('accounts.set-password', { account: 'company', password: PRACTICE_PASSWORD });
      isp.mailbox('mail').put('To: Andrew <mail@company.example>\n\nHello\n');
      expect(await run('accounts.suggest-kind', { account: 'company' })).to.include({ kind: 'rooms', suggestion: 'rooms', title: 'Rooms' });
    });
  });

  it('says what is wrong without places in a file, and ends where no other try is wanted', async () => {
    await setUpByPlan(readPlan(plan(), 'plan.json'), new Answers([]), run);
    const dialogue = new Answers([
      [/address to share/, 'mail@company.example'],
      [/Name of the account/, 'company'],
      [/Name of the account/, 'second'],
      [/Password at the ISP/, PRACTICE_PASSWORD],
      [/try again/, 'n'],
    ]);
    const failure = await setUpByQuestions(dialogue, run).catch((error: Error) => error.message);
    expect(failure).to.equal('Nothing was set up.');
    expect(dialogue.said).to.include('Shared already: company.').and.to.include('There is an account company already');
    expect(dialogue.said).to.include('\nmail@company.example is the address of the account "company" already.');
    expect(dialogue.said).to.include('Lite shares 1 account; this would be the 2nd.').and.not.include('settings.json');
  });
});

describe('postroom setup beside a running server', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('works through it: what a file says counts at once, ports too, and waits for no confirmation', async () => {
    const office = await Postroom.start();
    const control = await serveControl(office.server);
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    try {
      const file = path.join(office.dataDir, 'plan.json');
      const account = {
        id: 'third',
        address: 'mail@third.example',
        password: PRACTICE_PASSWORD,
        ...ispServers(office.isp),
        'pop3.user': 'mail',
      };
      const listen = [{ host: '127.0.0.1', port: 0, security: 'starttls' }];
      await writeFile(
        file,
        JSON.stringify({ account, users: [{ name: 'eve', password: 'planted' }], settings: { 'pop3.listen': listen } }),
      );
      process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
      expect(await setup({ data: office.dataDir, from: file })).to.equal(0);
      process.stderr.write = write;
      expect(said.join(''))
        .to.include(`A server runs on ${office.dataDir}`)
        .and.to.include('SMTP works.')
        .and.to.include('Set up, and in force.');
      expect(said.join('')).to.not.include('planted');
      expect((await office.run<{ unconfirmed?: object }>('status')).unconfirmed).to.equal(undefined);
      await until('the port is another', () => office.service(Doors).ports.some(({ security }) => security === 'starttls'));
      office.isp.mailbox('mail').put(letter({ to: 'Eve <mail@third.example>', subject: 'Hello' }));
      await office.round('user', ['third']);
      const boxes = await office.run<readonly { user: string; messages: number }[]>('mailboxes.list');
      expect(boxes.find(({ user }) => user === 'eve')).to.include({ messages: 1 });
    } finally {
      process.stderr.write = write;
      await control.dispose();
      await office.stop();
    }
  });
});
