import { expect } from 'chai';
import { accountViews } from '#core/directory/accountViews.js';
import { type LearnedAccount, learnedNamesOf, learnName, revokeName } from '#plugins/isp-regular/dist/learnedNames.js';
import { memoryMail } from '../sorting/memoryMail.js';
import { closeSortingServers, SortingServer } from '../sorting/sortingServer.js';

const NOTHING: LearnedAccount = { users: {}, revoked: [] };
const ACCOUNT = { kind: 'regular', address: 'mail@company.com', users: { andrew: { names: ['Andy'] }, greg: {} } };
const [account] = accountViews({ accounts: { company: ACCOUNT } }, []);
const [andrew, greg] = account?.users ?? [];
if (account === undefined || andrew === undefined || greg === undefined) throw new Error('The account has two users.');

describe('names learned from outgoing mail', () => {
  afterEach(closeSortingServers);

  it('are those that the settings do not give to anybody', () => {
    expect(learnName(NOTHING, account, andrew, 'Big Boss').users).to.deep.equal({ andrew: ['Big Boss'] });
    for (const name of ['', 'andrew', 'GREG', 'andy', 'Public1', 'admin', 'x@y.example'])
      expect(learnName(NOTHING, account, andrew, name), name).to.equal(NOTHING);
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
    const mail = memoryMail(Buffer.from('From: "Big Boss" <mail@company.com>\r\nTo: x@out.example\r\n\r\nHi\r\n'), run, 'company');
    await server.sort('company', mail, ['x@out.example']);
    expect(await server.command('isp-regular.learned', {})).to.deep.equal([{ account: 'company', user: 'andrew', names: ['Big Boss'] }]);
    expect(await server.command('isp-regular.learned', { revoke: 'Big Boss' })).to.deep.equal([
      { account: 'company', user: 'andrew', names: [] },
    ]);
    let problem = '';
    await server.command('isp-regular.learned', { revoke: 'Nonsense' }).catch((error: unknown) => (problem = String(error)));
    expect(problem).to.include('No learned name is "Nonsense"');
  });
});
