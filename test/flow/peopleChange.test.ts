// Users and accounts that are removed or renamed while mail flows.
import '#core/base/injection.js';
import { Readable } from 'node:stream';
import { Accounts, Leases, SecretStore, SettingsService } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FetchedMail } from '#core/flow/intake/fetchedMail.js';
import { SortStep } from '#core/flow/sort.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { memoryMail } from '../plugins/sorting/memoryMail.js';

describe('settings of users who leave or are renamed', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const put = (to: string, subject: string): void => void office.isp.mailbox('mail').put(letter({ to, subject }));

  it('deliver to ADMIN1 what was meant for a user who is gone, with the reason (101)', async () => {
    await office.run('users.remove', { account: 'company', user: 'andrew' });
    put(`Andrew <${REGULAR}>`, 'Too late');
    await office.round();
    expect(await office.subjects('admin1')).to.deep.equal(['Too late']);
    const [trace] = await office.run<readonly { trail: readonly { reason: string }[] }[]>('trace', { query: 'Too late' });
    expect(trace?.trail.map(({ reason }) => reason).join()).to.include('nobody of company can be told by the name "Andrew"');
  });

  it('deliver to ADMIN1 what is being sorted for a user while she is removed, and blame no plugin (101)', async () => {
    const before = office.service(Accounts).find('company');
    if (before === undefined) throw new Error('The office has no account company.');
    await office.run('users.remove', { account: 'company', user: 'andrew' });
    for (let message = 0; message < 4; message += 1) {
      const mail = memoryMail(Buffer.from(letter({ to: `Andrew <${REGULAR}>` })), {}, 'company');
      const { plan, trail } = await office.service(SortStep).sort(before, mail, []);
      expect([plan.disposition, plan.mailboxes.map(({ user }) => user)]).to.deep.equal(['deliver', ['admin1']]);
      expect(trail[0]?.reason).to.equal('There is no mailbox andrew@company. User removed meanwhile: sorted again.');
    }
    expect((await office.run<{ problems?: unknown[] }>('status')).problems ?? []).to.deep.equal([]);
    const octets = Buffer.from(letter({ to: `Andrew <${REGULAR}>`, subject: 'In the round' }));
    const lease = await office.service(Leases).take('round/company');
    if (lease === undefined) throw new Error('The account is being collected.');
    const intake = office.service(FetchedMail).forAccount(before, lease.fence);
    await intake.accept(Readable.from([octets]), { uidl: 'x', listedSize: octets.length, server: 'pop.isp.example' });
    await lease.release();
    expect(await office.subjects('admin1')).to.deep.equal(['In the round']);
  });

  it('take a user who is gone out of the copies of colleagues (102)', async () => {
    await office.run('users.remove', { account: 'company', user: 'greg' });
    const settings = office.service(SettingsService);
    expect(
      office
        .service(Accounts)
        .find('company')
        ?.users.map(({ name }) => [name, settings.forUser('company', name, 'cc.to')]),
    ).to.deep.equal([
      ['andrew', []],
      ['carolyn', []],
    ]);
    put(`Carolyn <${REGULAR}>`, 'Only hers');
    await office.round();
    expect(await office.subjects('carolyn')).to.deep.equal(['Only hers']);
    expect(await office.subjects('admin1')).to.deep.equal([]);
  });

  it('write the new name of a user wherever a plugin’s setting has the old one, and take it out with the user (102)', async () => {
    const readers = (): unknown => office.run('config.get', { key: 'accounts.company.mailing-lists.map' });
    const list = { 'talk@lists.example': ['andrew', 'greg'] };
    await office.run('accounts.change', { account: 'company', set: [`mailing-lists.map=${JSON.stringify(list)}`] });
    await office.run('users.rename', { account: 'company', user: 'greg', name: 'gregory' });
    expect(await readers()).to.deep.equal({ 'talk@lists.example': ['andrew', 'gregory'] });
    expect(await office.run('config.get', { key: 'accounts.company.users.carolyn.cc.to' })).to.deep.equal(['gregory']);
    const { warnings } = await office.run<{ warnings: readonly string[] }>('users.remove', { account: 'company', user: 'gregory' });
    expect(warnings).to.deep.equal([
      'gregory is taken out of "mailing-lists.map" of company.',
      "gregory gets no copies of carolyn's mail any more.",
    ]);
    expect(await readers()).to.deep.equal({ 'talk@lists.example': ['andrew'] });
  });

  it('keep mail, UIDLs, password and the old name of a renamed user (104)', async () => {
    put(`Andrew <${REGULAR}>`, 'Before');
    await office.round();
    const [before] = await office.pickUp('andrew');
    await office.run('users.rename', { account: 'company', user: 'andrew', name: 'andreas' });
    put(`Andrew <${REGULAR}>`, 'By the old name');
    put(`Andreas <${REGULAR}>`, 'By the new name');
    await office.round();
    const after = await office.pickUp('andreas');
    expect(after.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1])).to.deep.equal(['Before', 'By the old name', 'By the new name']);
    expect(after[0]?.uidl).to.equal(before?.uidl);
  });

  it('forget the password of a user who is removed: the next of that name needs a new one, and finds the stored mail', async () => {
    const state = async (): Promise<string | undefined> =>
      (await office.run<readonly { user: string; password: string }[]>('users.list')).find(({ user }) => user === 'andrew')?.password;
    expect(await state()).to.equal('set');
    await office.run('users.remove', { account: 'company', user: 'andrew' });
    await office.run('users.add', { account: 'company', user: 'andrew' });
    expect(await state()).to.match(/^none/);
    await office.run('users.set-password', { account: 'company', user: 'andrew', password: 'new' });
    await office.editFile((text) => text.replace(/"andrew": \{[^}]*\},?/, ''));
    await office.run('users.add', { account: 'company', user: 'Andrew' });
    expect(office.service(SecretStore).hasPassword({ account: 'company', user: 'andrew' }), 'gone by an editor').to.equal(false);
  });

  it('forget the passwords of an account that is removed', async () => {
    await office.run('accounts.remove', { account: 'company' });
    const secrets = office.service(SecretStore);
    expect([secrets.hasSecret('company/pop3.password'), secrets.hasPassword({ account: 'company', user: 'greg' })]).to.deep.equal([
      false,
      false,
    ]);
  });
});
