import path from 'node:path';
import { expect } from 'chai';
import { packFolder } from '../../kit/packedPlugin.js';
import { ROOT } from '../../kit/sourceFiles.js';
import { type Credentials, credentialsOf, ManagerHost, PASSWORD, problemOf } from './managerHost.js';

const MINUTE_MS = 60_000;
const STRANGER = path.join(ROOT, 'sdk', 'samples', 'subject-tagger');

describe("The manager's door", () => {
  let host: ManagerHost;
  beforeEach(async () => {
    host = await ManagerHost.start();
  });
  afterEach(() => host.stop());

  describe('while ADMIN1 has no password', () => {
    it('lets the owner of this computer set one without a code, and is open then', async () => {
      expect((await host.ask('GET', '/api/session')).json()).to.include({ state: 'setup', codeNeeded: false });
      const answer = await host.ask('POST', '/api/setup', { password: PASSWORD });
      expect(answer.json()).to.include({ state: 'open' });
      expect((await host.ask('GET', '/api/commands/status', undefined, credentialsOf(answer))).statusCode).to.equal(200);
    });

    it('wants the code of the console from another computer, and takes it once', async () => {
      const elsewhere = { remoteAddress: '192.168.1.20' };
      expect((await host.ask('GET', '/api/session', undefined, {}, elsewhere)).json()).to.include({ codeNeeded: true });
      const wrong = await host.ask('POST', '/api/setup', { password: PASSWORD, code: 'AAAA-AAAA' }, {}, elsewhere);
      expect(problemOf(wrong).code).to.equal('setup/code');
      expect((await host.ask('GET', '/api/session')).json()).to.include({ state: 'setup' });
      const code = host.consoleCode();
      const right = await host.ask('POST', '/api/setup', { password: PASSWORD, code: code.toLowerCase() }, {}, elsewhere);
      expect(right.json()).to.include({ state: 'open' });
      expect(host.consoleCode()).not.to.equal(code);
    });

    it('makes another code after five wrong ones', async () => {
      const elsewhere = { remoteAddress: '192.168.1.21' };
      const code = host.consoleCode();
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await host.ask('POST', '/api/setup', { password: PASSWORD, code: 'AAAA-AAAA' }, {}, elsewhere);
      }
      expect(problemOf(await host.ask('POST', '/api/setup', { password: PASSWORD, code }, {}, elsewhere)).code).to.equal('setup/code');
    });

    it('counts a request that came through a proxy as from elsewhere', async () => {
      for (const headers of [
        { 'x-forwarded-for': '203.0.113.9' },
        { forwarded: 'for=203.0.113.9' },
        { via: '1.1 proxy' },
        { 'x-forwarded-host': 'mail.company.example' },
        { 'x-real-ip': '203.0.113.9' },
        { 'cf-connecting-ip': '203.0.113.9' },
        { host: 'mail.company.example' },
        { host: '192.168.1.5:8110' },
      ]) {
        const asked = (await host.ask('GET', '/api/session', undefined, {}, { headers })).json();
        expect(asked, JSON.stringify(headers)).to.include({ codeNeeded: true });
        const set = await host.ask('POST', '/api/setup', { password: PASSWORD }, {}, { headers });
        expect(problemOf(set).code, JSON.stringify(headers)).to.be.oneOf(['setup/code', 'setup/wait']);
      }
    });

    it('counts a client of a load balancer as from elsewhere, whatever address it has', async () => {
      host.machine.isBehindProxy = true;
      expect((await host.ask('GET', '/api/session')).json()).to.include({ codeNeeded: true });
      expect(problemOf(await host.ask('POST', '/api/setup', { password: PASSWORD })).code).to.equal('setup/code');
      expect((await host.ask('GET', '/metrics')).statusCode).to.equal(401);
    });

    it('wants the code from this computer too, where the system cannot tell that its owner asks (claimed 8)', async () => {
      host.machine.peer = 'unknown';
      expect((await host.ask('GET', '/api/session')).json()).to.include({ codeNeeded: true });
      const without = problemOf(await host.ask('POST', '/api/setup', { password: PASSWORD }));
      expect(without.code).to.equal('setup/code');
      expect(without.message).to.include('where "postroom serve" runs').and.to.include('postroom users set-password admin1');
      const right = await host.ask('POST', '/api/setup', { password: PASSWORD, code: host.consoleCode() });
      expect(right.json()).to.include({ state: 'open' });
    });

    it("wants it as well while a stranger's plugin is installed, active or not", async () => {
      const asked = async (): Promise<unknown> => (await host.ask('GET', '/api/session')).json();
      const plugin = (await packFolder(STRANGER)).toString('base64');
      await host.run('plugins.add', { plugin });
      expect(await asked()).to.include({ codeNeeded: true });
      await host.run('plugins.disable', { plugin: 'sample.subject-tagger' });
      expect(await asked()).to.include({ codeNeeded: true });
      await host.run('plugins.remove', { plugin: 'sample.subject-tagger' });
      expect(await asked()).to.include({ codeNeeded: false });
    });

    it('slows down wrong codes as it does wrong passwords, each place by itself', async () => {
      const take = async (code: string, remoteAddress: string): Promise<string> =>
        problemOf(await host.ask('POST', '/api/setup', { password: PASSWORD, code }, {}, { remoteAddress })).code;
      const answers: string[] = [];
      for (let attempt = 0; attempt < 8; attempt += 1) answers.push(await take('AAAA-AAAA', '192.168.1.22'));
      expect(answers.slice(0, 6)).to.deep.equal(Array.from({ length: 6 }, () => 'setup/code'));
      expect(answers.slice(6)).to.deep.equal(['setup/wait', 'setup/wait']);
      expect(await take('AAAA-AAAA', '192.168.1.23')).to.equal('setup/code');
      expect(await take(host.consoleCode(), '192.168.1.22'), 'a right one too').to.equal('setup/wait');
      await host.clock.advance(MINUTE_MS);
      const right = await host.ask(
        'POST',
        '/api/setup',
        { password: PASSWORD, code: host.consoleCode() },
        {},
        { remoteAddress: '192.168.1.22' },
      );
      expect(right.json()).to.include({ state: 'open' });
    });

    it('refuses a short password and says how long it must be', async () => {
      expect(problemOf(await host.ask('POST', '/api/setup', { password: 'short' })).message).to.contain('8 characters');
    });

    it('refuses to set a second first password', async () => {
      await host.ask('POST', '/api/setup', { password: PASSWORD });
      expect(problemOf(await host.ask('POST', '/api/setup', { password: 'another password' })).code).to.equal('setup/done');
    });
  });

  it('refuses everything without a login', async () => {
    await host.login();
    for (const url of [
      '/api/commands/status',
      '/api/commands',
      '/api/openapi.json',
      '/api/settings',
      '/api/contributions',
      '/api/events',
    ]) {
      expect((await host.ask('GET', url)).statusCode, url).to.equal(401);
    }
  });

  it('sets a cookie that scripts and foreign pages cannot use, and another at every login', async () => {
    const first = await host.login();
    const again = await host.ask('POST', '/api/session', { password: PASSWORD }, first);
    const cookie = again.cookies.find(({ name }) => name === 'postroom-session');
    expect(cookie).to.include({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(`postroom-session=${cookie?.value}`).not.to.equal(first.cookie);
    expect((await host.ask('GET', '/api/commands/status', undefined, first)).statusCode).to.equal(401);
  });

  it('refuses a wrong password with the way out, and slows down', async () => {
    await host.login();
    const answers = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      answers.push(await host.ask('POST', '/api/session', { password: 'wrong' }, {}, { remoteAddress: '192.168.1.30' }));
    }
    expect(problemOf(answers[0] as never).message).to.contain('postroom users set-password admin1');
    expect(answers.at(-1)?.statusCode).to.equal(429);
  });

  it('wants the CSRF token for changes, not for reading', async () => {
    const { cookie = '' } = await host.login();
    expect((await host.ask('GET', '/api/commands/status', undefined, { cookie })).statusCode).to.equal(200);
    expect(problemOf(await host.ask('POST', '/api/commands/service.stop', {}, { cookie })).code).to.equal('login/csrf');
    expect(problemOf(await host.ask('POST', '/api/commands/service.stop', {}, { cookie, csrf: 'guess' })).code).to.equal('login/csrf');
  });

  it('refuses requests of foreign pages', async () => {
    const login = await host.login();
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'http://evil.example' }]) {
      const answer = await host.ask('POST', '/api/commands/service.stop', {}, login, { headers });
      expect(problemOf(answer).code, JSON.stringify(headers)).to.equal('page/foreign');
    }
  });

  it('refuses host names that are not its own', async () => {
    for (const name of ['127.0.0.1:8110', 'localhost:8110', '[::1]:8110', 'MAIL.company.example']) {
      expect((await host.ask('GET', '/api/session', undefined, {}, { headers: { host: name } })).statusCode, name).to.equal(200);
    }
    const rebound = await host.ask('GET', '/api/session', undefined, {}, { headers: { host: 'evil.example:8110' } });
    expect(problemOf(rebound)).to.include({ code: 'host/unknown' });
    expect(problemOf(rebound).message).to.contain('admin-ui.allowedHosts');
  });

  it('locks after idle minutes, keeps use alive, and opens by the password with a new session', async () => {
    const login = await host.login();
    const status = (as: Credentials) => host.ask('GET', '/api/commands/status', undefined, as);
    await host.clock.advance(14 * MINUTE_MS);
    expect((await status(login)).statusCode).to.equal(200);
    await host.clock.advance(14 * MINUTE_MS);
    expect((await status(login)).statusCode).to.equal(200);
    await host.clock.advance(16 * MINUTE_MS);
    expect((await status(login)).statusCode).to.equal(423);
    expect((await host.ask('GET', '/api/session', undefined, login)).json()).to.deep.equal({ state: 'locked' });
    const unlocked = credentialsOf(await host.ask('POST', '/api/session', { password: PASSWORD }, login));
    expect((await status(unlocked)).statusCode).to.equal(200);
    expect((await status(login)).statusCode).to.equal(401);
  });

  it("does not count the page's own refreshing as use", async () => {
    const login = await host.login();
    await host.clock.advance(10 * MINUTE_MS);
    const refresh = { headers: { 'x-postroom-background': '1' } };
    expect((await host.ask('GET', '/api/commands/status', undefined, login, refresh)).statusCode).to.equal(200);
    await host.clock.advance(6 * MINUTE_MS);
    expect((await host.ask('GET', '/api/commands/status', undefined, login)).statusCode).to.equal(423);
  });

  it('ends a login after twelve hours, at logout, and when it is revoked', async () => {
    const [first, second] = [await host.login(), await host.login()];
    const sessions = host.sessions.list() as { session: string }[];
    expect(sessions).to.have.length(2);
    host.sessions.revoke(sessions[0]?.session ?? '');
    expect((await host.ask('GET', '/api/commands/status', undefined, first)).statusCode).to.equal(401);
    await host.ask('DELETE', '/api/session', undefined, second);
    expect((await host.ask('GET', '/api/commands/status', undefined, second)).statusCode).to.equal(401);
    const third = await host.login();
    for (let hour = 0; hour < 12 * 6; hour += 1) {
      await host.clock.advance(10 * MINUTE_MS);
      await host.ask('GET', '/api/commands/status', undefined, third);
    }
    await host.clock.advance(MINUTE_MS);
    expect((await host.ask('GET', '/api/commands/status', undefined, third)).statusCode).to.equal(401);
  });

  it("ends the other logins when ADMIN1's password is changed", async () => {
    const [other, mine] = [await host.login(), await host.login()];
    const change = await host.ask('POST', '/api/commands/users.set-password', { account: 'ADMIN1', password: 'a new office key' }, mine);
    expect(change.statusCode).to.equal(200);
    expect((await host.ask('GET', '/api/commands/status', undefined, other)).statusCode).to.equal(401);
    expect((await host.ask('GET', '/api/commands/status', undefined, mine)).statusCode).to.equal(200);
  });

  it("ends every login when ADMIN1's password is changed at the command line", async () => {
    const logins = [await host.login(), await host.login()];
    await host.run('users.set-password', { account: 'company', user: 'andrew', password: "andrew's own" });
    for (const login of logins) expect((await host.ask('GET', '/api/commands/status', undefined, login)).statusCode).to.equal(200);
    await host.run('users.set-password', { account: 'admin1', password: 'a new office key' });
    for (const login of logins) expect((await host.ask('GET', '/api/commands/status', undefined, login)).statusCode).to.equal(401);
  });

  it('sends the content security policy with every answer', async () => {
    const policy = (await host.ask('GET', '/api/session')).headers['content-security-policy'];
    expect(String(policy).split(';')).to.have.members([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ]);
  });
});
