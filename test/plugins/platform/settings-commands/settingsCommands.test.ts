// The commands of accounts, users and settings beside plugins that come and go, and without their own.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Postroom } from '../../../kit/postroom.js';

describe('the commands of the settings', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  it('go on without second thoughts about mail, and say what would bring back those that need them', async () => {
    await office.run('plugins.disable', { plugin: 'postroom.review' });
    const missing = (service: string): string =>
      `The service ${service} is not there: postroom.review, which provides it, is disabled. To switch it on: postroom plugins enable postroom.review`;
    expect(await office.refusal('config.validate', { whatIf: 5 })).to.equal(missing('WhatIf'));
    expect(await office.refusal('accounts.suggest-kind', { account: 'works' })).to.equal(missing('RecentMail'));
    expect(await office.run('config.validate')).to.include({ valid: true });
    expect(await office.run('accounts.list')).to.have.length(2);
    await office.run('plugins.enable', { plugin: 'postroom.review' });
    expect(await office.run('config.validate', { whatIf: 5 })).to.include({ looked: 0 });
  });

  it('can be switched off: mail goes on, the settings file counts, and the sentence says the way back', async () => {
    expect(await office.run('plugins.disable', { plugin: 'postroom.settings-commands' })).to.include({ state: 'disabled' });
    for (const command of ['accounts.list', 'users.list', 'config.get'])
      expect(await office.refusal(command, {})).to.equal(
        `The command ${command} belongs to postroom.settings-commands, which is not active. It stands in plugins.disabled. Take it out there: postroom plugins enable postroom.settings-commands`,
      );
    await office.editFile((text) => text.replace('"andrew": {', '"anna": {}, "andrew": {'));
    expect(await office.run('doctor')).to.satisfy((found: readonly { readonly state: string }[]) =>
      found.every(({ state }) => state !== 'problem'),
    );
    await office.run('plugins.enable', { plugin: 'postroom.settings-commands' });
    expect((await office.run<readonly { readonly user: string }[]>('users.list')).map(({ user }) => user)).to.include('anna');
  });

  it('list the passwords of plugins that should run, and know no other', async () => {
    const passwords = async (): Promise<readonly (readonly string[])[]> =>
      (await office.run<readonly { readonly passwords: readonly string[] }[]>('accounts.list')).map((each) => each.passwords);
    expect(await passwords()).to.deep.equal([
      ['pop3.password', 'smtp.password'],
      ['pop3.password', 'smtp.password'],
    ]);
    await office.run('plugins.disable', { plugin: 'postroom.smtp' });
    expect(await passwords()).to.deep.equal([['pop3.password'], ['pop3.password']]);
    const wrong = { account: 'company', key: 'smtp.password', password: 'a password' };
    expect(await office.refusal('accounts.set-password', wrong)).to.equal(
      'smtp.password is no secret of an account. There are: pop3.password.',
    );
  });

  it('put a whole file in the place of the settings, which undo takes back, and none that has errors', async () => {
    const file = path.join(office.dataDir, 'settings.json');
    const text = await readFile(file, 'utf8');
    const other = text.replace('{', '{\n  // of a backup\n  "log.keepDays": 12,');
    const asFile = (of: string): { readonly file: string } => ({ file: Buffer.from(of).toString('base64') });
    expect(await office.run('config.replace', asFile(other))).to.deep.include({ warnings: [] });
    expect([await readFile(file, 'utf8'), await office.run('config.get', { key: 'log.keepDays' })]).to.deep.equal([other, 12]);
    expect(await office.refusal('config.replace', asFile('{ "log.keepDays": "many" }'))).to.match(/^Nothing was changed\.\nsettings\.json/);
    expect(await office.refusal('config.replace', asFile('no settings'))).to.match(/^Nothing was changed\./);
    expect(await readFile(file, 'utf8')).to.equal(other);
    await office.run('config.undo');
    expect(await readFile(file, 'utf8')).to.equal(text);
  });

  it('read files in whatever form they come, and say which are no text', async () => {
    const signal = new AbortController().signal;
    const call = { author: 'test', signal, progress: () => undefined };
    const text = '{ "timer.everyMinutes": 5 }';
    const answer = await office.server.run('config.validate', {}, { ...call, octets: { file: Buffer.from(text) } });
    expect(answer).to.include({ valid: true });
    expect(await office.run('config.validate', { file: Buffer.from(text).toString('base64') })).to.include({ valid: true });
    expect(await office.refusal('config.validate', { file: Buffer.from([0x7b, 0xff, 0x7d]).toString('base64') })).to.match(
      /^settings\.json error: /,
    );
  });
});
