// isp-domainpop.probe: how does the ISP tell the recipient, and in how many copies?
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { Postroom } from '../kit/postroom.js';

interface Report {
  readonly looked: number;
  readonly recipient: string;
  readonly advice?: string;
  readonly proposal: Readonly<Record<string, unknown>>;
  readonly copies: string;
}

describe('probing a Domain POP account', () => {
  let postroom: Postroom;

  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  const probe = async (...letters: readonly string[]): Promise<Report> => {
    for (const text of letters) postroom.isp.mailbox('post').put(text);
    await postroom.round();
    return postroom.run<Report>('isp-domainpop.probe', { account: 'works', messages: 100 });
  };

  it('finds the header that names different recipients, and passes over the one that never varies', async () => {
    const copy = (to: string): string =>
      letter({
        to: 'lisa@works.example, john@works.example',
        id: 'shared@out.example',
        envelope: ['Delivered-To: post@works.example', `X-Delivered-For: ${to}`],
      });
    const single = letter({
      to: 'john@works.example',
      envelope: ['Delivered-To: post@works.example', 'X-Delivered-For: john@works.example'],
    });
    // The copies are alike, so only one of them is kept; that there were two is known all the same.
    const report = await probe(copy('lisa@works.example'), copy('john@works.example'), single);
    expect(report.proposal).to.deep.equal({ 'addressees.header': 'X-Delivered-For', 'addressees.position': 0 });
    expect(report.recipient).to.equal('X-Delivered-For names 2 different recipients in 2 of 2 messages; To or Cc says the same in 2 of 2.');
    expect(report.copies).to.equal('A copy for each recipient: 1 of 1 messages for several users came more than once.');
  });

  it('names the position where the field stands several times', async () => {
    const forwarded = (to: string): string =>
      letter({ to: 'list@out.example', envelope: ['Delivered-To: post@works.example', `Delivered-To: ${to}`] });
    const report = await probe(forwarded('lisa@works.example'), forwarded('john@works.example'));
    expect(report.proposal).to.deep.equal({ 'addressees.header': 'Delivered-To', 'addressees.position': 2 });
    expect(report.recipient).to.include('number 2 from the top');
    expect(report.copies).to.include('Unknown');
  });

  it('proposes no field alone where another one tells in other messages', async () => {
    const letters = ['Delivered-To: lisa', 'Delivered-To: john', 'X-Original-To: lisa'].map((line) =>
      letter({ to: 'list@out.example', envelope: [`${line}@works.example`] }),
    );
    const report = await probe(...letters);
    expect(report.proposal).to.deep.equal({});
    expect(report.recipient).to.include('Delivered-To names 2 different recipients').and.include('In other messages X-Original-To does');
  });

  it("proposes nothing where no field of the ISP tells, and never believes one below the ISP's Received", async () => {
    const forged = (to: string, id: string): string =>
      letter({ to: 'lisa@works.example, john@works.example', id, header: [`X-Envelope-To: ${to}`] });
    const report = await probe(forged('lisa@works.example', 'a@out.example'), forged('john@works.example', 'b@out.example'));
    expect(report.proposal).to.deep.equal({});
    expect(report.recipient).to.include('To and Cc decide');
    expect(report.copies).to.equal('One copy for all recipients: none of 2 messages for several users came more than once.');
  });

  const LMTP = 'Received: from mx.isp.example by box.isp.example with LMTP id 1 for <post@works.example>; Fri, 20 Nov 2026 12:00:01 +0100';

  it('sees the field of the border host below inner hops, and the recipient of its Received', async () => {
    const letters = ['lisa', 'john'].map((user) =>
      letter({ to: 'list@out.example', envelope: ['Delivered-To: post@works.example', LMTP, `X-Copy-For: ${user}@works.example`] }),
    );
    expect((await probe(...letters)).proposal).to.deep.equal({ 'addressees.header': 'X-Copy-For', 'addressees.position': 0 });
  });

  it('says that nothing needs to be set where the Received of the ISP names the recipient', async () => {
    const letters = ['lisa', 'john'].map((user) =>
      letter({ to: 'list@out.example', envelope: [LMTP] }).replace(' id 4Xy7;', ` id 4Xy7 for <${user}@works.example>;`),
    );
    const report = await probe(...letters);
    expect(report.recipient).to.equal(
      "The ISP's Received says for whom it was in 2 of 2 messages, 2 different recipients: nothing needs to be set.",
    );
    expect(report).to.not.have.property('advice');
  });

  it('looks at what waits at the ISP where nothing is stored, and collects nothing', async () => {
    for (const user of ['lisa', 'john'])
      postroom.isp.mailbox('post').put(letter({ to: 'list@out.example', envelope: [`X-Copy-For: ${user}@works.example`] }));
    const report = await postroom.run<Report>('isp-domainpop.probe', { account: 'works', messages: 100 });
    expect(report).to.deep.include({ looked: 2, proposal: { 'addressees.header': 'X-Copy-For', 'addressees.position': 0 } });
    expect(postroom.isp.mailbox('post').messages).to.have.length(2);
    expect(await postroom.subjects('lisa')).to.deep.equal([]);
  });

  it('is for Domain POP accounts with mail', async () => {
    expect((await probe()).recipient).to.include('collect some first');
    let problem = '';
    await postroom.run('isp-domainpop.probe', { account: 'company' }).catch((error: unknown) => (problem = String(error)));
    expect(problem).to.include('no Domain POP account');
  });
});
