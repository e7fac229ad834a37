// Logins that public reports tell of, played from the transcripts of ../shared/cases: what the servers say is taken from there, word for word.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { accountWait } from '#core/flow/accountWait.js';
import { playedCase } from '../kit/publicCases.js';
import { CollectingHost, mail } from './pop3/support/collectingHost.js';
import { CHALLENGE, type Logins, loginScript } from './pop3/support/loginServer.js';
import { relayingHost } from './smtp/relay/relayingHost.js';

const HOUR = 60 * 60_000;

/** The transcript of a case; skips the test where the folder is missing. */
function transcript(name: string, test: Mocha.Context): string {
  return readFileSync(path.join(playedCase(name.slice(0, 3), test), 'input.transcript'), 'utf8');
}

/** Every `-ERR` line in it, also those of variants. */
function refusalsIn(text: string): readonly string[] {
  return [...text.matchAll(/-ERR [^"\n]+/g)].map(([line]) => line.replace(/"?\s*\)?$/, '').trim());
}

/** The capabilities behind `C: CAPA ->` or `S: +OK /`. */
function capabilitiesIn(text: string): readonly string[] {
  const list = /^C: CAPA -> ([^(\n]+)/m.exec(text)?.[1]?.split(',') ?? /^S: \+OK \/ (.+) \/ \.$/m.exec(text)?.[1]?.split('/') ?? [];
  return list.map((word) => word.trim());
}

describe('logins of public reports, by POP3', () => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start();
    at.isp.put(mail('one'));
  });
  afterEach(() => at.stop());

  /** One round; the first problem, if there is one. */
  const round = async (capabilities: readonly string[], logins: Logins): Promise<{ code: string; message: string } | undefined> => {
    at.isp.capabilities = [...capabilities];
    at.isp.script = loginScript(at.isp, logins);
    const { failed } = await at.round();
    for (const { code } of failed) {
      if (code !== 'isp/login-refused')
        for (let failures = 1; failures < 50; failures += 1) expect(accountWait(code, failures)).to.be.below(HOUR);
    }
    return failed[0];
  };
  const logins = (): number => at.isp.commands.filter((command) => /^(?:PASS|AUTH|APOP) /.test(command)).length;

  it('collects where PLAIN is announced and not taken as it is sent, and begins with what worked (case 018)', async function () {
    const text = transcript('018-auth-plain-refused-at-the-isp', this);
    const [first = '', variant = ''] = refusalsIn(text);
    const capabilities = capabilitiesIn(text);
    expect(capabilities).to.include('USER').and.include('SASL PLAIN LOGIN');
    const ways: readonly Logins[] = [
      { takes: ['user'], says: { 'AUTH PLAIN': first, 'AUTH LOGIN': first } },
      { takes: ['asks'] },
      { takes: ['steps'], says: { 'AUTH PLAIN': variant } },
    ];
    for (const way of ways) {
      expect(await round(capabilities, way)).to.equal(undefined);
      const before = logins();
      expect(await round(capabilities, way)).to.equal(undefined);
      expect(logins() - before, 'the second session does not go wrong first').to.be.at.most(1);
    }
  });

  it('takes no "not now" for a wrong password (case 019)', async function () {
    const refusals = refusalsIn(transcript('019-not-now-is-not-wrong-password', this));
    expect(refusals).to.have.length(6);
    for (const refusal of refusals) {
      const problem = await round(['USER'], { takes: ['user'], says: { PASS: refusal } });
      expect(problem?.code, refusal).to.be.oneOf(['isp/temporary', 'isp/in-use']);
      expect(problem?.message).to.include(refusal.slice('-ERR '.length)).and.not.include('pop3.password');
      expect(problem?.message).to.match(/come back later|in use/);
    }
  });

  it('says that the ISP wants TLS, and sends no password where its CAPA says so (case 030)', async function () {
    const text = transcript('030-tls-demanded-is-not-a-wrong-password', this);
    const capabilities = capabilitiesIn(text);
    expect(capabilities).to.include('STLS');
    const sentence = 'The ISP takes no login without TLS: set pop3.security to starttls or tls.';
    expect(await round(capabilities, { takes: [] })).to.deep.include({ code: 'isp/tls' });
    expect(at.isp.commands).to.deep.equal(['CAPA']);
    const refusals = refusalsIn(text);
    expect(refusals).to.have.length(2);
    for (const refusal of [...refusals, ...refusals.map((line) => line.replace(/\[AUTH\] /, ''))]) {
      for (const step of ['USER', 'PASS']) {
        const problem = await round(['USER'], { takes: ['user'], says: { [step]: refusal } });
        expect(problem?.code, refusal).to.equal('isp/tls');
        expect(problem?.message).to.include(sentence);
      }
    }
  });

  it('logs in by CRAM-MD5 or APOP where USER is refused, and says what the ISP offers where nothing fits (case 031)', async function () {
    const text = transcript('031-no-way-to-log-in', this);
    const [plainOff = '', basicOff = ''] = refusalsIn(text);
    const capabilities = capabilitiesIn(text);
    expect(await round(capabilities, { takes: ['cram-md5'], says: { USER: plainOff } })).to.equal(undefined);
    expect(await round(capabilities, { takes: ['cram-md5'] }), 'variant b').to.equal(undefined);
    at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
    expect(await round(['TOP', 'UIDL', 'USER'], { takes: ['apop'], says: { USER: plainOff } }), 'APOP').to.equal(undefined);
    at.isp.greeting = '+OK ready\r\n';
    at.host.accountValues['pop3.auth'] = 'user';
    expect(await round(capabilities, { takes: [], says: { USER: plainOff } }), 'by USER alone').to.deep.include({ code: 'isp/no-login' });
    at.host.accountValues['pop3.auth'] = 'auto';
    const problem = await round(['TOP', 'UIDL', 'SASL XOAUTH2'], { takes: [], says: { USER: basicOff } });
    expect(problem?.code, basicOff).to.equal('isp/no-login');
    expect(problem?.message).to.include('SASL XOAUTH2').and.include('wants OAuth').and.not.include('pop3.password');
  });
});

describe('logins of public reports, by SMTP', () => {
  const at = relayingHost();

  it('sends where PLAIN is announced and only LOGIN is taken, and begins with it then (case 021)', async function () {
    await at.connectTo();
    const text = transcript('021-auth-plain-refused-at-the-smart-host', this);
    const base64 = (word: string): string => Buffer.from(word).toString('base64');
    const lets: Readonly<Record<string, string>> = { 'AUTH LOGIN': '334 VXNlcm5hbWU6', [base64('mail')]: '334 UGFzc3dvcmQ6' };
    const refusals = [/^S: (504 [^(\n]+)/m, /variant b: (535 [\d.]+)/, /variant c: (553)/].map(
      (line) => line.exec(text)?.[1]?.trim() ?? '',
    );
    for (const refusal of refusals) {
      await at.host.stop();
      await at.isp.stop();
      await at.connectTo({
        extensions: [/250-(AUTH .+)/.exec(text)?.[1] ?? ''],
        answer: (_verb, line) =>
          line.startsWith('AUTH PLAIN') ? `${refusal} no` : (lets[line] ?? (line === base64('geheim') ? '235 In' : undefined)),
      });
      expect((await at.one())?.outcome, refusal).to.equal('delivered');
      await at.host.clock.fire(10_000);
      expect((await at.one())?.outcome, refusal).to.equal('delivered');
      expect(at.isp.commands.filter((line) => line.startsWith('AUTH PLAIN'))).to.have.length(1);
    }
  });
});
