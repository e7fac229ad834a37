import { leakCheck, PracticeIsp, type ReceivedMail } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createTransport } from 'nodemailer';

describe('the practice ISP by SMTP', () => {
  const leaks = leakCheck();
  let isp: PracticeIsp;

  before(() => leaks.begin());
  beforeEach(async () => {
    isp = await PracticeIsp.start({ smtp: { security: 'starttls' } });
    isp.mailbox('office', 'secret-word');
  });
  afterEach(() => isp.stop());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  async function send(
    to: readonly string[],
    pass = 'secret-word',
  ): Promise<{ readonly accepted: readonly string[]; readonly rejected: readonly string[] }> {
    const transport = createTransport({
      host: isp.smtp.host,
      port: isp.smtp.port,
      auth: { user: 'office', pass },
      tls: { ca: isp.certificate.cert, servername: 'localhost' },
      socketTimeout: 5_000,
    });
    try {
      const result = await transport.sendMail({ envelope: { from: 'a@here.example', to: [...to] }, raw: 'Subject: out\r\n\r\n.dot\r\n' });
      return { accepted: result.accepted.map(String), rejected: result.rejected.map(String) };
    } finally {
      transport.close();
    }
  }

  async function codeOf(sending: Promise<unknown>): Promise<number | string | undefined> {
    try {
      await sending;
      return undefined;
    } catch (error) {
      const { responseCode, code } = error as { responseCode?: number; code?: string };
      return responseCode ?? code;
    }
  }

  it('keeps what it takes, with envelope and login, and tells listeners', async () => {
    const told: ReceivedMail[] = [];
    isp.onDidReceive((mail) => told.push(mail));
    await send(['b@far.example', 'c@far.example']);
    const [mail] = isp.outgoing;
    expect(mail).to.include({ from: 'a@here.example', user: 'office', secure: true });
    expect(mail?.recipients).to.deep.equal(['b@far.example', 'c@far.example']);
    expect(mail?.octets.toString()).to.equal('Subject: out\r\n\r\n.dot\r\n');
    expect(told).to.deep.equal([mail]);
    expect(isp.log.commands('smtp').filter((line) => line.startsWith('RCPT'))).to.have.length(2);
    expect(JSON.stringify(isp.log.lines))
      .not.to.contain('secret-word')
      .and.not.to.contain(Buffer.from('\0office\0secret-word').toString('base64'));
  });

  it('refuses a wrong password', async () => {
    expect(await codeOf(send(['b@far.example'], 'wrong'))).to.equal(535);
    expect(isp.outgoing).to.have.length(0);
  });

  it('answers each recipient as told', async () => {
    isp.faults.smtp.answerRecipient('B@far.example', '450 4.2.1 Mailbox busy', 1);
    isp.faults.smtp.answerRecipient('c@far.example', '550 5.1.1 No such user');
    const result = await send(['b@far.example', 'c@far.example', 'd@far.example']);
    expect(result.rejected).to.deep.equal(['b@far.example', 'c@far.example']);
    expect(isp.outgoing[0]?.recipients).to.deep.equal(['d@far.example']);
    expect(isp.log.answers('smtp')).to.include('450 4.2.1 Mailbox busy');
    expect((await send(['b@far.example'])).rejected).to.deep.equal([]);
  });

  it('refuses the message itself, or the login', async () => {
    isp.faults.smtp.answer('DATA', '452 4.3.1 No room', 1);
    expect(await codeOf(send(['b@far.example']))).to.equal(452);
    isp.faults.smtp.answer('AUTH', '454 4.7.0 Try later', 1);
    expect(await codeOf(send(['b@far.example']))).to.equal(454);
    expect(isp.outgoing).to.have.length(0);
  });

  it('takes the message and cuts before it says so', async () => {
    isp.faults.smtp.cut('DATA');
    expect(await codeOf(send(['b@far.example']))).to.be.a('string');
    expect(isp.outgoing).to.have.length(1);
  });

  it('cuts at a recipient without taking the message', async () => {
    isp.faults.smtp.cut('RCPT');
    expect(await codeOf(send(['b@far.example']))).to.be.a('string');
    expect(isp.outgoing).to.have.length(0);
  });

  it('offers no STARTTLS and no AUTH where told', async () => {
    isp.faults.smtp.withoutStarttls = true;
    await send(['b@far.example']);
    expect(isp.outgoing[0]?.secure).to.equal(false);
    isp.faults.smtp.withoutAuth = true;
    await send(['b@far.example']);
    expect(isp.outgoing.map((mail) => mail.user)).to.deep.equal(['office', undefined]);
  });

  it('breaks at each step, in the text, and behind an answer', async () => {
    const { smtp } = isp.faults;
    for (const step of ['CONNECT', 'EHLO', 'STARTTLS', 'TLS', 'AUTH', 'MAIL', 'RCPT', 'TEXT'] as const) {
      smtp.break('reset', step);
      expect(await codeOf(send(['b@far.example'])), step).to.be.a('string');
    }
    smtp.cut({ step: 'TEXT', when: 'octets', octets: 5 });
    expect(await codeOf(send(['b@far.example']))).to.be.a('string');
    expect(isp.outgoing).to.have.length(0);
    smtp.cut({ step: 'DATA', when: 'answered' });
    expect((await send(['b@far.example'])).accepted).to.deep.equal(['b@far.example']);
    expect(smtp.waiting).to.equal(0);
  });

  it('says what it is told to, without end, and octet by octet', async () => {
    isp.faults.smtp.say('MAIL', 'HTTP/1.1 302 Found');
    expect(await codeOf(send(['b@far.example']))).to.be.a('string');
    isp.faults.smtp.sayForEver('EHLO', '250-more');
    expect(await codeOf(send(['b@far.example']))).to.equal('EPROTOCOL');
    isp.faults.smtp.pieces = 1;
    expect((await send(['b@far.example'])).accepted).to.deep.equal(['b@far.example']);
    expect(isp.outgoing).to.have.length(1);
  });

  it('refuses a fault that is no refusal', () => {
    expect(() => isp.faults.smtp.answer('DATA', '250 fine')).to.throw(TypeError, /4xx or 5xx/);
  });
});
