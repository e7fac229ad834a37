// Access tokens: none is wider or lasts longer than what made it, and a change of ADMIN1's password tells of them.
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { isWithin } from '#plugins/admin-ui/dist/server/scopes.js';
import { PRODUCT_COMMANDS } from '../../kit/declaredCommands.js';
import { type Credentials, ManagerHost, problemOf } from './managerHost.js';

interface Made {
  readonly id: string;
  readonly bearer: string;
  readonly expires: string;
}
interface Row {
  readonly token: string;
  readonly name: string;
  readonly used: string;
}

describe("The manager's access tokens", () => {
  const leaks = leakCheck();
  let host: ManagerHost;
  let login: Credentials;
  before(async () => {
    await leaks.begin();
    host = await ManagerHost.start();
    login = await host.login();
  });
  after(async () => {
    await host.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  const ask = (name: string, scopes: readonly string[], as: Credentials = login, days = 10) =>
    host.ask('POST', '/api/commands/admin-ui.create-token', { name, scopes, days }, as);
  const make = async (name: string, scopes: readonly string[], as: Credentials = login, days = 10): Promise<Made> => {
    const { token, id, expires } = (await ask(name, scopes, as, days)).json<{ token: string; id: string; expires: string }>();
    return { bearer: token, id, expires };
  };
  const list = async (): Promise<readonly Row[]> =>
    (await host.ask('GET', '/api/commands/admin-ui.tokens', undefined, login)).json<readonly Row[]>();
  const status = async (as: Credentials): Promise<number> => (await host.ask('GET', '/api/commands/status', undefined, as)).statusCode;

  it('make none that is wider than they are', async () => {
    const narrow = await make('narrow', ['admin-ui.*', 'read']);
    for (const scopes of [['write'], ['read', 'write'], ['outbox.*'], ['send-receive'], ['users.set-password'], ['admin-ui.*', 'write']]) {
      const answer = await ask('wider', scopes, narrow);
      expect(answer.statusCode, scopes.join()).to.equal(403);
      expect(problemOf(answer)).to.include({ code: 'command/not-allowed' });
      expect(problemOf(answer).message).to.match(/^The token "narrow" covers admin-ui\.\*, read, so it cannot make one that covers /);
    }
    for (const scopes of [['read'], ['status'], ['admin-ui.tokens', 'outbox.list']]) {
      expect((await ask('as wide', scopes, narrow)).statusCode, scopes.join()).to.equal(200);
    }
    expect((await ask('all', ['write'], await make('writer', ['write']))).statusCode).to.equal(200);
  });

  it('make none that lasts longer, and take those that they made along', async () => {
    const maker = await make('maker', ['write'], login, 2);
    const made = await make('made', ['write'], maker, 3650);
    expect(made.expires).to.equal(maker.expires);
    const further = await make('further', ['read'], made);
    expect(await status(further)).to.equal(200);
    const answer = await host.ask('POST', '/api/commands/admin-ui.revoke-token', { token: maker.id }, login);
    expect(answer.json()).to.deep.equal({ revoked: maker.id, madeByIt: [made.id, further.id] });
    for (const each of [maker, made, further]) expect(await status(each)).to.equal(401);
  });

  it('set no password that opens more than they cover', async () => {
    const writer = await make('users', ['users.*']);
    for (const account of ['admin1', 'ADMIN1', 'Admin']) {
      const answer = await host.ask('POST', '/api/commands/users.set-password', { account, password: 'a password' }, writer);
      expect(answer.statusCode, account).to.be.oneOf([403, 404]);
    }
    const other = await host.ask(
      'POST',
      '/api/commands/users.set-password',
      { account: 'company', user: 'andrew', password: 'his own' },
      writer,
    );
    expect(other.statusCode).to.equal(200);
  });

  it('show when they were last used, written down every ten minutes at most', async () => {
    const { id, bearer } = await make('watched', ['read']);
    const used = async (): Promise<string | undefined> => (await list()).find(({ token }) => token === id)?.used;
    expect(await used()).to.equal('never');
    await status({ bearer });
    const first = await used();
    expect(Date.parse(first ?? '')).to.equal(host.clock.now().getTime());
    await host.clock.advance(9 * 60_000);
    login = await host.login();
    await status({ bearer });
    expect(await used()).to.equal(first);
    await host.clock.advance(2 * 60_000);
    await status({ bearer });
    expect(Date.parse((await used()) ?? '')).to.equal(host.clock.now().getTime());
  });

  it("are told of when ADMIN1's password is changed, and taken back where that is asked for", async () => {
    const { bearer } = await make('kept', ['read']);
    const before = (await list()).map(({ name }) => name);
    const told = (await host.run('users.set-password', { account: 'admin1', password: 'the office key' })) as {
      readonly tokens: readonly Row[];
      readonly next: string;
    };
    expect(told.tokens.map(({ name }) => name)).to.deep.equal(before);
    expect(told.next).to.include('postroom admin-ui revoke-token').and.include('--revoke-tokens');
    expect(await status({ bearer })).to.equal(200);
    const answer = (await host.run('users.set-password', { account: 'admin1', password: 'the office key', revokeTokens: true })) as {
      readonly revokedTokens: readonly string[];
    };
    expect(answer.revokedTokens).to.include('kept');
    expect(await status({ bearer })).to.equal(401);
    login = await host.login();
    expect(await list()).to.deep.equal([]);
    expect(await host.run('users.set-password', { account: 'admin1', password: 'the office key' })).to.deep.equal({
      user: 'admin1',
      password: 'set',
    });
  });

  it('are within others where these cover all that they cover, whatever plugins add', () => {
    const within = (scope: string, ...scopes: string[]): boolean => isWithin(scope, scopes, PRODUCT_COMMANDS);
    for (const scope of ['read', 'write', 'outbox.*', 'outbox.list', 'nobody.knows']) expect(within(scope, 'write'), scope).to.equal(true);
    expect(within('outbox.list', 'read')).to.equal(true);
    expect(within('outbox.retry', 'read')).to.equal(false);
    expect(within('outbox.retry', 'outbox.*')).to.equal(true);
    expect(within('outbox.*', 'outbox.list', 'outbox.retry', 'outbox.hold', 'outbox.return')).to.equal(false);
    expect(within('read', 'outbox.*')).to.equal(false);
    expect(within('nobody.knows', 'read')).to.equal(false);
    expect(within('write', 'read', 'outbox.*')).to.equal(false);
  });
});
