// How many accounts and users an edition takes: no more are added, and a server that has more does not serve.
import '#core/base/injection.js';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Accounts, Licence } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { letter } from '../kit/letter.js';
import { ispServers, officeSettings, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

describe('settings under an edition', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const put = (to: string, subject: string): void => void office.isp.mailbox('mail').put(letter({ to, subject }));

  const setUsers = (count: number): Promise<unknown> => {
    const users = Object.fromEntries(Array.from({ length: count }, (_, index) => [`user${index + 1}`, {}]));
    return office.run('config.set', { key: 'accounts.company.users', value: JSON.stringify(users) });
  };

  it('hold the limits of Pro: 64 users yes, 65 no; 20 accounts yes, 21 no', async () => {
    await setUsers(64);
    expect(await office.refusal('users.add', { account: 'company', user: 'onemore' })).to.match(/64 users/);
    const servers = ispServers(office.isp);
    const accounts = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `a${index}`,
        { kind: 'regular', address: `box${index}@company.example`, ...servers, users: {} },
      ]),
    );
    await office.run('config.set', { key: 'accounts', value: JSON.stringify(accounts) });
    const more = {
      account: 'a20',
      address: 'box20@company.example',
      kind: 'regular',
      set: Object.entries(servers).map(([key, value]) => `${key}=${String(value)}`),
    };
    expect(await office.refusal('accounts.add', more)).to.match(/20 accounts; this would be the 21st/);
    expect(office.service(Accounts).all).to.have.length(20);
  });

  it('hold the limits of Lite: 5 users yes, 6 no; a 2nd account no', async () => {
    const { accounts } = officeSettings(office.isp) as { accounts: { company: object } };
    await office.editFile(() =>
      JSON.stringify({
        ...officeSettings(office.isp),
        'plugins.enabled': ['postroom.licensing-lite'],
        accounts: { company: accounts.company },
      }),
    );
    await office.service(PluginHost).settled();
    await until('Lite grants', () => office.service(Licence).verdict.granted && office.service(Licence).verdict.edition === 'Lite');
    await setUsers(5);
    expect(await office.refusal('users.add', { account: 'company', user: 'onemore' }))
      .to.match(/5 users/)
      .and.to.include('licensing-pro');
    const more = { account: 'second', address: 'second@company.example', kind: 'regular', set: ['pop3.host=127.0.0.1'] };
    expect(await office.refusal('accounts.add', more))
      .to.match(/1 account; this would be the 2nd/)
      .and.to.include('licensing-pro');
  });

  it('that go beyond the edition at start stop the service, keep the mail and say what mends it', async () => {
    put(`Andrew <${REGULAR}>`, 'Kept');
    await office.round();
    await office.close();
    const text = JSON.stringify({ ...officeSettings(office.isp), 'plugins.enabled': ['postroom.licensing-lite'] });
    await writeFile(path.join(office.dataDir, 'settings.json'), text);
    await office.open();
    const { verdict } = office.service(Licence);
    expect(verdict).to.include({ granted: false });
    expect(verdict.granted ? '' : verdict.remedy).to.include('licensing-pro');
    expect(office.service(Ports).ports).to.deep.equal([]);
    await office.editFile((now) => now.replace('licensing-lite', 'licensing-pro'));
    await until('the service runs', () => office.service(Ports).ports.length === 2);
    expect(await office.subjects('andrew')).to.deep.equal(['Kept']);
  });

  it('with no edition stop the service with a sentence, and go on when mended', async () => {
    await office.editFile((text) => text.replace('"postroom.licensing-pro"', ''));
    await until('the service is stopped', () => !office.service(Licence).verdict.granted);
    expect(JSON.stringify(office.service(Licence).verdict)).to.include('No edition is enabled');
    await until('the ports are closed', () => office.service(Ports).ports.length === 0);
    await office.editFile((text) => text.replace(/"plugins\.enabled": \[[^\]]*\]/, '"plugins.enabled": ["postroom.licensing-pro"]'));
    await until('the service runs', () => office.service(Ports).ports.length === 2);
  });
});
