// Mail from the ISP into mailboxes: both kinds of account, by real POP3 on both sides.
import { Accounts } from '@postroom/sdk/services';
import { leakCheck, sampleMail } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const USERS = ['andrew', 'greg', 'carolyn', 'lisa', 'john', 'admin1'];
const SAMPLES = sampleMail({ regular: REGULAR, domain: DOMAIN, date: new Date('2026-11-20T08:00:00Z') });

interface Explanation {
  readonly mailboxes: readonly string[];
  readonly rung: string;
  readonly disposition: string;
  readonly trail: readonly { readonly tap: string; readonly change: string }[];
}

interface Trace extends Explanation {
  readonly copies: readonly { readonly mailbox: string }[];
}

onEachStore('collecting mail', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
  });
  afterEach(() => office.stop());

  function putSamples(): void {
    for (const { account, text } of SAMPLES) office.isp.mailbox(account === 'regular' ? 'mail' : 'post').put(text);
  }

  it('brings every sample message to the mailboxes that the rules say, whole, and takes it off the ISP', async () => {
    putSamples();
    const report = await office.round();
    expect(
      report.accounts.map(({ account, fetched, stored, duplicates, failed }) => ({ account, fetched, stored, duplicates, failed })),
    ).to.deep.equal([
      { account: 'company', fetched: 7, stored: 7, duplicates: 0, failed: [] },
      { account: 'works', fetched: 5, stored: 5, duplicates: 0, failed: [] },
    ]);
    expect(office.isp.mailboxes.flatMap(({ messages }) => messages)).to.have.length(0);
    const holders = new Map(SAMPLES.map(({ name }) => [name, [] as string[]]));
    for (const user of USERS) {
      for (const { text, size } of await office.pickUp(user)) {
        const sample = SAMPLES.find(({ name }) => text.includes(`<${name}@sample.example>`));
        holders.get(sample?.name ?? '')?.push(user);
        expect(size, 'announced size').to.equal(text.length);
        const own = Buffer.from(sample?.text ?? '').toString('latin1');
        const added = text.slice(0, text.length - withoutDelivery(own).length);
        expect(text.endsWith(withoutDelivery(own)), `octets of ${sample?.name ?? text}`).to.equal(true);
        expect(added, text).to.match(/^Received: from [^\n]+\r\n(?:[ \t][^\n]*\r\n)*/);
        expect(added, 'why it came here is for trace, and leaves with no receipt').to.not.match(
          /X-Postroom|\bL[1-7];\s+(?![A-Z][a-z]{2}, \d)|@company|postroom\./,
        );
      }
    }
    // Carolyn's copies go to Greg as well.
    const expected = SAMPLES.map(({ name, expected: users }) => ({
      name,
      users: new Set(users.includes('carolyn') ? [...users, 'greg'] : users),
    }));
    for (const { name, users } of expected) expect(holders.get(name), name).to.have.members([...users]);
  });

  it('explains beforehand exactly what then happens', async () => {
    const explained: Explanation[] = [];
    for (const { account, text } of SAMPLES) {
      const file = Buffer.from(text).toString('base64');
      explained.push(await office.run<Explanation>('explain', { file, account: account === 'regular' ? 'company' : 'works' }));
    }
    expect(await office.run<readonly object[]>('trace', { query: 'andrew' }), 'explaining stores nothing').to.have.length(0);
    putSamples();
    await office.round();
    for (const [index, sample] of SAMPLES.entries()) {
      const [trace] = await office.run<readonly Trace[]>('trace', { query: `${sample.name}@sample.example` });
      const said = explained[index];
      const names = (trace?.copies ?? []).map(({ mailbox }) => mailbox.replace(/@.*/, '')).sort();
      expect(names, sample.name).to.deep.equal([...(said?.mailboxes ?? [])].sort());
      expect([trace?.rung, trace?.disposition], sample.name).to.deep.equal([said?.rung, said?.disposition]);
      const steps = (trail: Explanation['trail'] | undefined): readonly string[] =>
        (trail ?? []).map(({ tap, change }) => `${tap} ${change}`);
      expect(steps(trace?.trail), sample.name).to.deep.equal(steps(said?.trail));
    }
  });

  it('finds nothing new in a second round', async () => {
    putSamples();
    await office.round();
    office.isp.log.clear();
    const second = await office.round();
    expect(second.accounts.map(({ fetched, stored }) => ({ fetched, stored }))).to.deep.equal([
      { fetched: 0, stored: 0 },
      { fetched: 0, stored: 0 },
    ]);
    expect(office.isp.log.commands('pop3').filter((line) => /^(RETR|DELE)/.test(line))).to.deep.equal([]);
  });

  it('keeps one body of a message to PUBLIC1, with one copy for each user and none for ADMIN1', async () => {
    office.isp.mailbox('mail').put(letter({ to: `Public <${REGULAR}>, Carolyn <${REGULAR}>`, subject: 'To all' }));
    await office.round();
    for (const user of ['andrew', 'greg', 'carolyn']) expect(await office.subjects(user), user).to.deep.equal(['To all']);
    expect(await office.subjects('admin1')).to.deep.equal([]);
    expect(await office.subjects('lisa'), 'another account').to.deep.equal([]);
    expect(await office.run<readonly object[]>('trace', { query: 'To all' })).to.have.length(1);
  });

  it('shows a copy to nobody that names another Bcc recipient', async () => {
    const text = letter({ to: 'news@out.example', subject: 'Quiet', envelope: [`Envelope-To: lisa@${DOMAIN}, john@${DOMAIN}`] });
    office.isp.mailbox('post').put(text);
    await office.round();
    const [lisa] = await office.pickUp('lisa');
    const [john] = await office.pickUp('john');
    expect(lisa?.text).to.not.match(/john/i);
    expect(john?.text).to.not.match(/lisa/i);
  });

  it('tells how far it is, and joins a second request to the running round (96)', async () => {
    putSamples();
    const [first, second, third] = await Promise.all([office.round(), office.round(), office.round('timer', ['works', 'company'])]);
    expect(second).to.equal(first);
    expect(third).to.equal(first);
    const progress = office.events.flatMap((event) => (event.type === 'fetch' && event.state === 'progress' ? [event] : []));
    expect(progress.filter(({ account }) => account === 'company').at(-1)).to.include({ done: 7, total: 7 });
    expect(office.events.filter((event) => event.type === 'round').map((event) => event.type === 'round' && event.state)).to.deep.equal([
      'started',
      'ended',
    ]);
  });

  it('runs a round of its own for an account that the running round leaves out, one for all who ask', async () => {
    putSamples();
    const reports = await Promise.all([
      office.round('user', ['company']),
      office.round('user', ['works']),
      office.round('user', ['works']),
    ]);
    expect(reports.map(({ accounts }) => accounts.map(({ account, stored }) => [account, stored]))).to.deep.equal([
      [['company', 7]],
      [['works', 5]],
      [['works', 5]],
    ]);
    expect(reports[2]).to.equal(reports[1]);
  });

  it('goes on with the other accounts where one has no password, and says what to do', async () => {
    putSamples();
    const bare = await Postroom.start({ ispPasswords: false });
    try {
      bare.isp.mailbox('post').put(letter({ to: `lisa@${DOMAIN}`, subject: 'Here' }));
      await bare.setIspPassword('works');
      const { accounts } = await bare.round();
      expect(accounts.map(({ account, stored }) => [account, stored])).to.deep.equal([
        ['company', 0],
        ['works', 1],
      ]);
      expect(accounts[0]?.failed[0]?.code).to.equal('isp/no-password');
      expect(accounts[0]?.failed[0]?.message).to.include('No password is set for account company');
    } finally {
      await bare.stop();
    }
  });

  it('uses names and accounts of the settings in force', () => {
    expect(office.service(Accounts).all.map(({ id, domains }) => [id, domains])).to.deep.equal([
      ['company', []],
      ['works', [DOMAIN]],
    ]);
  });
});

/** The sample without the envelope fields that its copies conceal. */
function withoutDelivery(text: string): string {
  return text.replace(/^(?:Delivered-To|X-Original-To): [^\r\n]*\r\n/gm, '');
}
