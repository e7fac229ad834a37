// Secrets planted everywhere they can be given, and then looked for in everything that an office's day writes.
import '#core/base/injection.js';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { commandsIn } from '../kit/declaredCommands.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { RawClient } from '../plugins/pop3/support/rawClient.js';

const ISP = 'Planted-isp-7f3a';
const WRONG = 'Planted-wrong-9c1d';
const USER = 'Planted-user-52be';
const ADMIN = 'Planted-admin-e804';

/** A secret as it is, and as protocols and files would write it. */
function disguises(secret: string): readonly string[] {
  const logins = ['mail', 'andrew', 'andrew@company', 'admin1'].map((login) => `\0${login}\0${secret}`);
  return [
    secret,
    ...[secret, ...logins].map((text) => Buffer.from(text).toString('base64').replace(/=+$/, '')),
    Buffer.from(secret).toString('hex'),
  ];
}

const WANTED = [ISP, WRONG, USER, ADMIN].flatMap(disguises);

describe('secrets', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  afterEach(() => office.stop());

  it('stand in no file, log line, event, answer or backup', async () => {
    office = await Postroom.start({ ispPasswords: false });
    office.isp.mailbox('mail').password = ISP;
    office.isp.mailbox('post').password = ISP;
    let answers = '';
    const ask = async (command: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      answers += await office.run(command, args).then(
        (answer) => JSON.stringify(answer),
        (error: Error) => `${error.message} ${error.stack} ${JSON.stringify(error)}`,
      );
    };
    // A wrong password first: what fails is talked about most.
    for (const account of ['company', 'works']) await ask('accounts.set-password', { account, password: WRONG });
    await office.round();
    await ask('pop3.test-login', { account: 'company' });
    await ask('smtp.test-login', { account: 'company' });
    for (const account of ['company', 'works']) await ask('accounts.set-password', { account, password: ISP });
    await ask('users.set-password', { account: 'company', user: 'andrew', password: USER });
    await ask('users.set-password', { account: 'admin1', password: ADMIN });
    await ask('users.set-password', { account: 'company', user: 'nobody', password: USER });
    await ask('config.set', { key: 'accounts.company.pop3.password', value: WRONG });

    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Arrived' }));
    await office.round();
    expect(JSON.stringify(await office.run('mailboxes.show', { mailbox: 'andrew' })), 'the day was a real one').to.include('Arrived');
    for (const [user, password] of [
      ['andrew', USER],
      ['andrew', WRONG],
      ['admin1', ADMIN],
      ['nobody', USER],
    ] as const) {
      const client = await RawClient.connect(office.port('pop3'));
      const greeting = await client.login(user, password);
      expect(greeting.startsWith('+OK'), `${user} logs in`).to.equal(password === ADMIN || (user === 'andrew' && password === USER));
      answers += greeting;
      client.destroy();
    }
    await ask('pop3.test-login', { account: 'company' });
    await ask('smtp.test-login', { account: 'company' });
    await ask('doctor', { logins: true });
    await ask('secrets.rotate');
    await ask('backup.create', { into: path.join(office.dataDir, 'backups') });
    const plain = commandsIn('plugins/platform').filter(
      (each) => each.reads === true && ((each.arguments?.['required'] as unknown[] | undefined) ?? []).length === 0,
    );
    for (const { command } of plain) await ask(command);

    const events = JSON.stringify(office.events);
    await office.close();
    expect(answers).to.include('POP3').and.to.include('andrew');
    for (const [where, text] of [
      ['the answers', answers],
      ['the log', office.log],
      ['the events', events],
    ] as const)
      expectNone(where, text);
    const files = await readdir(office.dataDir, { recursive: true, withFileTypes: true });
    const found = files.filter((file) => file.isFile());
    expect(found.map(({ name }) => name))
      .to.include('secrets.json')
      .and.to.include('settings.json');
    for (const { parentPath, name } of found) {
      const file = path.join(parentPath, name);
      expectNone(path.relative(office.dataDir, file), (await readFile(file)).toString('latin1'));
    }
  });
});

function expectNone(where: string, text: string): void {
  expect(
    WANTED.filter((secret) => text.includes(secret)),
    where,
  ).to.deep.equal([]);
}
