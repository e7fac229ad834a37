// Accounts that are collected in different ways: each way answers for its own.
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { HostHooks } from '#core/hooks/hooks.js';
import { CommandRegistry } from '#core/plugins/contributions/commandRegistry.js';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';

onEachStore('accounts that are collected in different ways', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
    await office.run('accounts.change', { account: 'company', set: ['via=imap'] });
  });
  afterEach(() => office.stop());

  it('say in the settings where nothing collects them, and keep the others going', async () => {
    const { warnings } = await office.run<{ warnings: readonly string[] }>('config.validate');
    expect(warnings.join()).to.include('No installed plugin collects mail by "imap": "company" gets none from its ISP.');
    expect(warnings.join()).to.include('"pop3.host" has no effect here: it is for accounts that are collected by "pop3"');
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>` }));
    office.isp.mailbox('post').put(letter({ to: 'lisa@works.example' }));
    const report = await office.round();
    const of = (id: string) => report.accounts.find(({ account }) => account === id);
    expect(of('company')?.failed.map(({ message }) => message)).to.deep.equal([
      'No plugin collects mail for company. "postroom plugins list" shows which are active.',
    ]);
    expect(of('works')).to.include({ fetched: 1 });
    expect(office.isp.mailbox('mail').messages).to.have.length(1);
  });

  it('are asked for by the plugin that collects that way, login test, waiting mail and secrets too', async () => {
    const asked: string[] = [];
    const tap = office
      .service(HostHooks)
      .onFetch.add({ plugin: 'acme.imap', declaration: { hook: 'onFetch', name: 'fetch', stage: 'fetch' } }, ({ account }) => {
        if (account.via !== 'imap') return undefined;
        asked.push(account.id);
        return { fetched: 0, stored: 0, duplicates: 0, failed: [] };
      });
    const registry = office.service(CommandRegistry);
    const missing = await office.run('explain', { live: 'company' }).catch((error: Error) => error.message);
    expect(missing).to.equal(
      'No active plugin shows what waits at the ISP of accounts that are collected by "imap". "postroom plugins list" says which are active.',
    );
    const declared = registry.declare('acme.imap', [
      { command: 'imap.test', title: 'x', role: 'login-test', via: 'imap', arguments: { properties: { account: {} } } },
      { command: 'imap.look', title: 'x', role: 'waiting-mail', via: 'imap', arguments: { properties: { account: {}, limit: {} } } },
    ]);
    registry.register('acme.imap', 'imap.test', () => ({ ok: false, transcript: [], problem: 'No such box.' }));
    registry.register('acme.imap', 'imap.look', () => []);
    await office.round();
    expect(asked).to.deep.equal(['company']);
    const findings = await office.run<readonly { check: string; text: string }[]>('doctor', { logins: true });
    const logins = findings.filter(({ check }) => / login of /.test(check)).map(({ check, text }) => `${check}: ${text}`);
    expect(logins).to.deep.equal([
      'imap login of company: No such box.',
      'smtp login of company: The ISP lets us in.',
      'pop3 login of works: The ISP lets us in.',
      'smtp login of works: The ISP lets us in.',
    ]);
    expect(await office.run('accounts.set-password', { account: 'company', password: 'x' })).to.deep.equal({
      account: 'company',
      set: ['smtp.password'],
    });
    const refusal = await office
      .run('accounts.set-password', { account: 'company', key: 'pop3.password', password: 'x' })
      .catch((error: Error) => error.message);
    expect(refusal).to.equal('pop3.password is no secret of an account. There are: smtp.password.');
    await declared.dispose();
    await tap.dispose();
  });
});
