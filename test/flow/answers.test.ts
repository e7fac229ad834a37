// Answers that name nobody, and colleagues who would like to have them: a Message-ID is whatever a mail program says, so only what left counts.
import '#core/base/injection.js';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { LineClient } from '../plugins/smtp/lineClient.js';

const CFO = 'cfo@customer.example';
const FRIEND = 'friend@elsewhere.example';
const ID = '<conf1@company.example>';

describe('whose answer it is', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = new VirtualClock();
    office = await Postroom.start({ clock, settings: { 'smtp.trustedNetworks': ['127.0.0.1'] } });
  });
  afterEach(() => office.stop());

  interface Sent {
    readonly user?: string;
    readonly to?: readonly string[];
    readonly id?: string;
    readonly more?: readonly string[];
    readonly from?: string;
  }

  /** Submits a mail with that id; answers the server's words. */
  const send = ({ user = 'andrew', to = [CFO], id = ID, more = [], from }: Sent = {}): Promise<string> =>
    office.submit(
      user,
      to,
      [`From: <${from ?? REGULAR}>`, `To: ${to.join(', ')}`, `Message-ID: ${id}`, ...more, '', 'Hello.'].join('\r\n'),
      from,
    );

  const left = async (sent: Sent = {}): Promise<void> => {
    expect(await send(sent)).to.match(/^250/);
    await office.round();
  };

  /** An answer to the shared address; answers who got it, and why. */
  const answer = async (
    header: readonly string[] = [`In-Reply-To: ${ID}`],
    from = CFO,
  ): Promise<{ readonly who: string; readonly why: string }> => {
    number += 1;
    const subject = `Re ${number}`;
    office.isp.mailbox('mail').put(letter({ from: `<${from}>`, to: REGULAR, subject, header }));
    await office.round();
    const [trace] = await office.run<
      readonly { mailboxes: readonly string[]; trail: readonly { reason: string }[]; copies: readonly { mailbox: string }[] }[]
    >('trace', { query: subject });
    return {
      who: (trace?.copies ?? []).map(({ mailbox }) => mailbox).join(', '),
      why: (trace?.trail ?? []).map(({ reason }) => reason).join('\n'),
    };
  };
  let number = 0;

  it("is the first author's alone until a second one uses the id; then it is ADMIN1's, with both names and the id, for as long as it is kept (claimed 1)", async () => {
    await left();
    expect((await answer()).who).to.equal('andrew@company');
    await left({ user: 'greg', to: [FRIEND] });
    const ambiguous = await answer();
    expect(ambiguous.who).to.equal('admin1');
    expect(ambiguous.why).to.include(`answers ${ID}, which andrew and greg have sent: an id that two have used is nobody's`);
    expect(ambiguous.why).to.include('; andrew had written to customer.example');
    await left();
    expect((await answer()).who, 'the first author again does not mend it').to.equal('admin1');
    await office.close();
    await office.open();
    expect((await answer()).who, 'nor a restart').to.equal('admin1');
  });

  it('is nobody else’s by mail that never left: inside, held, refused, returned', async () => {
    await left();
    await left({ user: 'greg', to: [REGULAR], more: [`Cc: carolyn <${REGULAR}>`] });
    expect((await answer()).who, 'delivered to colleagues alone').to.equal('andrew@company');
    office.isp.faults.smtp.answerRecipient(FRIEND, '550 5.1.1 No such user');
    await left({ user: 'greg', to: [FRIEND] });
    expect((await answer()).who, 'refused by the ISP').to.equal('andrew@company');
    office.isp.faults.clear();
    office.isp.faults.smtp.answerRecipient(FRIEND, '450 4.2.1 Busy');
    await left({ user: 'greg', to: [FRIEND] });
    expect((await answer()).who, 'waits in the Outbox').to.equal('andrew@company');
    const entries = (await office.run<readonly { readonly entry: number }[]>('outbox.list')).map(({ entry }) => entry);
    await office.run('outbox.hold', { entries });
    expect((await answer()).who, 'held by the administrator').to.equal('andrew@company');
    await office.run('outbox.return', { entries });
    expect((await answer()).who, 'given up by the administrator').to.equal('andrew@company');
  });

  it('is the one author’s whose mail got out, where the other’s was refused', async () => {
    office.isp.faults.smtp.answerRecipient(CFO, '550 5.1.1 No such user');
    await left();
    await left({ user: 'greg', to: [FRIEND] });
    expect((await answer([`In-Reply-To: ${ID}`], FRIEND)).who).to.equal('greg@company');
  });

  it('counts one recipient that was taken, and a try that may have been', async () => {
    office.isp.faults.smtp.answerRecipient(FRIEND, '550 5.1.1 No such user');
    await left({ to: [CFO, FRIEND] });
    expect((await answer()).who).to.equal('andrew@company');
    office.isp.faults.smtp.cut('DATA');
    await left({ user: 'greg', id: '<cut@company.example>' });
    expect((await answer(['In-Reply-To: <cut@company.example>'])).who).to.equal('greg@company');
  });

  it('stays the author’s whose mail a colleague passes on, as he says, or under another id as well', async () => {
    await left();
    await left({ user: 'greg', to: [FRIEND], more: [`Resent-From: greg <${REGULAR}>`, `Resent-To: ${FRIEND}`] });
    await left({ user: 'greg', to: [FRIEND], id: '<greg1@company.example>', more: [`Message-ID: ${ID}`, `X-Message-ID: ${ID}`] });
    expect((await answer()).who).to.equal('andrew@company');
  });

  it('is nobody’s where a user of another account, ADMIN1 or a device used the id as well', async () => {
    await left();
    await left({ user: 'lisa', from: 'lisa@works.example', to: [FRIEND] });
    expect((await answer()).why).to.include('which andrew and lisa@works have sent');
    await left({ id: '<two@company.example>' });
    await left({ user: 'admin1', id: '<two@company.example>', to: [FRIEND] });
    expect((await answer(['In-Reply-To: <two@company.example>'])).why).to.include('which andrew and ADMIN1 have sent');
    const device = await LineClient.open(office.port('smtp'));
    await device.run('EHLO scanner', `MAIL FROM:<${REGULAR}>`, `RCPT TO:<${FRIEND}>`, 'DATA');
    expect(await device.say(`From: ${REGULAR}\r\nMessage-ID: <three@company.example>\r\n\r\nscan\r\n.`)).to.match(/^250/);
    device.close();
    await office.round();
    const scanned = await answer(['In-Reply-To: <three@company.example>']);
    expect(scanned.who).to.equal('admin1');
    expect(scanned.why).to.include('of a device without a login');
    await left({ user: 'greg', id: '<three@company.example>', to: [FRIEND] });
    expect((await answer(['In-Reply-To: <three@company.example>'])).why).to.include('which a device without a login and greg have sent');
  });

  it('is nobody’s by the id of mail from outside, but for those whom the author wrote to (claimed 2)', async () => {
    const foreign = '<q1@customer.example>';
    await left({ user: 'greg', to: [FRIEND], id: foreign });
    const followUp = await answer([`In-Reply-To: ${foreign}`]);
    expect(followUp.who).to.equal('admin1');
    expect(followUp.why).to.include(`answers ${foreign}, under which greg has sent mail, but not to customer.example`);
    expect((await answer([`In-Reply-To: ${foreign}`], 'other@elsewhere.example')).who).to.equal('greg@company');
  });

  it('goes to the author whoever answers, as lists, forwards and assistants do; the trail says so', async () => {
    await left();
    const other = await answer([`In-Reply-To: ${ID}`], 'assistant@another.example');
    expect(other.who).to.equal('andrew@company');
    expect(other.why).to.include(`answers ${ID}, which andrew sent, though not to another.example`);
    expect((await answer([`In-Reply-To: ${ID}`], 'ruth@mail.customer.example')).why)
      .to.include(`answers ${ID}, which andrew sent`)
      .and.not.include('though');
  });

  it('needs In-Reply-To and References that agree; one of the two is enough', async () => {
    await left();
    await left({ user: 'greg', id: '<greg1@company.example>' });
    for (const [header, who] of [
      [[`References: <a@x> ${ID}`], 'andrew@company'],
      [[`References: ${ID} <a@x>`, 'In-Reply-To: <a@x>'], 'andrew@company'],
      [[`References: ${ID} <a@x>`, `In-Reply-To: ${ID}`], 'andrew@company'],
      [[`References: ${ID} <greg1@company.example>`, 'In-Reply-To: <greg1@company.example>'], 'greg@company'],
      [[`In-Reply-To: Message from andrew <${REGULAR}> of "Fri" ${ID}`], 'andrew@company'],
      [[`In-Reply-To: <a@x>`, `References: ${ID}`], 'admin1'],
      [[`In-Reply-To: ${ID}`, 'References: <a@x> <b@x>'], 'admin1'],
      [[`In-Reply-To: ${ID}`, 'References: <greg1@company.example>'], 'admin1'],
    ] as const) {
      const given = await answer(header);
      expect(given.who, header.join('; ')).to.equal(who);
      if (who === 'admin1') expect(given.why, header.join('; ')).to.include('which References does not: nobody can tell what it answers');
    }
  });

  it('finds the author of a mail that bounced, and of one that was read, by the id inside', async () => {
    await left();
    const report = (kind: string, lines: readonly string[]): string =>
      letter({
        from: '<mailer-daemon@far.example>',
        to: REGULAR,
        subject: kind,
        header: [`Content-Type: multipart/report; report-type=${kind}; boundary=b`],
        body: ['--b', `Content-Type: message/${kind}`, '', ...lines, '--b--'].join('\r\n'),
      });
    office.isp.mailbox('mail').put(report('disposition-notification', ['Reporting-UA: far', `Original-Message-ID: ${ID}`]));
    office.isp.mailbox('mail').put(report('delivery-status', ['Reporting-MTA: dns; far', '', `Message-ID: ${ID}`]));
    await office.round();
    expect(await office.subjects('andrew')).to.have.members(['disposition-notification', 'delivery-status']);
  });

  it('is found for mail that was held first and went out later, and for one that got its id here', async () => {
    await office.submit('andrew', [CFO], `From: ${REGULAR}\r\nTo: ${CFO}\r\nSubject: without an id\r\n\r\nHello.`);
    await office.round();
    const id = /^Message-ID: (<.*>)\r$/m.exec(office.isp.outgoing[0]?.octets.toString() ?? '')?.[1] ?? '';
    expect(id).to.match(/^<postroom\./);
    expect((await answer([`In-Reply-To: ${id}`])).who).to.equal('andrew@company');
    office.isp.faults.smtp.answerRecipient(CFO, '450 4.2.1 Busy');
    await left();
    office.isp.faults.clear();
    expect((await answer()).who).to.equal('admin1');
    await office.run('outbox.retry', {
      entries: (await office.run<readonly { entry: number }[]>('outbox.list')).map(({ entry }) => entry),
    });
    await office.round();
    expect((await answer()).who).to.equal('andrew@company');
  });
});
