// By which ways the relay logs in, in which order, when it stops, and what it says.
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { loginReplyMeaning } from '#plugins/smtp/dist/relay/login/refusedLogins.js';
import { mechanismsIn } from '#plugins/smtp/dist/relay/login/waysToLogIn.js';
import { fingerprintOf, testCertificate } from '../testCertificate.js';
import { relayingHost } from './relayingHost.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PLAIN = base64('\0mail\0geheim');
const CHALLENGE = '<24609.1047914046@isp.example>';
const LETS_IN: Readonly<Record<string, string>> = {
  [`AUTH PLAIN ${PLAIN}`]: '235 2.7.0 In',
  'AUTH LOGIN': `334 ${base64('Username:')}`,
  [base64('mail')]: `334 ${base64('Password:')}`,
  [base64('geheim')]: '235 2.7.0 In',
  'AUTH CRAM-MD5': `334 ${base64(CHALLENGE)}`,
  [base64(`mail ${createHmac('md5', 'geheim').update(CHALLENGE).digest('hex')}`)]: '235 2.7.0 In',
};

describe('the ways to log in at the outgoing server', () => {
  const at = relayingHost();

  /** A host that announces this, lets everybody in by what it announces, and answers otherwise where `says` does. */
  const isp = (auth: string, says: Readonly<Record<string, string>> = {}, more: Readonly<Record<string, unknown>> = {}): Promise<void> =>
    at.connectTo({ extensions: auth === '' ? [] : [`AUTH ${auth}`], ...script(says) }, more);
  const script = (says: Readonly<Record<string, string>>): { answer: (verb: string, line: string) => string | undefined } => ({
    answer: (_verb, line) =>
      says[line.slice(0, 10)] ?? says[line] ?? LETS_IN[line] ?? (line.startsWith('AUTH') ? '504 5.5.4 No' : undefined),
  });
  const auths = (): readonly string[] => at.isp.commands.filter((line) => line.startsWith('AUTH')).map((line) => line.split(' ')[1] ?? '');
  const again = async (): Promise<unknown> => {
    await at.host.clock.fire(10_000);
    return (await at.one())?.outcome;
  };

  for (const refusal of [
    '504 5.5.4 Not that',
    '535 5.7.8 Authentication failed',
    '535 5.7.8 Username and Password not accepted',
    '553 Denied',
    '502 5.5.1 What?',
  ])
    it(`logs in by LOGIN where PLAIN is announced and answered with "${refusal}", and begins with it next time (168)`, async () => {
      await isp('PLAIN LOGIN', { 'AUTH PLAIN': refusal });
      expect((await at.one())?.outcome).to.equal('delivered');
      expect(at.isp.connections, 'in the same session').to.equal(1);
      expect(await again()).to.equal('delivered');
      expect(auths()).to.deep.equal(['PLAIN', 'LOGIN', 'LOGIN']);
    });

  it('tries LOGIN in another session where the host hangs up behind a refused PLAIN (168)', async () => {
    const refused = new Set<number>();
    await at.connectTo({
      extensions: ['AUTH PLAIN LOGIN'],
      answer: (_verb, line) => {
        if (line.startsWith('AUTH PLAIN')) {
          refused.add(at.isp.connections);
          return '535 5.7.8 Denied';
        }
        return refused.has(at.isp.connections) ? 'cut' : LETS_IN[line];
      },
    });
    expect((await at.one())?.outcome).to.equal('delivered');
    expect(at.isp.connections).to.equal(2);
  });

  it('says what was refused where the host hangs up each time, after two sessions', async () => {
    await isp('PLAIN LOGIN', { 'AUTH PLAIN': '535 5.7.8 Denied', 'AUTH LOGIN': 'cut' });
    expect(await at.one()).to.include({ outcome: 'deferred', configuration: true, text: '535 5.7.8 Denied' });
    expect(at.isp.connections).to.equal(2);
  });

  it('answers 334 with the response that stood behind AUTH PLAIN, and sends it in two steps after 501', async () => {
    await isp('PLAIN', { 'AUTH PLAIN': '334 ', [PLAIN]: '235 In' });
    expect((await at.one())?.outcome).to.equal('delivered');
    await at.renew({
      extensions: ['AUTH PLAIN'],
      answer: (_verb, line) => ({ [`AUTH PLAIN ${PLAIN}`]: '501 Syntax', 'AUTH PLAIN': '334', [PLAIN]: '235 In' })[line],
    });
    expect((await at.one())?.outcome).to.equal('delivered');
  });

  it('lets a password be refused twice at most, and once by a way that has worked (161)', async () => {
    const no = '535 5.7.8 No';
    await isp('PLAIN LOGIN CRAM-MD5', { 'AUTH PLAIN': no, 'AUTH LOGIN': no, 'AUTH CRAM-': no });
    expect(await at.one()).to.include({ outcome: 'deferred', configuration: true, status: '4.7.8' });
    expect(auths()).to.deep.equal(['CRAM-MD5', 'PLAIN']);
    at.isp.script = { extensions: ['AUTH PLAIN LOGIN'], ...script({}) };
    expect((await at.one())?.outcome).to.equal('delivered');
    await at.renew({ extensions: ['AUTH PLAIN LOGIN'], ...script({ 'AUTH PLAIN': no }) });
    expect((await at.one())?.configuration).to.equal(true);
    expect(auths().slice(2)).to.deep.equal(['PLAIN', 'PLAIN']);
  });

  it('takes 534 for the last word', async () => {
    await isp('PLAIN LOGIN', { 'AUTH PLAIN': '534 5.7.9 Application-specific password required' });
    expect((await at.one())?.configuration).to.equal(true);
    expect(auths()).to.deep.equal(['PLAIN']);
  });

  it('shows the password to nobody on the way without TLS where it need not, and begins with PLAIN in TLS (162)', async () => {
    await isp('LOGIN PLAIN CRAM-MD5');
    expect((await at.one())?.outcome).to.equal('delivered');
    expect(auths()).to.deep.equal(['CRAM-MD5']);
    expect(at.isp.commands.join('\n')).to.not.include(base64('geheim')).and.to.not.include(PLAIN);
    await at.host.stop();
    await at.isp.stop();
    const pem = await testCertificate();
    await at.connectTo(
      { pem, extensions: ['AUTH CRAM-MD5 LOGIN PLAIN'], ...script({}) },
      { 'smtp.security': 'starttls', 'smtp.tls.pin': fingerprintOf(pem) },
    );
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(auths()).to.deep.equal(['PLAIN']);
  });

  it('takes the mechanism that smtp.auth names and no other, announced or not (164)', async () => {
    for (const auth of ['plain', 'login', 'cram-md5']) {
      await isp('X-OTHER', {}, { 'smtp.auth': auth });
      expect((await at.one())?.outcome, auth).to.equal('delivered');
      expect(auths()).to.deep.equal([auth.toUpperCase()]);
      await at.renew({ extensions: ['AUTH X-OTHER'], answer: (verb) => (verb === 'AUTH' ? '504 5.5.4 No' : undefined) });
      const refused = await at.one();
      expect(refused).to.include({ configuration: true, status: '4.7.4' });
      expect(refused?.text).to.include('Set "smtp.auth" to "auto"').and.include('X-OTHER');
      expect(auths()).to.have.length(2);
      await at.host.stop();
      await at.isp.stop();
    }
    await isp('');
  });

  it('says which ways the host offers where none is known, and sends no password (165)', async () => {
    for (const offered of ['XOAUTH2 OAUTHBEARER', 'GSSAPI NTLM']) {
      await isp(offered);
      const receipt = await at.one();
      expect(receipt).to.include({ outcome: 'deferred', configuration: true, status: '4.7.4' });
      for (const name of offered.split(' ')) expect(receipt?.text).to.include(name);
      expect(receipt?.text.includes('wants OAuth')).to.equal(offered.includes('OAUTH'));
      expect(auths()).to.deep.equal([]);
      await at.host.stop();
      await at.isp.stop();
    }
    await isp('PLAIN LOGIN', { 'AUTH PLAIN': '504 5.5.4 No', 'AUTH LOGIN': '502 No' });
    expect((await at.one())?.text)
      .to.include('PLAIN: "504 5.5.4 No"')
      .and.include('LOGIN: "502 No"');
  });

  for (const reply of [
    '530 5.7.0 Must issue a STARTTLS command first',
    '538 5.7.11 Encryption required for requested authentication mechanism',
    '535 5.7.8 Use TLS, please',
    '554 5.7.1 Plaintext authentication disallowed',
  ])
    it(`takes "${reply}" to a login for a wish for TLS (166)`, async () => {
      await isp('PLAIN LOGIN', { 'AUTH PLAIN': reply });
      const receipt = await at.one();
      expect(receipt).to.include({ outcome: 'deferred', configuration: true, status: '4.7.11' });
      expect(receipt?.text).to.include('The ISP takes no login without TLS: set "smtp.security" to "starttls" or "tls"').and.include(reply);
      expect(auths()).to.deep.equal(['PLAIN']);
    });

  it('takes 530 to the mail itself for a wish for TLS, and EHLO with STARTTLS and without AUTH, where no password is sent (166)', async () => {
    await at.connectTo(
      { extensions: [], answer: (verb) => (verb === 'MAIL' ? '530 5.7.0 Must issue a STARTTLS command first' : undefined) },
      { 'smtp.auth': 'none' },
    );
    expect((await at.one())?.text).to.include('The ISP takes no mail without TLS: set "smtp.security"');
    await at.host.stop();
    await at.isp.stop();
    await isp('');
    at.isp.script = { extensions: ['STARTTLS'] };
    const receipt = await at.one();
    expect(receipt).to.include({ outcome: 'deferred', configuration: true, status: '4.7.11' });
    expect(receipt?.text).to.include('No password was sent');
    expect(at.isp.verbs()).to.not.include('AUTH');
  });

  for (const reply of [
    '535 5.7.8 Too many logins, try later',
    '535 5.7.8 Error: authentication failed: Connection lost to authentication server',
    '535 Mailbox in use',
    '454 4.7.0 Temporary authentication failure',
    '550 5.7.1 Login rate exceeded',
  ])
    it(`takes "${reply}" for no wrong password, and comes back in minutes (167)`, async () => {
      await isp('PLAIN LOGIN', { 'AUTH PLAIN': reply });
      expect(await at.one())
        .to.include({ outcome: 'deferred', text: reply })
        .and.not.have.property('configuration');
      expect(auths()).to.deep.equal(['PLAIN']);
    });

  it('reads mechanisms as hosts write them', () => {
    expect(mechanismsIn('250-isp\r\n250-AUTH PLAIN login\r\n250-AUTH=LOGIN CRAM-MD5\r\n250 SIZE')).to.deep.equal([
      'PLAIN',
      'LOGIN',
      'CRAM-MD5',
    ]);
    expect(mechanismsIn('250-isp\r\n250 AUTH')).to.deep.equal([]);
    expect(mechanismsIn('250-auth.isp.example AUTH\r\n250 SIZE')).to.equal(undefined);
    expect(mechanismsIn(`250 AUTH ${' '.repeat(100_000)}PLAIN`)).to.deep.equal(['PLAIN']);
    expect(loginReplyMeaning(`535-5.7.8 ${'unable to '.repeat(50_000)}`)).to.equal('unclear');
  });
});
