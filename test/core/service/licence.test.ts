import '#core/base/injection.js';
import type { LicenceHandler } from '@postroom/sdk';
import type { Accounts, PluginCatalogue } from '@postroom/sdk/services';
import { expect } from 'chai';
import { EventBus } from '#core/base/events.js';
import { createHooks } from '#core/hooks/hooks.js';
import { LicenceWarden } from '#core/service/licence.js';
import { manifestOf } from '../../kit/editionHandler.js';

const GRANTED = { granted: true, edition: 'Test', limits: { accounts: 1, usersPerAccount: 2 } } as const;

describe('the licence', () => {
  let hooks: ReturnType<typeof createHooks>;
  let warden: LicenceWarden;
  let users: number;
  const told: string[] = [];

  beforeEach(() => {
    hooks = createHooks();
    users = 1;
    told.length = 0;
    const accounts = {
      get all() {
        return [{ id: 'company', users: Array.from({ length: users }) }];
      },
    } as unknown as Accounts;
    const events = new EventBus();
    events.on((event) => {
      if (event.type === 'licence') told.push(event.verdict.granted ? 'granted' : event.verdict.reason);
    });
    const plugins = [
      ...['licensing-pro', 'licensing-lite'].map((name) => ({ id: `postroom.${name}`, bundled: true, manifest: manifestOf(name) })),
      { id: 'a.lite', bundled: false, manifest: { contributes: { edition: { name: 'Lite', accounts: 1, usersPerAccount: 2 } } } },
    ];
    warden = new LicenceWarden(hooks, accounts, events, { plugins } as unknown as PluginCatalogue);
  });

  const edition = (plugin: string, handler: LicenceHandler) =>
    hooks.onLicenseCheck.add({ plugin, declaration: { hook: 'onLicenseCheck', name: 'grant', stage: 'grant' } }, handler);
  const requirement = (handler: LicenceHandler) =>
    hooks.onLicenseCheck.add({ plugin: 'a.device', declaration: { hook: 'onLicenseCheck', name: 'require', stage: 'require' } }, handler);

  it('is denied before anybody was asked, and without an edition, with what mends it', () => {
    expect(warden.verdict.granted).to.equal(false);
    const verdict = warden.recheck();
    expect(verdict).to.include({ granted: false, reason: 'No edition is enabled.' });
    expect(verdict.granted ? '' : verdict.remedy)
      .to.include('postroom.licensing-lite')
      .and.to.include('plugins.enabled');
  });

  it('names the limits of the editions to choose from', () => {
    const [lite, pro] = ['licensing-lite', 'licensing-pro'].map((name) => manifestOf(name).contributes?.edition);
    expect(warden.recheck())
      .to.have.property('remedy')
      .that.includes(`(${lite?.accounts} account, ${lite?.usersPerAccount} users)`)
      .and.includes(`(${pro?.accounts} accounts, ${pro?.usersPerAccount} users each)`);
  });

  it('names those of the product alone, the smallest first, as they say it themselves', () => {
    expect(warden.recheck()).to.have.property(
      'remedy',
      'Enable postroom.licensing-lite (1 account, 5 users) or postroom.licensing-pro (20 accounts, 64 users each) in plugins.enabled.',
    );
  });

  it('is denied with two editions, both named', () => {
    edition('a.lite', () => GRANTED);
    edition('a.pro', () => GRANTED);
    expect(warden.recheck()).to.include({ granted: false, reason: '2 editions are enabled at once: a.lite and a.pro.' });
  });

  it("is the edition's to grant, after every requirement had its say", () => {
    edition('a.lite', () => GRANTED);
    let seen = false;
    requirement(({ kind }) =>
      seen || kind !== 'run' ? undefined : { granted: false, edition: 'none', reason: 'No device.', remedy: 'Look.' },
    );
    expect(warden.recheck(), 'the edition is known all the same').to.include({ granted: false, edition: 'Lite', reason: 'No device.' });
    seen = true;
    expect(warden.recheck()).to.equal(GRANTED);
    expect(warden.recheck()).to.equal(GRANTED);
    expect(told, 'told when it changes').to.deep.equal(['No device.', 'granted']);
  });

  it('is denied where the edition is silent, fails, or answers nonsense', () => {
    const silent = edition('a.lite', () => undefined);
    expect(warden.recheck()).to.include({ granted: false, reason: 'a.lite gave no answer.' });
    void silent.dispose();
    const failing = edition('a.lite', () => {
      throw new Error('no luck');
    });
    expect(warden.recheck()).to.include({ granted: false, reason: 'a.lite/grant failed: no luck' });
    void failing.dispose();
    edition('a.lite', () => ({ granted: 'yes' }) as never);
    expect(warden.recheck()).to.include({ granted: false });
  });

  it('is denied while accounts and users are beyond the limits', () => {
    const tooMany = { granted: false, edition: 'Test', reason: 'Too many users.', remedy: 'Remove one.' } as const;
    edition('a.lite', (query) => (query.kind === 'configure' && query.accounts.some((account) => account.users > 2) ? tooMany : GRANTED));
    users = 3;
    expect(warden.recheck()).to.equal(tooMany);
    users = 2;
    expect(warden.recheck()).to.equal(GRANTED);
    expect(warden.ask({ kind: 'configure', accounts: [{ id: 'x', users: 3 }] })).to.equal(tooMany);
    expect(warden.verdict, 'a question changes nothing').to.equal(GRANTED);
  });
});
