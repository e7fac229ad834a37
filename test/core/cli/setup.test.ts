// `postroom setup`: from an empty data folder to a server that shares a mailbox of the practice ISP, by answers or from a file.
import '#core/base/injection.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck, PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import type { Dialogue } from '#core/cli/dialogue.js';
import { type RunCommand, setUpByPlan, setUpByQuestions } from '#core/cli/setup.js';
import { guessAccount, readPlan } from '#core/cli/setupPlan.js';

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

  askSecret(question: string): Promise<string> {
    return this.ask(question);
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
      [/incoming mail \(POP3\)/, hostAt(isp.pop3)],
      [/outgoing mail \(SMTP\)/, hostAt(isp.smtp)],
      [/Encryption for incoming/, 'plain'],
      [/Encryption for outgoing/, 'plain'],
      [/^Password at the ISP/, 'planted-wrong'],
      [/try again/, 'y'],
      [/^Password at the ISP/, PRACTICE_PASSWORD],
      [/first user/, 'ADMIN1'],
      [/first user/, 'andrew'],
      [/Password of andrew/, 'planted-andrew'],
      [/next user/, 'greg'],
      [/Password of greg/, 'planted-greg'],
      [/copy of greg/, 'andrew'],
      [/next user/, ''],
      [/Password of ADMIN1/, 'planted-admin'],
      [/every so many minutes/, 'often'],
      [/every so many minutes/, '15'],
      [/network device/, '127.0.0.1'],
    ]);
    expect(await setUpByQuestions(dialogue, run)).to.equal(true);
    expect(dialogue.said).to.include('ADMIN1 is there already.').and.to.include('POP3 does not work.').and.to.include('POP3 works.');
    expect(dialogue.said).to.not.include('planted');
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
});
