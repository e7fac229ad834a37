// A round of as many accounts as the large edition has room for.
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { ispServers } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const BRANCHES = Array.from({ length: 12 }, (_, index) => `branch${index + 1}`);

describe('a round of many accounts', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  beforeEach(async () => {
    warnings.length = 0;
    process.on('warning', note);
    office = await Postroom.start({ clock: new VirtualClock(), users: BRANCHES.map((id) => `${id}/pat-${id}`) });
  });
  afterEach(async () => {
    process.off('warning', note);
    await office.stop();
  });

  it('sends and fetches for all of them without a warning on the console', async function () {
    this.timeout(120_000);
    const account = (id: string): object => ({
      kind: 'domain',
      address: `post@${id}.example`,
      ...ispServers(office.isp),
      'pop3.user': id,
      'smtp.user': id,
      users: { [`pat-${id}`]: {} },
    });
    for (const id of BRANCHES) office.isp.mailbox(id).put(letter({ to: `pat-${id}@${id}.example` }));
    await office.editFile((text) => {
      const settings = JSON.parse(text) as { readonly accounts: object };
      const branches = Object.fromEntries(BRANCHES.map((id) => [id, account(id)]));
      return JSON.stringify({ ...settings, accounts: { ...settings.accounts, ...branches } });
    });
    for (const id of BRANCHES) {
      await office.setIspPassword(id);
      await office.submit(
        `pat-${id}`,
        ['ruth@customer.example'],
        `From: pat-${id}@${id}.example\nSubject: out\n\nHello.`,
        `pat-${id}@${id}.example`,
      );
    }
    const report = await office.round();
    expect(report.sent).to.equal(BRANCHES.length);
    expect(report.accounts.filter(({ stored }) => stored === 1)).to.have.length(BRANCHES.length);
    expect(warnings).to.deep.equal([]);
  });
});
