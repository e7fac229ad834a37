import { expect } from 'chai';
import { type Credentials, ManagerHost, problemOf } from './managerHost.js';

interface Shown {
  readonly text: string;
  readonly etag: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly written: Readonly<Record<string, unknown>>;
}

describe('The settings in the manager', () => {
  let host: ManagerHost;
  let login: Credentials;
  beforeEach(async () => {
    host = await ManagerHost.start();
    login = await host.login();
  });
  afterEach(() => host.stop());

  const shown = async (): Promise<Shown> => (await host.ask('GET', '/api/settings', undefined, login)).json<Shown>();
  const change = (etag: string, edits: readonly object[]) =>
    host.ask('PATCH', '/api/settings', { edits }, login, { headers: { 'if-match': etag } });

  it('changes single values and tells what the file itself says', async () => {
    const { etag } = await shown();
    expect((await change(etag, [{ path: ['timer.everyMinutes'], value: 9 }])).statusCode).to.equal(200);
    const after = await shown();
    expect(after.value['timer.everyMinutes']).to.equal(9);
    expect(after.written).to.have.property('timer.everyMinutes', 9);
    await change(after.etag, [{ path: ['timer.everyMinutes'], value: null }]);
    expect((await shown()).written).not.to.have.property('timer.everyMinutes');
    expect((await shown()).value['timer.everyMinutes']).to.equal(5);
  });

  it('refuses a change to a version that is no longer there', async () => {
    const { etag } = await shown();
    await change(etag, [{ path: ['log.keepDays'], value: 10 }]);
    const late = await change(etag, [{ path: ['log.keepDays'], value: 20 }]);
    expect(late.statusCode).to.equal(412);
    expect(problemOf(late).code).to.equal('settings/conflict');
    expect((await shown()).value['log.keepDays']).to.equal(10);
  });

  it('refuses a wrong text with places, and keeps what is in force', async () => {
    const { etag, text } = await shown();
    const wrong = text.replace('"regular"', '"regualr"');
    const answer = await host.ask('PUT', '/api/settings', { text: wrong }, login, { headers: { 'if-match': etag } });
    expect(answer.statusCode).to.equal(422);
    const [problem] = answer.json<{ problems: { line: number; path: string }[] }>().problems;
    expect(problem).to.include({ path: 'accounts/company/kind' });
    expect(problem?.line).to.be.above(1);
    expect((await shown()).etag).to.equal(etag);
  });

  it('checks a text without using it', async () => {
    const answer = await host.ask('POST', '/api/settings/check', { text: '{ "timer.everyMinuets": 3 }' }, login);
    expect(answer.json<{ problems: { message: string }[] }>().problems[0]?.message).to.contain('timer.everyMinutes');
  });

  it("describes every plugin's settings for the form", async () => {
    const { properties } = (await host.ask('GET', '/api/contributions', undefined, login)).json<{
      properties: { key: string; owner: string }[];
    }>();
    expect(properties.find(({ key }) => key === 'timer.everyMinutes')?.owner).to.equal('postroom.timer');
    expect(properties.find(({ key }) => key === 'log.keepDays')?.owner).to.equal('postroom');
  });

  it('knows the kinds of account that can be set up, and what each asks for', async () => {
    const kinds = (await host.ask('GET', '/api/commands/accounts.kinds', undefined, login)).json<{ kind: string; requires: object[] }[]>();
    expect(kinds.map(({ kind, requires }) => [kind, requires])).to.deep.equal([
      ['regular', []],
      ['domain', []],
    ]);
  });
});
