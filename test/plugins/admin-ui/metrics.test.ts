import { expect } from 'chai';
import { isLoopback, needsLogin } from '#plugins/admin-ui/dist/server/guard.js';
import { type Credentials, ManagerHost, problemOf } from './managerHost.js';

const ELSEWHERE = { remoteAddress: '192.168.1.20' };

describe('/metrics', () => {
  let host: ManagerHost;
  let login: Credentials;
  before(async () => {
    host = await ManagerHost.start();
    login = await host.login();
  });
  after(() => host.stop());

  const tokenFor = async (...scopes: readonly string[]): Promise<Credentials> => {
    const answer = await host.ask('POST', '/api/commands/admin-ui.create-token', { name: 'prometheus', scopes, days: 1 }, login);
    return { bearer: answer.json<{ token: string }>().token };
  };

  it('answers a program on this machine without a token, as Prometheus reads it', async () => {
    const answer = await host.ask('GET', '/metrics');
    expect(answer.statusCode).to.equal(200);
    expect(answer.headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers['cache-control']).to.equal('no-store');
    for (const line of answer.body.trimEnd().split('\n')) {
      expect(line).to.match(/^(# (HELP|TYPE) (postroom|process|nodejs)_\w+ .+|(postroom|process|nodejs)_\w+(\{[^}]*\})? -?[\d.e+-]+)$/);
    }
    expect(answer.body).to.match(/^postroom_messages_accepted_total \d+$/m);
  });

  it('refuses everybody else without a login or a token that covers it', async () => {
    const bare = await host.ask('GET', '/metrics', undefined, {}, ELSEWHERE);
    expect([bare.statusCode, problemOf(bare).code]).to.deep.equal([401, 'login/needed']);
    const proxied = await host.ask('GET', '/metrics', undefined, {}, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(proxied.statusCode).to.equal(401);
    const outbox = await host.ask('GET', '/metrics', undefined, await tokenFor('outbox.*'), ELSEWHERE);
    expect([outbox.statusCode, problemOf(outbox).code]).to.deep.equal([403, 'token/scope']);
    for (const scope of ['metrics', 'read']) {
      expect((await host.ask('GET', '/metrics', undefined, await tokenFor(scope), ELSEWHERE)).statusCode, scope).to.equal(200);
    }
  });

  it('is as closed to foreign pages and foreign host names as the rest', async () => {
    const rebound = await host.ask('GET', '/metrics', undefined, {}, { headers: { host: 'evil.example:8110' } });
    expect(problemOf(rebound).code).to.equal('host/unknown');
    const embedded = await host.ask('GET', '/metrics', undefined, {}, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(problemOf(embedded).code).to.equal('page/foreign');
  });

  it('says nothing of anybody: no name, no address, no secret', async () => {
    await host.run('accounts.set-password', { account: 'company', password: 'planted-isp' });
    const { body } = await host.ask('GET', '/metrics');
    for (const word of ['planted', 'andrew', 'company', 'isp.example', '@']) expect(body).not.to.contain(word);
  });

  it('is the only thing that this machine may have for nothing', () => {
    expect(needsLogin('GET', '/metrics', isLoopback('127.0.0.1', {}))).to.equal(false);
    expect(needsLogin('GET', '/metrics', isLoopback('::ffff:127.0.0.1', {}))).to.equal(false);
    expect(needsLogin('GET', '/metrics', isLoopback('192.0.2.7', {}))).to.equal(true);
    expect(needsLogin('POST', '/metrics', true)).to.equal(true);
    expect(needsLogin('GET', '/api/commands/metrics', true)).to.equal(true);
    expect(needsLogin('GET', '/metrics/', true)).to.equal(true);
  });
});
