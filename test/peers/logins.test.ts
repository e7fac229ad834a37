// Every way to log in, at a real server: as it is announced, and where the server keeps a hash only or wants TLS.
import { X509Certificate } from 'node:crypto';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { IspAccount, IspAuth, IspSecurity } from '#plugins/pop3/dist/client/ispAccount.js';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { type ProbeResult, probeLogin } from '#plugins/pop3/dist/client/probeLogin.js';
import { Dovecot, type DovecotLogins, ISP_PASSWORD } from './dovecot.js';
import { makeWorkFolder, obstacle, type WorkFolder } from './workFolder.js';

describe('logging in at Dovecot', function () {
  this.timeout(120_000);
  let work: WorkFolder;
  let dovecot: Dovecot | undefined;
  let known: KnownWays;

  before(async function () {
    const reason = obstacle();
    if (reason === undefined) return;
    process.stdout.write(`The peers do not try logins: ${reason}.\n`);
    this.skip();
  });
  afterEach(async () => {
    await dovecot?.stop();
    await work.remove();
  });

  const serve = async (logins: DovecotLogins): Promise<void> => {
    work = await makeWorkFolder();
    dovecot = await Dovecot.start(work, ['mail'], logins);
    known = new KnownWays();
  };
  const probe = (auth: IspAuth, security: IspSecurity, password = ISP_PASSWORD): Promise<ProbeResult> => {
    const account: IspAccount = {
      id: 'company',
      host: dovecot?.host ?? '',
      port: (security === 'tls' ? dovecot?.tlsPort : dovecot?.port) ?? 0,
      security,
      auth,
      user: 'mail',
      password,
      pin: new X509Certificate(work.certificate.cert).fingerprint256.replaceAll(':', '').toLowerCase(),
      leaveOnServerDays: 0,
      maxMessageBytes: 1_000_000,
      connectMs: 30_000,
      replyMs: 30_000,
    };
    return probeLogin(account, { clock: new VirtualClock(), known }, new AbortController().signal);
  };
  const ways = ({ transcript }: ProbeResult): readonly string[] =>
    transcript.flatMap((line) => /^C: (USER|APOP|AUTH \S+)/.exec(line)?.[1] ?? []);

  it('is let in by each of them, in clear text, by STLS and by TLS, and by none with a wrong password', async () => {
    await serve({ mechanisms: 'plain login cram-md5 apop' });
    for (const security of ['plain', 'starttls', 'tls'] as const) {
      for (const auth of ['plain', 'login', 'cram-md5', 'apop', 'user', 'auto'] as const) {
        expect((await probe(auth, security)).problem, `${auth} ${security}`).to.equal(undefined);
      }
      const wrong = await probe('auto', security, 'not the password');
      expect(wrong.problem?.code).to.equal('isp/login-refused');
      expect(ways(wrong), 'one that has worked is the only one').to.have.length(1);
    }
    expect(ways(await probe('auto', 'plain'))).to.deep.equal(['AUTH CRAM-MD5']);
    expect(ways(await probe('auto', 'tls'))).to.deep.equal(['AUTH PLAIN']);
  });

  it('is let in where the server announces CRAM-MD5 and APOP and keeps a hash only, and remembers how', async () => {
    await serve({ mechanisms: 'plain login cram-md5 apop', hashed: true });
    for (const security of ['plain', 'tls'] as const) expect((await probe('auto', security)).problem, security).to.equal(undefined);
    expect(ways(await probe('auto', 'plain'))).to.deep.equal(['AUTH PLAIN']);
    expect(ways(await probe('auto', 'plain', 'not the password'))).to.deep.equal(['AUTH PLAIN']);
  });

  it('hears that TLS is wanted, and sends no password', async () => {
    await serve({ tlsOnly: true });
    const { problem, transcript } = await probe('auto', 'plain');
    expect(problem?.code).to.equal('isp/tls');
    expect(problem?.message).to.include('set pop3.security to starttls or tls');
    expect(transcript.join('\n')).to.not.match(/C: (?:USER|PASS|AUTH|APOP)/);
    expect((await probe('user', 'plain')).problem?.code, 'also where it is told so at USER').to.equal('isp/tls');
    expect((await probe('auto', 'starttls')).problem).to.equal(undefined);
  });

  it('is let in where CRAM-MD5 is all there is', async () => {
    await serve({ mechanisms: 'cram-md5' });
    for (const security of ['plain', 'tls'] as const) {
      const { problem, transcript } = await probe('auto', security);
      expect(problem, transcript.join('\n')).to.equal(undefined);
    }
  });
});
