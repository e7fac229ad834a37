import { LOOK_MS } from '@postroom/sdk';
import { expect } from 'chai';
import { relayingHost } from './relayingHost.js';

describe('the login at the outgoing server', () => {
  const at = relayingHost();

  it('R16 takes refused logins for a fault of the set-up, never for a bounce', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'AUTH' ? '535 5.7.8 Wrong password' : undefined) });
    expect(await at.one()).to.include({ outcome: 'deferred', status: '4.7.8', configuration: true });
    at.isp.script = { answer: (verb) => (verb === 'MAIL' ? '530 5.7.0 Log in first' : undefined) };
    expect(await at.one()).to.include({ outcome: 'deferred', configuration: true });
    at.isp.script = { answer: (verb) => (verb === 'AUTH' ? '454 4.7.0 Try later' : undefined) };
    expect(await at.one())
      .to.include({ outcome: 'deferred', status: '4.7.0' })
      .and.not.have.property('configuration');
    at.isp.script = { extensions: ['PIPELINING'] };
    expect(await at.one()).to.include({ outcome: 'deferred', configuration: true });
    at.host.secrets.clear();
    expect((await at.one())?.text).to.match(/no password for the outgoing server/);
    expect(at.host.logged.join('\n')).to.not.match(/geheim|Z2VoZWlt/);
  });

  it('R30 uses a changed password at the next try', async () => {
    await at.connectTo();
    await at.one();
    at.host.secrets.set('smtp.password', 'neu');
    await at.one();
    expect(
      at.isp.commands.filter((line) => line.startsWith('AUTH')).map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').toString()),
    ).to.deep.equal(['\0mail\0geheim', '\0mail\0neu']);
  });

  it('logs in with smtp.user, else with the login for collecting mail', async () => {
    await at.connectTo({}, { 'pop3.user': 'collector' });
    await at.one();
    at.host.set('smtp.user', 'sender');
    await at.one();
    const users = at.isp.commands
      .filter((line) => line.startsWith('AUTH'))
      .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').toString());
    expect(users).to.deep.equal(['\0collector\0geheim', '\0sender\0geheim']);
  });

  describe('the command smtp.test-login', () => {
    interface LoginTest {
      readonly ok: boolean;
      readonly transcript: readonly string[];
      readonly problem?: string;
    }

    const test = async (account: string): Promise<LoginTest> =>
      (await at.host.commands.get('smtp.test-login')?.({ account } as never, { signal: at.abort.signal } as never)) as LoginTest;

    it('shows what was said without the password', async () => {
      await at.connectTo();
      const result = await test('company');
      expect(result.ok).to.equal(true);
      expect(result.transcript.join('\n')).to.match(/C: EHLO.*C: AUTH PLAIN.*S: 235/s);
      const secret = Buffer.from('\0mail\0geheim').toString('base64');
      expect(result.transcript.join('\n')).to.not.contain('geheim').and.not.contain(secret);
      expect(at.isp.verbs()).to.not.include('MAIL');
    });

    it('ends where the server goes on answering for ever', async () => {
      await at.connectTo({ answer: (verb) => (verb === 'EHLO' ? 'silence' : undefined) });
      const tested = test('company');
      await at.host.clock.fire(LOOK_MS);
      const { ok, problem } = await tested;
      expect(ok).to.equal(false);
      expect(problem).to.match(/went on answering for 15 minutes/);
    });

    it('says why it failed', async () => {
      await at.connectTo({
        extensions: ['AUTH LOGIN'],
        answer: (_verb, line) => (line === 'AUTH LOGIN' ? '535 5.7.8 Not you' : undefined),
      });
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
