// `postroom setup`: from an empty data folder to a server that shares a mailbox of the practice ISP, by answers or from a file.
import '#core/base/injection.js';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProgramTools } from '@postroom/sdk/services';
import { leakCheck, PRACTICE_PASSWORD } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { programHost } from '#core/programHost.js';
import { serveControl } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { programTools } from '#plugins/platform/cli/dist/programTools.js';
import { run, setUpByPlan, setUpByQuestions } from '#plugins/platform/setup/dist/setup.js';
import { offerIn } from '#plugins/platform/setup/dist/setupOffer.js';
import { completeAccount, readPlan } from '#plugins/platform/setup/dist/setupPlan.js';
import { failureOf } from '../../../kit/failureOf.js';
import { letter } from '../../../kit/letter.js';
import { ispServers } from '../../../kit/officeSettings.js';
import { Postroom } from '../../../kit/postroom.js';
import { until } from '../../../kit/until.js';
import { Answers, hostAt, SetupDesk } from './setupDesk.js';

describe('postroom setup', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let desk: SetupDesk;
  beforeEach(async () => {
    desk = await SetupDesk.open();
  });
  afterEach(() => desk.close());

  const settings = async (): Promise<string> => readFile(path.join(desk.dataDir, 'settings.json'), 'utf8');

  it('guesses account name, login name and hosts from the address', async () => {
    expect(completeAccount({ address: 'Mail@Company.co.example' }, await offerIn(desk.run))).to.deep.equal({
      id: 'company',
      kind: 'regular',
      address: 'Mail@Company.co.example',
      'pop3.host': 'pop.company.co.example',
      'pop3.user': 'Mail',
      'smtp.host': 'smtp.company.co.example',
    });
  });

  it('sets everything up from a file, tests the login and shows what was said', async () => {
    const dialogue = new Answers([]);
    expect(await setUpByPlan(readPlan(desk.plan(), 'plan.json'), dialogue, desk.run)).to.equal(true);
    expect(dialogue.said).to.include('POP3 works.').and.to.include('SMTP works.').and.to.match(/\+OK/);
    expect(await desk.run('config.get', { key: 'timer.everyMinutes' })).to.equal(10);
    const users = (await desk.run('users.list', {})) as readonly { user: string; cc: readonly string[]; password: string }[];
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

  it('sets settings of a file together that need each other', async () => {
    const settings = { 'tls.certificateFile': 'cert.pem', 'tls.keyFile': 'key.pem' };
    expect(await setUpByPlan(readPlan(desk.plan({ settings }), 'plan.json'), new Answers([]), desk.run)).to.equal(true);
    expect(await desk.run('config.get', { key: 'tls.keyFile' })).to.equal('key.pem');
  });

  it('leaves everything set up where the ISP refuses, and says so', async () => {
    const wrong = readPlan(desk.plan(), 'plan.json');
    const dialogue = new Answers([]);
    const refused = { ...wrong, account: { ...wrong.account, password: 'planted-wrong' } };
    expect(await setUpByPlan(refused, dialogue, desk.run)).to.equal(false);
    expect(dialogue.said).to.include('POP3 does not work.').and.not.include('planted-wrong');
    expect(await desk.run('accounts.list', {})).to.have.length(1);
  });

  it('changes nothing in accounts where a user is wrong', async () => {
    const wrong = readPlan(desk.plan({ users: [{ name: 'andrew', cc: ['grek'] }, { name: 'greg' }] }), 'plan.json');
    const failure = await setUpByPlan(wrong, new Answers([]), desk.run).catch((error: Error) => error.message);
    expect(failure).to.include('Did you mean "greg"?');
    expect(await desk.run('accounts.list', {})).to.deep.equal([]);
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
      [/incoming mail \(POP3\)/, hostAt(desk.isp.pop3)],
      [/outgoing mail \(SMTP\)/, hostAt(desk.isp.smtp)],
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
      [/without a login/, 'the scanner'],
      [/without a login/, '192.168.1.20, 127.0.0.1'],
    ]);
    expect(await setUpByQuestions(dialogue, desk.run)).to.equal(true);
    expect(dialogue.said).to.include('ADMIN1 is there already.').and.to.include('POP3 does not work.').and.to.include('POP3 works.');
    for (const sentence of [
      '"ADMIN1" is reserved',
      'One of regular, domain. Did you mean "domain"?',
      'A host name as in pop.isp.example',
      'One of tls, starttls, plain.',
      'There is no user andrwe yet: one or more of andrew. Did you mean "andrew"?',
      'Greg is there already.',
      'A whole number.',
      '"the" is no IP address.',
      '127.0.0.1 is this computer: every program and every plugin on it may send as any account.',
    ]) {
      expect(dialogue.said).to.include(sentence);
    }
    expect(dialogue.said, 'a refused login').to.match(/POP3 does not work\. \S.+/);
    expect(dialogue.said).to.not.include('planted').and.not.include('[object').and.not.include('settings.json:');
    expect(dialogue.asked).to.include('Name of the account, for the settings [company]').and.to.include('Login name at the ISP [mail]');
    const users = (await desk.run('users.list', { account: 'company' })) as readonly {
      user: string;
      cc: readonly string[];
      password: string;
    }[];
    expect(users.map(({ user, cc, password }) => [user, cc, password])).to.deep.equal([
      ['admin1', [], 'set'],
      ['andrew', [], 'set'],
      ['greg', ['andrew'], 'set'],
    ]);
    expect(await desk.run('config.get', { key: 'timer.everyMinutes' })).to.equal(15);
    expect(await desk.run('config.get', { key: 'smtp.trustedNetworks' })).to.deep.equal(['192.168.1.20', '127.0.0.1']);
  });

  for (const answer of ['y', 'n']) {
    it(`offers the settings that the mail at the ISP calls for, after the login; the answer is ${answer}`, async () => {
      for (const user of ['andrew', 'greg'])
        desk.isp.mailbox('mail').put(letter({ to: `${user}@company.example`, envelope: [`X-Copy-For: ${user}@company.example`] }));
      const dialogue = new Answers([
        ...desk.ispAnswers(),
        [/Make it domain/, 'y'],
        [/Set addressees\.header/, answer],
        [/first user/, ''],
        [/Password of ADMIN1/, 'planted-admin'],
      ]);
      expect(await setUpByQuestions(dialogue, desk.run)).to.equal(true);
      expect(dialogue.said).to.include('X-Copy-For names 2 different recipients in 2 of 2 messages');
      expect((await settings()).includes('"addressees.header": "X-Copy-For"')).to.equal(answer === 'y');
      expect(desk.isp.mailbox('mail').messages, 'nothing is collected').to.have.length(2);
    });
  }

  it('trusts nobody without a login where nobody names an address, and keeps those that are named', async () => {
    const trusted = (): Promise<unknown> => desk.run('config.get', { key: 'smtp.trustedNetworks' });
    const answers = (account: string, senders: [RegExp, string][]): Answers =>
      new Answers([
        ...desk.ispAnswers(),
        [/Name of the account/, account],
        [/first user/, ''],
        [/Password of ADMIN1/, 'planted-admin'],
        ...senders,
      ]);
    expect(await setUpByQuestions(answers('one', []), desk.run)).to.equal(true);
    expect(await trusted()).to.deep.equal([]);
    expect(await settings(), 'the default needs no line').to.not.match(/^\s*"smtp\.trustedNetworks"/m);
    await desk.run('config.set', { key: 'smtp.trustedNetworks', value: '["192.168.1.20"]' });
    for (const [given, kept] of [
      ['', ['192.168.1.20']],
      ['none', []],
    ] as const) {
      await desk.run('accounts.remove', { account: 'one' });
      const dialogue = answers('one', given === '' ? [] : [[/without a login/, given]]);
      expect(await setUpByQuestions(dialogue, desk.run)).to.equal(true);
      expect(await trusted()).to.deep.equal(kept);
    }
  });

  it('says which kind the mail at the ISP speaks for, and takes it where that is wanted', async () => {
    for (const local of ['lisa', 'john']) desk.isp.mailbox('mail').put(`To: ${local}@company.example\n\nHello\n`);
    for (const [answer, kind] of [
      ['n', 'regular'],
      ['y', 'domain'],
    ] as const) {
      const dialogue = new Answers([
        ...desk.ispAnswers(),
        [/Name of the account/, `company-${kind}`],
        [/^Make it domain instead of regular/, answer],
        [/first user/, ''],
        [/Password of ADMIN1/, 'planted-admin'],
      ]);
      expect(await setUpByQuestions(dialogue, desk.run)).to.equal(true);
      expect(dialogue.said).to.include('2 are for other addresses at company.example').and.to.include('the kind "domain"');
      const account = await desk.run('config.get', { key: `accounts.company-${kind}` });
      expect(account).to.have.property('kind', kind);
      await desk.run('accounts.remove', { account: `company-${kind}` });
    }
  });

  it('ends where somebody leaves at the question for the kind', async () => {
    desk.isp.mailbox('mail').put('To: lisa@company.example\n\nHello\n');
    const dialogue = new Answers([...desk.ispAnswers(), [/first user/, '']], /^Make it domain/);
    const failure = await setUpByQuestions(dialogue, desk.run).catch((error: Error) => error.message);
    expect(failure).to.equal('Left.');
    expect(dialogue.asked.at(-1)).to.match(/^Make it domain/);
  });

  it('says what is wrong without places in a file, and ends where no other try is wanted', async () => {
    await setUpByPlan(readPlan(desk.plan(), 'plan.json'), new Answers([]), desk.run);
    const dialogue = new Answers([
      [/address to share/, 'mail@company.example'],
      [/Name of the account/, 'company'],
      [/Name of the account/, 'second'],
      [/Password at the ISP/, PRACTICE_PASSWORD],
      [/try again/, 'n'],
    ]);
    const failure = await setUpByQuestions(dialogue, desk.run).catch((error: Error) => error.message);
    expect(failure).to.equal('Nothing was set up.');
    expect(dialogue.said).to.include('Shared already: company.').and.to.include('There is an account company already');
    expect(dialogue.said).to.include('\nmail@company.example is the address of the account "company" already.');
    expect(dialogue.said).to.include('Lite shares 1 account; this would be the 2nd.').and.not.include('settings.json');
  });
});

describe('postroom setup without a terminal', () => {
  const tools = { withCommands: () => Promise.reject(new Error('A server was opened.')) } as unknown as ProgramTools;
  const terminal = process.stdin.isTTY;
  before(() => {
    process.stdin.isTTY = false;
  });
  after(() => {
    process.stdin.isTTY = terminal;
  });

  it('asks nothing, opens nothing and says how to give the answers', async () => {
    expect(await failureOf(run({ data: '/nowhere' }, tools))).to.include({
      code: 'command/arguments',
      message: 'setup asks on a terminal, and this is none. Give the answers in a file: postroom setup --from FILE',
    });
  });

  it('opens nothing for a file that cannot be read', async () => {
    expect(await failureOf(run({ data: '/nowhere', from: '/nowhere/plan.json' }, tools))).to.include({
      code: 'command/arguments',
      message: '/nowhere/plan.json cannot be read: there is no such file.',
    });
  });
});

describe('postroom setup where no server runs', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('makes the data folder, leaves it closed, is its author, and says how to start the server', async () => {
    const desk = await SetupDesk.open();
    const dataDir = path.join(desk.dataDir, 'an office');
    const file = path.join(desk.dataDir, 'plan.json');
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    try {
      await writeFile(file, desk.plan());
      process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
      expect(await run({ data: dataDir, from: file }, programTools(programHost(), 'setup'))).to.equal(0);
      process.stderr.write = write;
      expect(said.join('')).to.match(/Set up\. Start the server: postroom serve --data ".*an office"\n$/);
      expect(said.join('')).to.not.include('planted');
      const server = await openServer({ dataDir, serve: false, log: createLog('silent') });
      const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
      const history = (await server.run('config.history', {}, call)) as readonly { readonly author: string }[];
      await server.close();
      expect(history.map(({ author }) => author)).to.deep.equal(['setup', 'setup', 'first start']);
    } finally {
      process.stderr.write = write;
      await desk.close();
    }
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
      expect(await run({ data: office.dataDir, from: file }, programTools(programHost(), 'setup'))).to.equal(0);
      process.stderr.write = write;
      expect(said.join(''))
        .to.include(`A server runs on ${office.dataDir}`)
        .and.to.include('SMTP works.')
        .and.to.include('Set up, and in force.');
      expect(said.join('')).to.not.include('planted');
      expect((await office.run<{ unconfirmed?: object }>('status')).unconfirmed).to.equal(undefined);
      await until('the port is another', () => office.service(Ports).ports.some(({ security }) => security === 'starttls'));
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
