import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommandDeclaration } from '@postroom/sdk';
import { expect } from 'chai';
import { Command } from 'commander';
import { ROUTE_ANSWERS } from '#plugins/admin-ui/dist/server/routeAnswers.js';
import { addCommands } from '#plugins/platform/cli/dist/commandLine.js';
import { PRODUCT_COMMANDS } from '../../kit/declaredCommands.js';
import { ROOT } from '../../kit/sourceFiles.js';
import { type Credentials, ManagerHost, problemOf } from './managerHost.js';

const fail = (): never => {
  throw new Error('No command is run here.');
};

/** Those that a server has: without what the command line does alone. */
const OF_A_SERVER = PRODUCT_COMMANDS.filter(({ local }) => local !== true);

describe("The manager's API", () => {
  let host: ManagerHost;
  let login: Credentials;
  before(async () => {
    host = await ManagerHost.start();
    login = await host.login();
  });
  after(() => host.stop());

  it('has the commands that the CLI has and the palette lists', async () => {
    const program = new Command();
    addCommands(program, { declarations: OF_A_SERVER, titles: {}, examples: {} }, { dataDir: 'data', act: fail, packFolder: fail });
    const cli = program.commands.flatMap((area) =>
      area.commands.length === 0 ? [area.name()] : area.commands.map((verb) => `${area.name()}.${verb.name()}`),
    );
    const palette = (await host.ask('GET', '/api/commands', undefined, login)).json<{ command: string }[]>().map(({ command }) => command);
    const { paths } = (await host.ask('GET', '/api/openapi.json', undefined, login)).json<{ paths: object }>();
    const api = Object.keys(paths).map((each) => each.replace('/api/commands/', ''));
    expect(cli).to.have.length.above(40);
    expect(palette).to.have.members(cli);
    expect(api).to.have.members(cli);
  });

  it('offers GET exactly where a command changes nothing', async () => {
    const { paths } = (await host.ask('GET', '/api/openapi.json', undefined, login)).json<{ paths: Record<string, object> }>();
    for (const { command, reads } of OF_A_SERVER) {
      expect('get' in (paths[`/api/commands/${command}`] ?? {}), command).to.equal(reads === true);
    }
    const refused = await host.ask('GET', '/api/commands/service.stop', undefined, login);
    expect(refused.statusCode).to.equal(405);
    expect(refused.headers['allow']).to.equal('POST');
  });

  it('says of every command what it answers, in its description', async () => {
    interface Operation {
      readonly responses: { readonly '200': { readonly content: { readonly 'application/json': { readonly schema: object } } } };
    }
    const { paths } = (await host.ask('GET', '/api/openapi.json', undefined, login)).json<{
      paths: Record<string, Readonly<Record<string, Operation>>>;
    }>();
    const declared = new Map(PRODUCT_COMMANDS.map(({ command, result }) => [command, result]));
    for (const [url, operations] of Object.entries(paths)) {
      for (const { responses } of Object.values(operations)) {
        expect(responses['200'].content['application/json'].schema, url).to.deep.equal(declared.get(url.replace('/api/commands/', '')));
      }
    }
  });

  it('says of the table of commands all that a manifest may say of one but what no server has', async () => {
    const { definitions } = JSON.parse(await readFile(path.join(ROOT, 'sdk', 'plugin.schema.json'), 'utf8')) as {
      readonly definitions: { readonly command: { readonly properties: object } };
    };
    const { items } = ROUTE_ANSWERS['GET /api/commands'] as { readonly items: { readonly properties: object } };
    const { local: _local, ...ofServer } = definitions.command.properties as Readonly<Record<string, unknown>>;
    expect(items.properties).to.have.all.keys('owner', ...Object.keys(ofServer));
  });

  it('types the arguments of a query by the schema', async () => {
    const answer = await host.ask('GET', '/api/commands/log.read?limit=1', undefined, login);
    expect(answer.statusCode).to.equal(200);
    expect(answer.json()).to.have.length.at.most(1);
    expect(problemOf(await host.ask('GET', '/api/commands/log.read?limit=many', undefined, login))).to.include({
      code: 'command/arguments',
    });
  });

  it('answers errors as sentences with fitting statuses', async () => {
    const expectations: readonly [string, object, number, string][] = [
      ['nothing.here', {}, 404, 'command/unknown'],
      ['users.add', { account: 'company' }, 400, 'command/arguments'],
      ['users.add', { account: 'nobody', user: 'x' }, 404, 'user/unknown'],
      ['outbox.retry', { entries: [99] }, 404, 'mail/not-found'],
    ];
    for (const [command, args, status, code] of expectations) {
      const answer = await host.ask('POST', `/api/commands/${command}`, args, login);
      expect([answer.statusCode, problemOf(answer).code], command).to.deep.equal([status, code]);
      expect(problemOf(answer).message).to.match(/[.]$/);
    }
  });

  it('answers long work a line at a time where that is asked for, errors too', async () => {
    const headers = { accept: 'application/x-ndjson' };
    const good = await host.ask('POST', '/api/commands/accounts.list', {}, login, { headers });
    const lines = good.body.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).to.have.nested.property('result[0].account', 'company');
    const bad = await host.ask('POST', '/api/commands/send-receive', { accounts: ['none'] }, login, { headers });
    expect(JSON.parse(bad.body)).to.have.nested.property('error.code', 'user/unknown');
  });

  describe('with an access token', () => {
    const make = async (scopes: readonly string[]): Promise<{ bearer: string; id: string }> => {
      const answer = await host.ask('POST', '/api/commands/admin-ui.create-token', { name: 'script', scopes, days: 1 }, login);
      const { token, id } = answer.json<{ token: string; id: string }>();
      return { bearer: token, id };
    };

    // The handlers of the manager's own commands are the plugin's; without ports it is active all the same.
    it('allows what its scopes cover and nothing else', async () => {
      const reader = await make(['read']);
      expect((await host.ask('GET', '/api/commands/status', undefined, reader)).statusCode).to.equal(200);
      expect(problemOf(await host.ask('POST', '/api/commands/send-receive', {}, reader)).code).to.equal('token/scope');
      expect(problemOf(await host.ask('PUT', '/api/settings', { text: '{}' }, reader)).code).to.equal('token/scope');
      const outbox = await make(['outbox.*', 'send-receive']);
      expect((await host.ask('GET', '/api/commands/outbox.list', undefined, outbox)).statusCode).to.equal(200);
      expect((await host.ask('GET', '/api/commands/status', undefined, outbox)).statusCode).to.equal(403);
    });

    it('needs no CSRF token, and is named in the history of the settings', async () => {
      const writer = await make(['write']);
      const change = await host.ask('POST', '/api/commands/config.set', { key: 'timer.everyMinutes', value: '7' }, writer);
      expect(change.statusCode).to.equal(200);
      const history = (await host.ask('GET', '/api/commands/config.history', undefined, login)).json<{ author: string }[]>();
      expect(history[0]?.author).to.equal('token:script');
    });

    it('is refused once it is taken back, when it is wrong, and after its day', async () => {
      const { bearer, id } = await make(['read']);
      expect((await host.ask('GET', '/api/commands/status', undefined, { bearer: `${bearer}x` })).statusCode).to.equal(401);
      await host.ask('POST', '/api/commands/admin-ui.revoke-token', { token: id }, login);
      expect((await host.ask('GET', '/api/commands/status', undefined, { bearer })).statusCode).to.equal(401);
      const list = (await host.ask('GET', '/api/commands/admin-ui.tokens', undefined, login)).body;
      // The secret may have the character in it that separates it from the rest.
      expect(list).not.to.contain(bearer.split('_').slice(2).join('_'));
    });
  });

  it('never answers a secret', async () => {
    const secrets = ['isp password 42', 'user password 42'];
    await host.ask('POST', '/api/commands/accounts.set-password', { account: 'company', password: secrets[0] }, login);
    await host.ask('POST', '/api/commands/users.set-password', { account: 'company', user: 'andrew', password: secrets[1] }, login);
    const commands = (await host.ask('GET', '/api/commands', undefined, login)).json<CommandDeclaration[]>();
    const reads = commands.filter((each) => each.reads === true && each.arguments?.['required'] === undefined);
    const urls = [...reads.map(({ command }) => `/api/commands/${command}`), '/api/settings', '/api/settings/schema', '/api/contributions'];
    for (const url of urls) {
      const { body } = await host.ask('GET', url, undefined, login);
      for (const secret of secrets) {
        expect(body, url).not.to.contain(secret);
        expect(body, url).not.to.contain(Buffer.from(secret).toString('base64'));
      }
    }
  });
});
