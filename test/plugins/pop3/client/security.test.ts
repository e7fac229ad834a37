import { expect } from 'chai';
import type { ProbeResult } from '#plugins/pop3/dist/client/probeLogin.js';
import { CollectingHost } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';

describeReading('POP3 client and TLS', (place) => {
  let at: CollectingHost;
  afterEach(() => at.stop());

  const noPassword = (): void => {
    for (const command of at.isp.commands) expect(command).not.to.match(/^(PASS|USER|AUTH)/);
  };

  it('C05 C06 starts TLS, asks for the capabilities again, and logs in', async () => {
    at = await CollectingHost.start('starttls', place);
    at.pin();
    at.isp.put('A: 1\r\n\r\nhi\r\n');
    expect(await at.round()).to.deep.equal({ fetched: 1, stored: 1, duplicates: 0, failed: [] });
    expect(at.isp.commands.slice(0, 4)).to.deep.equal(['CAPA', 'STLS', 'CAPA', 'USER mail']);
  });

  it('C06 sends no password where STLS is refused', async () => {
    at = await CollectingHost.start('starttls', place);
    at.isp.script = (command) => (command === 'STLS' ? '-ERR no\r\n' : undefined);
    expect((await at.round()).failed[0]?.code).to.equal('isp/tls');
    noPassword();
  });

  it('C07 sends no password where octets follow the +OK to STLS', async () => {
    at = await CollectingHost.start('starttls', place);
    at.isp.script = (command) => (command === 'STLS' ? '+OK begin\r\n+OK injected\r\n' : undefined);
    expect((await at.round()).failed[0]?.message).to.include('injecting');
    noPassword();
  });

  it('C08 C09 refuses a certificate that nobody vouches for, and names its fingerprint', async () => {
    at = await CollectingHost.start('tls', place);
    const report = await at.round();
    expect(report.failed[0]?.code).to.equal('isp/tls');
    expect(report.failed[0]?.message).to.match(/([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    noPassword();
  });

  it('C08 takes exactly the certificate that is pinned', async () => {
    at = await CollectingHost.start('tls', place);
    at.pin();
    at.isp.put('A: 1\r\n\r\nhi\r\n');
    expect((await at.round()).stored).to.equal(1);
    at.host.accountValues['pop3.tls.pin'] = 'ab'.repeat(32);
    expect((await at.round()).failed[0]?.message).to.include('another certificate');
  });

  it('reports a server without TLS on a TLS port', async () => {
    at = await CollectingHost.start('plain', place);
    at.host.accountValues['pop3.security'] = 'tls';
    const [failure] = (await at.round()).failed;
    expect(failure?.code).to.equal('isp/tls');
    expect(failure?.message).to.include('TLS with 127.0.0.1 failed: wrong version number. No password was sent.');
    noPassword();
  });

  const probe = (): Promise<ProbeResult> =>
    Promise.resolve(
      at.host.commands.get('pop3.test-login')?.({ account: 'company' } as never, {
        signal: new AbortController().signal,
        author: 'cli',
        progress: () => {},
      }),
    ) as Promise<ProbeResult>;

  it('C10 tests a login and tells what was said, without the password', async () => {
    at = await CollectingHost.start('starttls', place);
    at.pin();
    at.isp.put('A: 1\r\n\r\nhi\r\n');
    const result = await probe();
    expect(result.ok).to.equal(true);
    expect(result.transcript).to.include.members(['S: +OK ready', 'C: STLS', 'C: USER mail', 'C: PASS (hidden)', 'C: QUIT']);
    expect(JSON.stringify(result)).not.to.include('isp secret');
    expect(at.isp.messages).to.have.length(1);
  });

  it('C10 hides the response of AUTH PLAIN, in one line or in two', async () => {
    at = await CollectingHost.start('plain', place);
    at.isp.capabilities = ['SASL PLAIN'];
    for (const password of ['isp secret', 'p'.repeat(300)]) {
      at.isp.password = password;
      at.host.password = password;
      const response = Buffer.from(`\0mail\0${password}`).toString('base64');
      at.isp.script = (command) => (command === response ? '+OK in\r\n' : undefined);
      const result = await probe();
      expect(result.ok, JSON.stringify(result)).to.equal(true);
      expect(at.isp.commands.join('\n')).to.include(response);
      expect(JSON.stringify([result, at.host.log]))
        .to.not.include(response)
        .and.to.not.include(password);
    }
  });

  it('C06 sends no password where CAPA does not offer STLS and nobody answers it well', async () => {
    at = await CollectingHost.start('starttls', place);
    at.isp.capabilities = ['USER'];
    at.isp.script = (command) => (command === 'STLS' ? '-ERR unknown command\r\n' : undefined);
    expect((await at.round()).failed[0]?.code).to.equal('isp/tls');
    noPassword();
  });

  it('C10 hides the password even where the server repeats it', async () => {
    at = await CollectingHost.start('plain', place);
    at.isp.script = (command) => (command.startsWith('PASS') ? `-ERR [AUTH] ${command} is wrong\r\n` : undefined);
    const result = await probe();
    expect(result.ok).to.equal(false);
    expect(result.problem?.code).to.equal('isp/login-refused');
    expect(JSON.stringify(result)).not.to.include('isp secret');
  });

  it('C10 shows the same transcript for every password, by PASS and by AUTH PLAIN', async () => {
    for (const [capabilities, shown] of [
      [['UIDL'], 'C: PASS (hidden)'],
      [['SASL PLAIN'], 'C: AUTH PLAIN (hidden)'],
    ] as const) {
      const seen = new Set<string>();
      for (const password of ['isp secret', 'x', 'Rosengarten und noch viel mehr']) {
        at = await CollectingHost.start('plain', place);
        at.isp.capabilities = [...capabilities];
        at.isp.password = password;
        at.host.password = password;
        const { ok, transcript } = await probe();
        expect(ok).to.equal(true);
        expect(transcript).to.include(shown);
        seen.add(transcript.join('\n'));
        await at.stop();
      }
      expect([...seen]).to.have.length(1);
    }
  });

  it('C10 shows nothing of an echo, whole, cut or decoded, in transcripts, reports and logs', async () => {
    at = await CollectingHost.start('plain', place);
    const response = Buffer.from('\0mail\0isp secret').toString('base64');
    const echoes = ['isp secret', 'ISP SECRET', 'secret', response, response.slice(0, 12), 'x'.repeat(190).concat(response)];
    for (const capabilities of [['UIDL'], ['SASL PLAIN']]) {
      at.isp.capabilities = capabilities;
      for (const echo of echoes) {
        at.isp.script = (command) => (/^(?:PASS|AUTH)/.test(command) ? `-ERR [AUTH] ${echo} is wrong\r\n` : undefined);
        const result = await probe();
        expect(result.transcript.at(-1), echo).to.equal('S: -ERR [AUTH] (hidden: it repeats what it was told)');
        expect(result.problem?.code).to.equal('isp/login-refused');
        const report = await at.round();
        expect(JSON.stringify([result, report, at.host.log])).to.not.include(echo);
      }
      at.isp.script = (command) => (/^(?:PASS|AUTH)/.test(command) ? `${command}\r\n` : undefined);
      expect((await probe()).problem?.message, 'a server that repeats everything').to.include('"(hidden: it repeats what it was told)"');
    }
  });
});
