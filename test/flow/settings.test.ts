// Settings that change while mail flows: from an editor and by commands, in force at once or refused with a sentence.
import '#core/base/injection.js';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { Accounts, Log, SettingsService } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

describe('settings that change', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const file = (): Promise<string> => readFile(path.join(office.dataDir, 'settings.json'), 'utf8');
  const put = (to: string, subject: string): void => void office.isp.mailbox('mail').put(letter({ to, subject }));

  it('come into force when the file is saved: a new user gets mail in the next round', async () => {
    await office.editFile((text) => text.replace('"andrew": {}', '"andrew": {},\n        // since Monday\n        "peter": {}'));
    put(`Peter <${REGULAR}>`, 'Welcome');
    await office.round();
    const boxes = await office.run<readonly { user: string; messages: number }[]>('mailboxes.list');
    expect(boxes.find(({ user }) => user === 'peter')).to.include({ messages: 1 });
    await office.run('users.change', { account: 'company', user: 'peter', set: ['cc.to=["greg"]'] });
    expect(await file()).to.include('// since Monday');
    put(`Peter <${REGULAR}>`, 'Copy');
    await office.round();
    expect(await office.subjects('greg')).to.deep.equal(['Copy']);
  });

  it('that need each other are set together, or not at all', async () => {
    const alone = { key: 'tls.certificateFile', value: 'cert.pem' };
    expect(await office.refusal('config.set', alone)).to.include('set "tls.keyFile" too');
    expect(await office.refusal('config.set', { ...alone, more: ['tls.keyFile', 'key.pem', 'timer.everyMinutes', 'often'] })).to.include(
      'timer',
    );
    expect(await file()).to.not.include('cert.pem');
    await office.run('config.set', { ...alone, more: ['tls.keyFile', 'key.pem'] });
    expect(await file())
      .to.include('"tls.certificateFile": "cert.pem"')
      .and.to.include('"tls.keyFile": "key.pem"');
  });

  it('stay as they were where the file is wrong, and the error is shown until it is mended', async () => {
    const good = await file();
    await office.editFile((text) =>
      text.replace('"timer.everyMinutes": 0', '"timer.everyMinute": "often"').replace('"andrew": {}', '"andrew": {'),
    );
    expect(office.service(Accounts).find('company')?.users).to.have.length(3);
    const { problems } = await office.run<{ problems: readonly string[] }>('status');
    expect(problems.join('\n')).to.match(/settings\.json/);
    put(`Andrew <${REGULAR}>`, 'Still');
    await office.round();
    expect(await office.subjects('andrew')).to.deep.equal(['Still']);
    await office.editFile(() => good);
    expect((await office.run<{ problems: readonly string[] }>('status')).problems).to.deep.equal([]);
  });

  it('open other ports at once', async () => {
    const before = office.port('pop3');
    await office.run('config.set', { key: 'pop3.listen', value: JSON.stringify([{ host: '127.0.0.1', port: 0, security: 'starttls' }]) });
    await until('the new port is open', () =>
      office.service(Ports).ports.some(({ protocol, security }) => protocol === 'pop3' && security === 'starttls'),
    );
    expect(office.port('pop3')).to.not.equal(before);
    expect(office.service(Ports).ports).to.have.length(2);
  });

  it('greet SMTP clients by another name at once, at the same port', async () => {
    const port = office.port('smtp');
    await office.run('config.set', { key: 'server.name', value: 'post.renamed.example' });
    const client = connect(port, '127.0.0.1');
    const [greeting] = (await once(client, 'data')) as [Buffer];
    expect(greeting.toString()).to.match(/^220 post\.renamed\.example /);
    client.destroy();
    expect(office.port('smtp')).to.equal(port);
  });

  it('encrypt the ISP passwords anew by command, and mail goes on flowing', async () => {
    const before = await readFile(path.join(office.dataDir, 'secret.key'));
    expect(await office.run('secrets.rotate')).to.deep.equal({ encryptedAnew: 4 });
    expect((await readFile(path.join(office.dataDir, 'secret.key'))).equals(before)).to.equal(false);
    put(`Andrew <${REGULAR}>`, 'After');
    await office.round();
    expect(await office.subjects('andrew')).to.deep.equal(['After']);
  });

  it('quieten the log at once', async () => {
    await office.run('config.set', { key: 'log.level', value: 'error' });
    office.log = '';
    office.service(Log).info('not wanted');
    expect(office.log).to.equal('');
    await office.run('config.set', { key: 'log.level', value: 'debug' });
    office.service(Log).forSource('postroom.timer').debug('wanted');
    expect(office.log).to.include('wanted').and.not.include('not wanted');
  });

  it('are remembered: what was changed by mistake is undone', async () => {
    await office.run('users.remove', { account: 'works', user: 'john' });
    const history =
      await office.run<readonly { readonly number?: number; readonly id?: number; readonly author: string }[]>('config.history');
    expect(history[0]).to.include({ author: 'test' });
    const previous = history[1];
    await office.run('config.undo', { revision: previous?.number ?? previous?.id });
    expect(
      office
        .service(Accounts)
        .find('works')
        ?.users.map(({ name }) => name),
    ).to.deep.equal(['lisa', 'john']);
    expect(office.service(SettingsService).problems).to.deep.equal([]);
    expect(await office.run('config.diff'), 'since the one before').to.match(/^\+ +"john": \{/m);
    const undone = await office.run<{ readonly revision: number }>('config.undo');
    expect(undone.revision, 'says which it is').to.be.a('number');
    expect(office.service(Accounts).find('works')?.users, 'and back').to.have.length(1);
    expect(await office.refusal('config.undo', { revision: 99 })).to.include(
      'There is no revision 99; "postroom config history" lists them.',
    );
  });

  it('go back to the last good version where the file is broken', async () => {
    const good = await file();
    await office.editFile(() => '{ broken');
    expect((await office.run<{ problems: readonly string[] }>('status')).problems.join()).to.include('settings.json');
    const [newest] = await office.run<readonly { readonly id: number }[]>('config.history');
    expect((await office.run<{ readonly revision: number }>('config.undo')).revision).to.equal(newest?.id);
    expect(await file()).to.equal(good);
  });

  it('are read by their path, and a path that leads nowhere says where it ends', async () => {
    const get = (key: string): Promise<unknown> => office.run('config.get', { key });
    expect(await get('accounts.company.isp-regular.tokenMatch'), 'a default').to.equal(true);
    expect(await get('accounts.company.users.carolyn.cc.to')).to.deep.equal(['greg']);
    expect(await office.refusal('config.get', { key: 'accounts.compny.pop3.host' })).to.equal(
      'There is no account "compny". Did you mean "company"?',
    );
    expect(await office.refusal('config.get', { key: 'accounts.compny' })).to.include('no account "compny"');
    expect(await office.refusal('config.get', { key: 'accounts.company.users.grek' })).to.include(
      'has no user "grek". Did you mean "greg"?',
    );
    expect(await office.refusal('config.get', { key: 'accounts.company.pop3.hst' })).to.include('Did you mean "pop3.host"?');
  });

  it('let what is unknown be taken out where it stands, and only there', async () => {
    expect(await office.refusal('config.unset', { key: 'timer.everyMinute' })).to.include('Did you mean "timer.everyMinutes"?');
    await office.editFile((text) => text.replace('{', '{ "timer.everyMinute": 3,'));
    await office.run('config.unset', { key: 'timer.everyMinute' });
    expect(await office.refusal('config.unset', { key: 'timer.everyMinute' })).to.include('No installed plugin knows');
  });

  it('are not checked in another encoding than theirs', async () => {
    const file = Buffer.from('{}', 'utf16le').toString('base64');
    expect(await office.refusal('config.validate', { file })).to.include('The file is not UTF-8 text.');
    const odd = Buffer.from([0x7b, 0xff, 0x7d]).toString('base64');
    expect(await office.refusal('config.validate', { file: odd })).to.include('The file is not UTF-8 text.');
  });
});
