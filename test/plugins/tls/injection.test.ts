// Octets that came in clear text before the handshake are never taken for protected ones, in any of the four roles (CVE-2011-0411, CVE-2021-33515).

import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { type ProbeResult, probeLogin } from '#plugins/pop3/dist/client/probeLogin.js';
import { IspSession } from '#plugins/smtp/dist/relay/ispSession.js';
import { KnownMechanisms } from '#plugins/smtp/dist/relay/login/knownMechanisms.js';
import { Postroom } from '../../kit/postroom.js';
import { RawClient } from '../pop3/support/rawClient.js';
import { LineClient } from '../smtp/lineClient.js';
import { fingerprintOf, type TestCertificate, testCertificate } from '../smtp/testCertificate.js';
import { InjectingIsp } from './injectingIsp.js';

const LOOPBACK = { host: '127.0.0.1', port: 0, security: 'starttls' };
const LOGIN = `AUTH PLAIN ${Buffer.from('\0lisa\0open sesame').toString('base64')}\r\n`;
const MAIL = 'MAIL FROM:<lisa@works.example>\r\nRCPT TO:<john@works.example>\r\nDATA\r\nSubject: injected\r\n\r\nx\r\n.\r\n';

/** What is sent in clear text behind the command that begins TLS, in which segments; the last one is sent when the answer has come. */
const BEHIND_STLS: readonly (readonly [what: string, segments: readonly string[]])[] = [
  ['a login in the same segment', ['STLS\r\nUSER lisa\r\nPASS open sesame\r\nDELE 1\r\nQUIT\r\n']],
  ['a login by SASL in the same segment', [`STLS\r\n${LOGIN}`]],
  ['half a command in the same segment', ['STLS\r\nUSER li']],
  ['a single octet', ['STLS\r\n\r']],
  ['a name before it, for the password behind it', ['USER lisa\r\nSTLS\r\n']],
];
const BEHIND_STARTTLS: readonly (readonly [what: string, segments: readonly string[]])[] = [
  ['a message in the same segment', [`STARTTLS\r\n${MAIL}`]],
  ['a login in the same segment', [`STARTTLS\r\nEHLO evil.example\r\n${LOGIN}`]],
  ['half a command in the same segment', ['STARTTLS\r\nMAIL FROM:<li']],
  ['a login before it', [`${LOGIN}STARTTLS\r\n`]],
  ['a sender before it, for the recipients behind it', [`${LOGIN}MAIL FROM:<lisa@works.example>\r\nSTARTTLS\r\n`]],
];

const POP3_BEFORE = ['CAPA', 'STLS', 'SASL PLAIN', 'UIDL'];
const INJECTED: readonly (readonly [what: string, pop3: readonly string[], smtp: readonly string[]])[] = [
  ['an answer in the same segment', ['+OK go\r\n+OK injected\r\nSASL PLAIN\r\n.\r\n'], ['220 go\r\n250-injected\r\n250 AUTH LOGIN\r\n']],
  ['half an answer in the same segment', ['+OK go\r\n+O'], ['220 go\r\n25']],
  ['an answer in a segment of its own', ['+OK go\r\n', '+OK injected\r\n.\r\n'], ['220 go\r\n', '250 injected\r\n']],
  ['a single octet', ['+OK go\r\n\n'], ['220 go\r\n\n']],
];

describe('text in front of TLS', function () {
  this.timeout(60_000);
  let pem: TestCertificate;
  before(async () => {
    pem = await testCertificate();
  });

  describe('with our servers', () => {
    let postroom: Postroom;
    before(async () => {
      postroom = await Postroom.start({
        settings: {
          'pop3.listen': [LOOPBACK],
          'smtp.listen': [LOOPBACK],
          'pop3.plaintextNetworks': ['127.0.0.0/8'],
          'smtp.trustedNetworks': ['127.0.0.0/8'],
        },
      });
    });
    after(() => postroom.stop());
    const port = (protocol: string): number => postroom.service(Ports).ports.find((each) => each.protocol === protocol)?.port ?? 0;

    for (const [what, segments] of BEHIND_STLS) {
      it(`the POP3 server takes nothing from ${what}`, async () => {
        const client = await RawClient.connect(port('pop3'));
        await client.line();
        for (const segment of segments) client.send(segment);
        // Either it ends here, or nothing that was said counts in TLS.
        const secured = await (async () => {
          for (let line = await client.line(); !/TLS/.test(line); line = await client.line());
          await client.secure();
          return true;
        })().catch(() => false);
        if (secured) {
          expect(await client.ask('PASS open sesame')).to.match(/^-ERR /);
          expect(await client.ask('STAT')).to.equal('-ERR Log in first');
          expect(await client.ask('QUIT')).to.match(/^\+OK/);
        }
        client.destroy();
        expect(postroom.events.filter((event) => event.type === 'session' && event.protocol === 'pop3')).to.deep.equal([]);
      });
    }

    for (const [what, segments] of BEHIND_STARTTLS) {
      it(`the SMTP server takes nothing from ${what}`, async () => {
        const client = await LineClient.open(port('smtp'));
        await client.run('EHLO office.example');
        for (const segment of segments) client.write(segment);
        for (let reply = await client.reply(); !reply.startsWith('220'); reply = await client.reply()) expect(reply).to.match(/^[23]/);
        await client.secure();
        expect(await client.say('RCPT TO:<john@works.example>')).to.match(/^503 /);
        expect(await client.say('EHLO secure.example'))
          .to.match(/^250-.*\n[\s\S]*AUTH PLAIN LOGIN/)
          .and.not.include('STARTTLS');
        expect(await client.say('RCPT TO:<john@works.example>')).to.match(/^503 /);
        await client.run('QUIT');
        client.close();
        expect(await postroom.subjects('john')).to.not.include('injected');
        postroom.events.length = 0;
      });
    }
  });

  describe('with a hostile ISP', () => {
    let isp: InjectingIsp;
    afterEach(() => isp.stop());
    const pin = (): string => fingerprintOf(pem).replaceAll(':', '').toLowerCase();

    async function pop3(segments: readonly string[], inTls: readonly string[] = POP3_BEFORE): Promise<ProbeResult> {
      const capabilities = (secure: boolean): string => `+OK\r\n${(secure ? inTls : POP3_BEFORE).join('\r\n')}\r\n.\r\n`;
      const answer = (line: string, secure: boolean): string =>
        line === 'CAPA' ? capabilities(secure) : line === 'UIDL' ? '+OK\r\n.\r\n' : '+OK 0 0\r\n';
      isp = await InjectingIsp.start({ begins: 'STLS', segments, greeting: '+OK ready\r\n', pem, answer });
      const account = {
        id: 'company',
        host: '127.0.0.1',
        port: isp.port,
        security: 'starttls' as const,
        auth: 'auto' as const,
        user: 'mail',
        password: 'isp secret',
        pin: pin(),
      };
      const limits = { leaveOnServerDays: 0, maxMessageBytes: 1_000, connectMs: 30_000, replyMs: 30_000 };
      return probeLogin({ ...account, ...limits }, { clock: new VirtualClock(), known: new KnownWays() }, new AbortController().signal);
    }

    /** Answers the extensions that it went by, or the problem. */
    async function smtp(segments: readonly string[], inTls = '250-isp\r\n250 AUTH PLAIN\r\n'): Promise<readonly string[] | string> {
      const answer = (line: string, secure: boolean): string =>
        line.startsWith('EHLO')
          ? secure
            ? inTls
            : '250-isp\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 AUTH LOGIN\r\n'
          : line.startsWith('AUTH')
            ? '235 in\r\n'
            : '250 ok\r\n';
      isp = await InjectingIsp.start({ begins: 'STARTTLS', segments, greeting: '220 isp\r\n', pem, answer });
      const server = {
        clientName: 'office.example',
        host: '127.0.0.1',
        port: isp.port,
        security: 'starttls' as const,
        auth: 'auto' as const,
        pin: pin(),
        patienceMs: 30_000,
      };
      try {
        const session = await IspSession.open(
          { ...server, login: { user: 'mail', password: 'isp secret' } },
          new KnownMechanisms(),
          new AbortController().signal,
        );
        session.close();
        return [...session.extensions.names];
      } catch (error) {
        return (error as Error).message;
      }
    }

    for (const [what, behindStls, behindStartTls] of INJECTED) {
      it(`C07 the POP3 client sends no password behind ${what}, and says why`, async () => {
        const { ok, problem } = await pop3(behindStls);
        expect(ok).to.equal(false);
        expect(problem?.code).to.equal('isp/tls');
        expect(problem?.message)
          .to.match(/injecting text|TLS with 127\.0\.0\.1 failed/)
          .and.include('No password was sent');
        expect([...isp.plain, ...isp.secure].join('\n')).to.not.match(/USER|PASS|AUTH/);
      });

      it(`R26 the SMTP client never goes by ${what}`, async () => {
        const outcome = await smtp(behindStartTls);
        expect(isp.plain.join('\n')).to.not.match(/AUTH|MAIL/);
        // Refused, or as if it had not been there: asked again in TLS, and that answer alone counts.
        if (typeof outcome === 'string') expect(isp.secure.join('\n')).to.not.match(/AUTH|MAIL/);
        else
          expect([outcome, isp.secure.slice(0, 2)]).to.deep.equal([
            ['AUTH'],
            ['EHLO office.example', `AUTH PLAIN ${Buffer.from('\0mail\0isp secret').toString('base64')}`],
          ]);
      });
    }

    it('C05 the POP3 client goes by what it is told in TLS, not by what was said before', async () => {
      expect(await pop3(['+OK go\r\n'], ['UIDL'])).to.include({ ok: true });
      expect(isp.plain).to.deep.equal(['CAPA', 'STLS']);
      expect(isp.secure.slice(0, 3)).to.deep.equal(['CAPA', 'USER mail', 'PASS isp secret']);
    });

    it('R29 the SMTP client goes by what it is told in TLS, not by what was said before', async () => {
      expect(await smtp(['220 go\r\n'])).to.deep.equal(['AUTH']);
      expect(isp.plain).to.deep.equal(['EHLO office.example', 'STARTTLS']);
    });
  });

  describe('with an ISP of the last century', () => {
    const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    let isp: InjectingIsp;
    afterEach(() => isp.stop());

    it('C08 the POP3 client refuses TLS 1.1, says so and sends no password', async () => {
      isp = await InjectingIsp.start({
        begins: 'STLS',
        segments: ['+OK go\r\n'],
        greeting: '+OK\r\n',
        pem: { ...pem, ...OLD },
        answer: () => '+OK\r\n.\r\n',
      });
      const account = {
        id: 'company',
        host: '127.0.0.1',
        port: isp.port,
        security: 'starttls' as const,
        auth: 'auto' as const,
        user: 'mail',
        password: 'isp secret',
        pin: undefined,
      };
      const limits = { leaveOnServerDays: 0, maxMessageBytes: 1_000, connectMs: 30_000, replyMs: 30_000 };
      const { ok, problem } = await probeLogin(
        { ...account, ...limits },
        { clock: new VirtualClock(), known: new KnownWays() },
        new AbortController().signal,
      );
      expect(ok).to.equal(false);
      expect(problem?.message).to.match(/^TLS with 127\.0\.0\.1 failed: .*(?:version|protocol).*No password was sent/);
      expect([...isp.plain, ...isp.secure].join('\n')).to.not.match(/USER|PASS|AUTH/);
    });

    it('R27 the SMTP client refuses TLS 1.1, says so and sends nothing', async () => {
      const answer = (line: string): string => (line.startsWith('EHLO') ? '250-isp\r\n250 STARTTLS\r\n' : '250 ok\r\n');
      isp = await InjectingIsp.start({
        begins: 'STARTTLS',
        segments: ['220 go\r\n'],
        greeting: '220 isp\r\n',
        pem: { ...pem, ...OLD },
        answer,
      });
      const server = {
        clientName: 'office.example',
        host: '127.0.0.1',
        port: isp.port,
        security: 'starttls' as const,
        auth: 'auto' as const,
        pin: undefined,
        patienceMs: 30_000,
      };
      const failure = await IspSession.open(
        { ...server, login: { user: 'mail', password: 'isp secret' } },
        new KnownMechanisms(),
        new AbortController().signal,
      ).catch((error: unknown) => error);
      expect(String(failure)).to.match(/No TLS with 127\.0\.0\.1, port \d+: .*(?:version|protocol).*Nothing was sent/);
      expect([...isp.plain, ...isp.secure].join('\n')).to.not.match(/AUTH|MAIL/);
    });
  });
});
