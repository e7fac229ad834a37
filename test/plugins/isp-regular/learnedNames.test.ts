import { expect } from 'chai';
import { accountViews } from '#core/directory/accountViews.js';
import { type LearnedAccount, learnedNamesOf, learnName, revokeName, usableNames } from '#plugins/isp-regular/dist/learnedNames.js';
import { memoryMail } from '../sorting/memoryMail.js';
import { closeSortingServers, SortingServer } from '../sorting/sortingServer.js';

const NOTHING: LearnedAccount = { users: {}, revoked: [] };
const ACCOUNT = { kind: 'regular', address: 'mail@company.com', users: { andrew: { names: ['Andy'] }, greg: {} } };
const NO_PLUGINS = { kinds: [], collectors: [] };
const [account] = accountViews({ accounts: { company: ACCOUNT } }, NO_PLUGINS);
const [andrew, greg] = account?.users ?? [];
if (account === undefined || andrew === undefined || greg === undefined) throw new Error('The account has two users.');

describe('names learned from outgoing mail', () => {
  afterEach(closeSortingServers);

  it('are those that the settings do not give to anybody', () => {
    expect(learnName(NOTHING, account, andrew, 'Big Boss').users).to.deep.equal({ andrew: ['Big Boss'] });
    for (const name of ['', 'andrew', 'GREG', 'andy', 'Public1', 'admin', 'x@y.example'])
      expect(learnName(NOTHING, account, andrew, name), name).to.equal(NOTHING);
  });

  it('are none that may mean a colleague, by whatever rule and however it is written (claimed 3)', () => {
    const [office] = accountViews(
      { accounts: { company: { ...ACCOUNT, users: { andré: { names: ['Big Boss'], aliases: ['andy'] }, greg: {}, олег: {} } } } },
      NO_PLUGINS,
    );
    const colleague = office?.users[1];
    if (office === undefined || colleague === undefined) throw new Error('The office has three users.');
    for (const name of [
      'André Smith',
      'Andre Smith',
      'ANDRE',
      'Smith, André',
      'Mr. André (office)',
      'Аndré',
      'andy',
      'The Big Boss',
      'big  boss',
      'Greg and André',
      'олег',
      'Олег С.',
    ])
      expect(learnName(NOTHING, office, colleague, name), name).to.equal(NOTHING);
    for (const name of ['Greg Jones', 'Jones', 'Boss', 'Andrea', 'Accounts'])
      expect(learnName(NOTHING, office, colleague, name).users, name).to.deep.equal({ greg: [name] });
  });

  it('count no more once they may mean a colleague, who may have come later', () => {
    const learned = learnName(NOTHING, account, greg, 'Carolyn Jones');
    expect(usableNames(learned, account).get(greg)).to.deep.equal(['Carolyn Jones']);
    const [later] = accountViews({ accounts: { company: { ...ACCOUNT, users: { greg: {}, carolyn: {} } } } }, NO_PLUGINS);
    if (later === undefined) throw new Error('The account is there.');
    expect([...usableNames(learned, later).values()].flat()).to.deep.equal([]);
  });

  it('stay those of a user who was renamed', () => {
    const learned = learnName(NOTHING, account, andrew, 'Big Boss');
    expect(learnedNamesOf(learned, { ...andrew, name: 'andreas', aliases: ['andrew'] })).to.deep.equal(['Big Boss']);
    expect(learnedNamesOf(learned, greg)).to.deep.equal([]);
  });

  it('are not learned again once taken back', () => {
    const revoked = revokeName(learnName(NOTHING, account, andrew, 'Big Boss'), 'big boss');
    expect(revoked.users).to.deep.equal({ andrew: [] });
    expect(learnName(revoked, account, andrew, 'Big Boss')).to.equal(revoked);
  });

  it('are listed and taken back by the command', async () => {
    const server = await SortingServer.start({ accounts: { company: ACCOUNT } });
    const run = { origin: 'submitted', author: 'andrew', from: 'mail@company.com', recipients: ['x@out.example'] } as const;
    const octets = Buffer.from('From: "Big Boss" <mail@company.com>\r\nTo: x@out.example\r\n\r\nHi\r\n');
    const mail = memoryMail(octets, run, 'company');
    const sorted = await server.sort('company', mail, ['x@out.example']);
    expect(await server.command('isp-regular.learned', {}), 'before it has left').to.deep.equal([]);
    await server.relayed('company', mail, sorted, octets);
    expect(await server.command('isp-regular.learned', {})).to.deep.equal([{ account: 'company', user: 'andrew', names: ['Big Boss'] }]);
    expect(await server.command('isp-regular.learned', { revoke: 'Big Boss' })).to.deep.equal([
      { account: 'company', user: 'andrew', names: [] },
    ]);
    let problem = '';
    await server.command('isp-regular.learned', { revoke: 'Nonsense' }).catch((error: unknown) => (problem = String(error)));
    expect(problem).to.include('No learned name is "Nonsense"');
  });
});
