// "Who would get this, and why?": before a message is collected, and after.
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { Postroom } from '../../../kit/postroom.js';

interface Explained {
  readonly uidl?: string;
  readonly state?: string;
  readonly mailboxes: readonly string[];
  readonly rung: string;
  readonly evidence: string;
  readonly trail: readonly { readonly tap: string; readonly change: string; readonly reason: string }[];
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('explaining', () => {
  let postroom: Postroom;

  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  it('names the rung, the line that decided, the change and reason of each tap, and what was refused', async () => {
    const text = letter({
      to: 'Lisa <lisa@works.example>',
      envelope: ['X-Original-To: sales@works.example', 'Delivered-To: post@works.example'],
    });
    const explained = await postroom.run<Explained>('explain', { file: base64(text), account: 'works' });
    expect(explained).to.deep.include({ mailboxes: ['lisa'], rung: 'L1' });
    expect(explained.evidence).to.equal('X-Original-To: sales@works.example (written by mx.isp.example)');
    const [identify, route] = explained.trail;
    expect(identify).to.containSubset({ tap: 'postroom.addressees/identify', change: 'addressed sales@works.example' });
    expect(identify?.reason).to.include('To: Lisa <lisa@works.example> stands in the header as well, but L1 is better evidence');
    expect(route).to.containSubset({ tap: 'postroom.isp-domainpop/route', change: '+lisa@works' });
  });

  it('takes no notice of how many addresses a sender invents (73): read in no time, and a trail that a person can read', async () => {
    const invented = (field: string): string =>
      `${field}: ${Array.from({ length: 2000 }, (_none, n) => `${field[0]}${n}@works.example`).join(', ')}`;
    const text = letter({ to: 'lisa@works.example', header: ['Cc', 'Apparently-To', 'Bcc'].map(invented) });
    const start = process.cpuUsage();
    const explained = await postroom.run<Explained>('explain', { file: base64(text), account: 'works' });
    // A quarter of a minute where every address was compared with all others several times.
    expect(process.cpuUsage(start).user / 1000).to.be.lessThan(5000);
    expect(explained.mailboxes).to.have.members(['lisa', 'admin1']);
    expect(JSON.stringify(explained.trail).length).to.be.lessThan(20_000);
    expect(explained.trail[0]?.change).to.match(/^addressed lisa@works\.example, .* more addresses, tag header-cut$/);
  });

  it('looks thousands of strange names up in no time where many users have many names (73)', async () => {
    const users = Object.fromEntries(Array.from({ length: 64 }, (_none, n) => [`person${n}`, { names: [`Number ${n}`, `Somebody ${n}`] }]));
    await postroom.editFile((text) => {
      const settings = JSON.parse(text) as { accounts: { company: object } };
      const account = (n: number): object => ({ ...settings.accounts.company, address: `mail@branch${n}.example`, users });
      const branches = Object.fromEntries(Array.from({ length: 15 }, (_none, n) => [`branch${n}`, account(n)]));
      return JSON.stringify({ ...settings, accounts: { ...settings.accounts, ...branches } });
    });
    const strangers = Array.from({ length: 2000 }, (_none, n) => `Stranger ${n}x <mail@branch0.example>`).join(', ');
    const start = process.cpuUsage();
    const explained = await postroom.run<Explained>('explain', { file: base64(letter({ to: strangers })), account: 'branch0' });
    expect(process.cpuUsage(start).user / 1000).to.be.lessThan(2500);
    expect(explained.mailboxes).to.deep.equal(['admin1']);
  });

  it('quotes the beginning of a line that is too long, not all of it for every address', async () => {
    const recipients = Array.from({ length: 2000 }, (_none, n) => `u${n}@works.example`).join(', ');
    const text = letter({ envelope: [`Envelope-To: ${recipients}`] });
    const explained = await postroom.run<Explained>('explain', { file: base64(text), account: 'works' });
    expect(explained).to.deep.include({ mailboxes: ['admin1'], rung: 'L7' });
    expect(JSON.stringify(explained).length).to.be.lessThan(2_000_000);
    const list = letter({ to: 'x@far.example', header: [`List-Id: <${'a'.repeat(100_000)}>`] });
    const ofList = await postroom.run<Explained>('explain', { file: base64(list), account: 'works' });
    expect(JSON.stringify(ofList).length).to.be.lessThan(5000);
  });

  it('teaches nothing: an explained message does not say which host is believed', async () => {
    const forged = letter({ to: 'lisa@works.example' }).replace('by mx.isp.example', 'by evil.example');
    await postroom.run('explain', { file: base64(forged), account: 'works' });
    expect(await postroom.run('addressees.trust', {})).to.deep.equal([]);
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example' }));
    await postroom.round();
    expect(await postroom.run('addressees.trust', {})).to.containSubset([{ account: 'works', hosts: ['mx.isp.example'] }]);
  });

  it('explains the mail that waits at the ISP by its headers, and leaves it there', async () => {
    const mailbox = postroom.isp.mailbox('mail');
    mailbox.put(letter({ to: 'andrew <mail@company.example>' }), { uidl: 'one' });
    mailbox.put(letter({ to: 'Nobody <mail@company.example>' }), { uidl: 'two' });
    const explained = await postroom.run<readonly Explained[]>('explain', { live: 'company' });
    expect(explained.map(({ uidl, state, mailboxes, rung }) => [uidl, state, mailboxes.join(), rung])).to.deep.equal([
      ['two', 'waiting', 'admin1', 'L7'],
      ['one', 'waiting', 'andrew', 'L4'],
    ]);
    expect(mailbox.messages).to.have.length(2);
    expect(await postroom.subjects('andrew')).to.deep.equal([]);
    await postroom.round();
    expect(await postroom.subjects('andrew')).to.have.length(1);
  });

  it('asks for a file with its account or for a live account', async () => {
    for (const args of [{}, { file: base64('x') }, { account: 'works' }, { file: base64('x'), account: 'works', live: 'works' }]) {
      let problem = '';
      await postroom.run('explain', args).catch((error: unknown) => (problem = String(error)));
      expect(problem, JSON.stringify(args)).to.include('either a file with --account, or --live');
    }
  });

  it('traces a message from its unique id at the ISP to the client that picked it up', async () => {
    postroom.isp.mailbox('mail').put(letter({ to: 'andrew <mail@company.example>', subject: 'Contract' }), { uidl: 'isp-7' });
    await postroom.round();
    const pickedUp = postroom.next((event) => event.type === 'picked-up');
    await postroom.pickUp('andrew');
    await pickedUp;
    const [trace] = await postroom.run<readonly Record<string, unknown>[]>('trace', { query: 'isp-7' });
    expect(trace).to.containSubset({
      account: 'company',
      origin: 'fetched',
      uidl: 'isp-7',
      subject: 'Contract',
      rung: 'L4',
      disposition: 'deliver',
    });
    const [copy] = (trace?.copies ?? []) as readonly Record<string, unknown>[];
    expect(copy).to.containSubset({ mailbox: 'andrew@company' });
    expect(copy?.pickedUpAt).to.be.a('string');
    expect(copy?.pickedUpBy).to.include('127.0.0.1');
  });

  it('traces what waits for the outside', async () => {
    await postroom.submit('andrew', ['olga@out.example'], 'From: mail@company.example\r\nTo: olga@out.example\r\nSubject: Offer\r\n\r\nx');
    const [trace] = await postroom.run<readonly Record<string, unknown>[]>('trace', { query: 'Offer' });
    expect(trace).to.containSubset({ author: 'andrew@company', outbox: [{ recipient: 'olga@out.example', state: 'waiting' }] });
  });
});
