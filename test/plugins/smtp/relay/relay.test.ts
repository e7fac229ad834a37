import type { DeliveryReceipt, DestinationReceipt, RelayDestinations } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { COMPANY, FakeHost } from '../fakeHost.js';
import { type Script, ScriptedServer } from '../scriptedServer.js';
import { fingerprintOf, makeCertificate, testCertificate } from '../testCertificate.js';

const TEXT = 'Subject: x\r\n\r\nhello\r\n';

describe('relaying to the ISP', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let host: FakeHost;
  let isp: ScriptedServer;
  let abort: AbortController;

  beforeEach(() => {
    abort = new AbortController();
  });

  afterEach(async () => {
    await host.stop();
    await isp.stop();
  });

  async function connectTo(script: Script = {}, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    isp = await ScriptedServer.start(script);
    host = await new FakeHost({ 'smtp.host': '127.0.0.1', 'smtp.port': isp.port, 'smtp.security': 'plain', ...settings }).activate();
    host.secrets.set('smtp.password', 'geheim');
  }

  async function* pieces(...texts: string[]): AsyncIterable<Uint8Array> {
    for (const text of texts) {
      yield Buffer.from(text, 'latin1');
    }
  }

  async function relay(recipients: readonly string[], more: Partial<RelayDestinations> = {}): Promise<readonly DestinationReceipt[]> {
    const to: RelayDestinations = {
      kind: 'relay',
      account: COMPANY,
      recipients: recipients.map((address) => ({ address })),
      from: 'mail@company.com',
      size: TEXT.length,
      content: () => pieces(TEXT),
      ...more,
    };
    return (await host.deliver({ mail: undefined as never, to }, { signal: abort.signal })) as DeliveryReceipt;
  }

  /** Another server at the same place: the kept session runs out. */
  async function renew(script: Script): Promise<void> {
    await host.clock.fire(10_000);
    isp.script = script;
  }

  const one = async (more: Partial<RelayDestinations> = {}): Promise<DestinationReceipt | undefined> =>
    (await relay(['a@b.example'], more))[0];

  it('leaves local mailboxes to others', async () => {
    await connectTo();
    const request = { mail: undefined as never, to: { kind: 'mailboxes' as const, mailboxes: [] } };
    expect(await host.deliver(request, { signal: abort.signal })).to.equal(undefined);
  });

  it('R07 R08 sends one message to many recipients in one transaction and answers for each', async () => {
    const answers: Record<string, string> = {
      'RCPT TO:<b@b.example>': '251 will forward',
      'RCPT TO:<c@b.example>': '550 5.1.1 No such user',
    };
    await connectTo({ answer: (_verb, line) => answers[line] });
    expect(await relay(['a@b.example', 'b@b.example', 'c@b.example'])).to.deep.equal([
      { recipient: 'a@b.example', outcome: 'delivered', status: '2.0.0', text: '250 2.0.0 Queued as 4711', remote: '127.0.0.1' },
      { recipient: 'b@b.example', outcome: 'delivered', status: '2.0.0', text: '250 2.0.0 Queued as 4711', remote: '127.0.0.1' },
      { recipient: 'c@b.example', outcome: 'failed', status: '5.1.1', text: '550 5.1.1 No such user', remote: '127.0.0.1' },
    ]);
    expect(isp.messages).to.deep.equal([TEXT]);
    expect(isp.commands[0]).to.equal('EHLO mail.office.example');
  });

  it('R07 sends 250 recipients in chunks of 100', async () => {
    await connectTo();
    const receipts = await relay(Array.from({ length: 250 }, (_, place) => `r${place}@b.example`));
    expect(receipts.every(({ outcome }) => outcome === 'delivered')).to.equal(true);
    expect(new Set(receipts.map(({ recipient }) => recipient)).size).to.equal(250);
    expect(isp.messages).to.have.lengthOf(3);
    expect(isp.connections).to.equal(1);
  });

  it('R09 R11 keeps 450 and 552 of RCPT for later, bounces 550 only', async () => {
    const answers: Record<string, string> = {
      'RCPT TO:<a@b.example>': '450 4.2.0 Greylisted',
      'RCPT TO:<b@b.example>': '550 5.1.1 No such user',
      'RCPT TO:<c@b.example>': '552 Too many recipients',
    };
    await connectTo({ answer: (_verb, line) => answers[line] });
    const receipts = await relay(['a@b.example', 'b@b.example', 'c@b.example']);
    expect(receipts.map(({ outcome, status }) => `${outcome} ${status}`)).to.deep.equal([
      'deferred 4.2.0',
      'failed 5.1.1',
      'deferred 4.5.3',
    ]);
    expect(isp.messages.filter((text) => text !== '')).to.deep.equal([]);
  });

  it('R10 goes on in the same session after all recipients were refused', async () => {
    await connectTo({ answer: (_verb, line) => (line.includes('<bad@') ? '550 5.1.1 No' : undefined) });
    await relay(['bad@b.example']);
    expect((await one())?.outcome).to.equal('delivered');
    expect(isp.connections).to.equal(1);
  });

  it('R12 R54 bounces what is refused at MAIL or after the text, and sends what comes behind it', async () => {
    let answer: string | undefined = '550 5.7.1 Sender refused';
    let verb = 'MAIL';
    await connectTo({ extensions: ['8BITMIME'], answer: (asked) => (asked === verb ? answer : undefined) }, { 'smtp.auth': 'none' });
    expect(await one()).to.include({ outcome: 'failed', status: '5.7.1' });
    verb = 'DOT';
    answer = '554-5.6.0 Spam\n554 5.6.0 really';
    expect(await one()).to.include({ outcome: 'failed', status: '5.6.0', text: '554-5.6.0 Spam 5.6.0 really' });
    answer = '452 4.2.2 Full';
    expect(await one()).to.include({ outcome: 'deferred', status: '4.2.2' });
    answer = undefined;
    expect(await one()).to.include({ outcome: 'delivered' });
  });

  it('R13 falls back to HELO', async () => {
    await connectTo({ answer: (verb) => (verb === 'EHLO' ? '502 What?' : undefined) }, { 'smtp.auth': 'none' });
    expect(await one()).to.include({ outcome: 'delivered' });
    expect(isp.verbs()).to.include('HELO');
  });

  it('R14 R17 takes 421 anywhere and 554 in the greeting for temporary', async () => {
    await connectTo();
    for (const verb of ['GREETING', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'DOT']) {
      isp.script = { answer: (asked) => (asked === verb ? '421 4.3.2 Going down' : undefined) };
      expect((await one())?.outcome, verb).to.equal('deferred');
    }
    isp.script = { answer: (asked) => (asked === 'GREETING' ? '554 5.7.1 Blocked' : undefined) };
    expect(await one())
      .to.deep.include({ outcome: 'deferred', status: '4.7.1' })
      .and.not.have.property('configuration');
  });

  it('R15 survives garbage and endless replies', async () => {
    await connectTo();
    for (const garbage of [
      'hello',
      '999 what',
      '250',
      'x'.repeat(2_000_000),
      Array(2_000)
        .fill(`250-${'y'.repeat(1_000)}`)
        .join('\n'),
    ]) {
      isp.script = { answer: (asked) => (asked === 'GREETING' ? garbage : undefined) };
      expect((await one())?.outcome, garbage.slice(0, 20)).to.equal('deferred');
    }
  });

  it('R16 takes refused logins for a fault of the set-up, never for a bounce', async () => {
    await connectTo({ answer: (verb) => (verb === 'AUTH' ? '535 5.7.8 Wrong password' : undefined) });
    expect(await one()).to.include({ outcome: 'deferred', status: '4.7.8', configuration: true });
    isp.script = { answer: (verb) => (verb === 'MAIL' ? '530 5.7.0 Log in first' : undefined) };
    expect(await one()).to.include({ outcome: 'deferred', configuration: true });
    isp.script = { answer: (verb) => (verb === 'AUTH' ? '454 4.7.0 Try later' : undefined) };
    expect(await one())
      .to.include({ outcome: 'deferred', status: '4.7.0' })
      .and.not.have.property('configuration');
    isp.script = { extensions: ['PIPELINING'] };
    expect(await one()).to.include({ outcome: 'deferred', configuration: true });
    host.secrets.clear();
    expect((await one())?.text).to.match(/no password for the outgoing server/);
    expect(host.logged.join('\n')).to.not.match(/geheim|Z2VoZWlt/);
  });

  it('R19 tries a refused connection again', async () => {
    await connectTo();
    await isp.stop();
    expect(await one())
      .to.include({ outcome: 'deferred', status: '4.4.2' })
      .and.not.have.property('configuration');
  });

  it('R20 is sure that nothing went out where the connection breaks before the final dot', async () => {
    await connectTo();
    for (const verb of ['GREETING', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA']) {
      isp.script = { answer: (asked) => (asked === verb ? 'cut' : undefined) };
      expect(await one(), verb)
        .to.include({ outcome: 'deferred' })
        .and.not.have.property('unsure');
    }
  });

  it('R20 sends no final dot where the message cannot be read to its end', async () => {
    await connectTo();
    const content = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.from('Subject: half');
      throw new Error('disk read failed');
    };
    expect(await one({ content }))
      .to.include({ outcome: 'deferred' })
      .and.not.have.property('unsure');
    expect(isp.messages).to.deep.equal([]);
    expect(await one()).to.include({ outcome: 'delivered' });
    expect(isp.messages).to.deep.equal([TEXT]);
  });

  it('R21 is unsure where the answer to the final dot does not come', async () => {
    await connectTo({ answer: (asked) => (asked === 'DOT' ? 'cut' : undefined) });
    expect(await one()).to.include({ outcome: 'deferred', unsure: true });
    isp.script = { answer: (asked) => (asked === 'DOT' ? 'gibberish' : undefined) };
    expect(await one()).to.include({ outcome: 'deferred', unsure: true });
  });

  it('R22 R58 gives up when its time is over, unsure only after the text', async () => {
    const silentAt = (verb: string): Script => ({
      answer: (asked) => {
        if (asked !== verb) {
          return undefined;
        }
        setImmediate(() => abort.abort());
        return 'silence';
      },
    });
    await connectTo(silentAt('MAIL'));
    expect(await one())
      .to.include({ outcome: 'deferred' })
      .and.not.have.property('unsure');
    abort = new AbortController();
    isp.script = silentAt('DOT');
    expect(await one()).to.include({ outcome: 'deferred', unsure: true });
  });

  it('R25 does not care what becomes of QUIT', async () => {
    await connectTo({ answer: (asked) => (asked === 'QUIT' ? 'cut' : undefined) });
    expect(await one()).to.include({ outcome: 'delivered' });
    await host.clock.fire(10_000);
    expect(await one()).to.include({ outcome: 'delivered' });
    expect(isp.connections).to.equal(2);
  });

  it('keeps the session for the next message, and opens another where the ISP closed it', async () => {
    await connectTo();
    await one();
    await one();
    expect(isp.verbs().filter((verb) => verb === 'AUTH')).to.have.lengthOf(1);
    await isp.dropAll();
    expect(await one()).to.include({ outcome: 'delivered' });
    expect(isp.messages).to.have.lengthOf(3);
  });

  it('sends again on a new session where a kept one breaks at MAIL', async () => {
    await connectTo();
    await one();
    let cuts = 0;
    isp.script = { answer: (asked) => (asked === 'MAIL' && cuts++ === 0 ? 'cut' : undefined) };
    expect(await one()).to.include({ outcome: 'delivered' });
    expect(isp.messages).to.have.lengthOf(2);
  });

  it('R30 uses a changed password at the next try', async () => {
    await connectTo();
    await one();
    host.secrets.set('smtp.password', 'neu');
    await one();
    expect(
      isp.commands.filter((line) => line.startsWith('AUTH')).map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').toString()),
    ).to.deep.equal(['\0mail\0geheim', '\0mail\0neu']);
  });

  it('logs in with smtp.user, else with the login for collecting mail', async () => {
    await connectTo({}, { 'pop3.user': 'collector' });
    await one();
    host.set('smtp.user', 'sender');
    await one();
    const users = isp.commands
      .filter((line) => line.startsWith('AUTH'))
      .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').toString());
    expect(users).to.deep.equal(['\0collector\0geheim', '\0sender\0geheim']);
  });

  describe('with TLS', () => {
    it('R26 sends nothing where STARTTLS is missing', async () => {
      await connectTo({ answer: (verb) => (verb === 'STARTTLS' ? '502 No' : undefined) }, { 'smtp.security': 'starttls' });
      expect(await one()).to.include({ outcome: 'deferred', configuration: true });
      expect(isp.verbs()).to.not.include.members(['AUTH']);
    });

    it('R26 waits where STARTTLS is not available at the moment', async () => {
      await connectTo({ answer: (verb) => (verb === 'STARTTLS' ? '454 4.7.0 Later' : undefined) }, { 'smtp.security': 'starttls' });
      expect(await one())
        .to.include({ outcome: 'deferred' })
        .and.not.have.property('configuration');
    });

    it('R27 sends nothing to a server whose certificate nobody vouches for', async () => {
      const pem = await testCertificate();
      for (const [security, implicitTls] of [
        ['tls', true],
        ['starttls', false],
      ] as const) {
        await connectTo({ pem, implicitTls }, { 'smtp.security': security });
        const receipt = await one();
        expect(receipt, security).to.include({ outcome: 'deferred', configuration: true });
        expect(receipt?.text).to.match(/certificate of 127\.0\.0\.1 is not trusted.*smtp\.tls\.pin/);
        expect(isp.verbs()).to.not.include('AUTH');
        await isp.stop();
      }
    });

    it('R27 takes a server without TLS on a TLS port for a fault of the set-up', async () => {
      await connectTo({}, { 'smtp.security': 'tls' });
      expect(await one()).to.include({ outcome: 'deferred', configuration: true });
    });

    it('trusts the pinned certificate, by TLS and STARTTLS, and no other', async () => {
      const pem = await testCertificate();
      for (const [security, implicitTls] of [
        ['tls', true],
        ['starttls', false],
      ] as const) {
        await connectTo({ pem, implicitTls }, { 'smtp.security': security, 'smtp.tls.pin': fingerprintOf(pem) });
        expect(await one(), security).to.include({ outcome: 'delivered' });
        host.set('smtp.tls.pin', fingerprintOf(await makeCertificate('another')));
        const before = isp.commands.length;
        expect(await one(), security).to.include({ outcome: 'deferred', configuration: true });
        expect(isp.commands.slice(before).filter((line) => /^(AUTH|MAIL)/.test(line))).to.deep.equal([]);
        await isp.stop();
      }
    });

    it('R29 asks anew what the server can do after STARTTLS', async () => {
      const pem = await testCertificate();
      await connectTo({ pem, extensions: ['AUTH LOGIN PLAIN'] }, { 'smtp.security': 'starttls', 'smtp.tls.pin': fingerprintOf(pem) });
      await one();
      expect(isp.verbs().slice(0, 4)).to.deep.equal(['EHLO', 'STARTTLS', 'EHLO', 'AUTH']);
    });
  });

  describe('and what the ISP can do', () => {
    it('R31 says BODY=8BITMIME where it is offered, and never sends raw 8-bit text elsewhere', async () => {
      const content = (): AsyncIterable<Uint8Array> => pieces('Subject: gr\xfc\xdfe\r\n\r\nx\r\n');
      await connectTo();
      await one({ content });
      expect(isp.commands.find((line) => line.startsWith('MAIL'))).to.match(/ BODY=8BITMIME/);
      expect(isp.messages).to.deep.equal(['Subject: gr\xfc\xdfe\r\n\r\nx\r\n']);
      await renew({ extensions: ['AUTH PLAIN'] });
      expect(await one({ content })).to.include({ outcome: 'failed', status: '5.6.3' });
      expect(await one()).to.include({ outcome: 'delivered' });
    });

    it('R32 bounces an international address where SMTPUTF8 is missing, and sends to the others', async () => {
      await connectTo();
      const receipts = await relay(['jürgen@b.example', 'a@bücher.example']);
      expect(receipts.find(({ recipient }) => recipient === 'jürgen@b.example')).to.include({ outcome: 'failed', status: '5.6.7' });
      expect(receipts.find(({ recipient }) => recipient === 'a@bücher.example')).to.include({ outcome: 'delivered' });
      expect(isp.commands).to.include('RCPT TO:<a@xn--bcher-kva.example>');
      await renew({ extensions: ['SMTPUTF8', '8BITMIME', 'AUTH PLAIN'] });
      expect((await relay(['jürgen@b.example']))[0]).to.include({ outcome: 'delivered' });
    });

    it('R33 bounces at once what is larger than the ISP announces, with the numbers', async () => {
      await connectTo({ extensions: ['SIZE 1000', 'AUTH PLAIN'] });
      expect(await one({ size: 1_001 })).to.include({ outcome: 'failed', status: '5.3.4' });
      expect((await one({ size: 1_001 }))?.text).to.match(/1001 octets.*at most 1000/);
      expect(await one({ size: 1_000 })).to.include({ outcome: 'delivered' });
      expect(isp.commands.filter((line) => line.startsWith('MAIL'))).to.deep.equal(['MAIL FROM:<mail@company.com> SIZE=1000']);
    });

    it('R36 stuffs dots wherever the pieces are cut', async () => {
      const text = '.\r\n..\r\nx.\r\n.y\r\n.\r\n';
      await connectTo();
      for (let cut = 1; cut < text.length; cut++) {
        await one({ content: () => pieces(text.slice(0, cut), text.slice(cut)) });
        const unstuffed = (isp.messages.at(-1) ?? '').replace(/(^|\r\n)\./g, '$1');
        expect(unstuffed, `cut at ${cut}`).to.equal(text);
      }
    });

    it('R37 passes DSN parameters on where they are offered, each recipient its own', async () => {
      const to: Partial<RelayDestinations> = {
        dsn: { ret: 'HDRS', envid: 'QQ+1' },
        recipients: [
          { address: 'a@b.example', dsn: { notify: ['NEVER'] } },
          { address: 'c@b.example', dsn: { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;c@b.example' } },
        ],
      };
      await connectTo({ extensions: ['DSN', 'AUTH PLAIN'] });
      await relay([], to);
      expect(isp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).to.deep.equal([
        'MAIL FROM:<mail@company.com> RET=HDRS ENVID=QQ+2B1',
        'RCPT TO:<a@b.example> NOTIFY=NEVER',
        'MAIL FROM:<mail@company.com> RET=HDRS ENVID=QQ+2B1',
        'RCPT TO:<c@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@b.example',
      ]);
      await renew({ extensions: ['AUTH PLAIN'] });
      isp.commands.length = 0;
      await relay([], to);
      expect(isp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).to.deep.equal([
        'MAIL FROM:<mail@company.com>',
        'RCPT TO:<a@b.example>',
        'RCPT TO:<c@b.example>',
      ]);
    });

    it('keeps the null sender, and refuses addresses that would end a command', async () => {
      await connectTo();
      const receipts = await relay(['x@y.z>\r\nRCPT TO:<evil@e.example', 'a@b.example'], { from: '' });
      expect(receipts[0]).to.include({ outcome: 'failed', status: '5.1.3' });
      expect(isp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).to.deep.equal([
        'MAIL FROM:<> BODY=8BITMIME SIZE=21',
        'RCPT TO:<a@b.example>',
      ]);
      expect((await one({ from: 'a@b.c>\r\nRSET' }))?.status).to.equal('5.1.7');
    });
  });

  describe('the command smtp.test-login', () => {
    interface LoginTest {
      readonly ok: boolean;
      readonly transcript: readonly string[];
      readonly problem?: string;
    }

    const test = async (account: string): Promise<LoginTest> =>
      (await host.commands.get('smtp.test-login')?.({ account } as never, { signal: abort.signal } as never)) as LoginTest;

    it('shows what was said without the password', async () => {
      await connectTo();
      const result = await test('company');
      expect(result.ok).to.equal(true);
      expect(result.transcript.join('\n')).to.match(/C: EHLO.*C: AUTH PLAIN.*S: 235/s);
      const secret = Buffer.from('\0mail\0geheim').toString('base64');
      expect(result.transcript.join('\n')).to.not.contain('geheim').and.not.contain(secret);
      expect(isp.verbs()).to.not.include('MAIL');
    });

    it('says why it failed', async () => {
      await connectTo({ extensions: ['AUTH LOGIN'], answer: (_verb, line) => (line === 'AUTH LOGIN' ? '535 5.7.8 Not you' : undefined) });
      const result = await test('company');
      expect(result).to.include({ ok: false });
      expect(result.problem).to.match(/535 5\.7\.8 Not you/);
      let failure: unknown;
      await test('nobody').catch((error: unknown) => {
        failure = error;
      });
      expect(failure).to.have.property('code', 'user/unknown');
    });
  });
});
