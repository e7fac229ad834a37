// What plugins by strangers may cost: a call, a hold, their own process. Never mail, never the server, never their neighbours.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { until } from '../../../kit/until.js';
import { plant, VILLAINS, type Villain } from './villains.js';

interface PluginRow {
  readonly plugin: string;
  readonly state: string;
  readonly problems: readonly string[];
}
interface HeldRow {
  readonly message: string;
  readonly reason: string;
}

describe('a villainous plugin', function () {
  this.timeout(60_000);
  let host: TestHost;
  let settings: string;
  let round = 0;

  before(async () => {
    host = await startTestHost({ settings: { 'plugins.storageMegabytes': 8 } });
    await plant(host, 'neighbour');
    await host.run('plugins.enable', { plugin: 'decent.neighbour' });
    settings = await readFile(path.join(host.dataDir, 'settings.json'), 'utf8');
  });
  after(() => host.stop());
  afterEach(async () => {
    const installed = (await host.run('plugins.list', { all: true })) as readonly PluginRow[];
    for (const { plugin } of installed.filter((row) => row.plugin.startsWith('villain.'))) {
      await host.run('plugins.remove', { plugin });
    }
  });

  for (const villain of VILLAINS) {
    it(`${villain.name}: mail ${villain.mail}, others served, the plugin named, the host alive`, async () => {
      await plant(host, villain.name);
      const id = `villain.${villain.name}`;
      await host.run('plugins.enable', { plugin: id });

      const subject = `Message ${++round}`;
      host.put(`From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\nHello\n`);
      const [company] = await host.round();
      expect(company).to.include({ fetched: 1, stored: 1 });

      await isNamed(id, villain);
      await isKept(subject, id, villain);
      expect((await host.run('status')) as object).to.have.property('service');

      await host.run('plugins.disable', { plugin: id });
      await host.run('held.retry');
      await isDelivered(subject);
      expect(await readFile(path.join(host.dataDir, 'settings.json'), 'utf8')).to.equal(settings);
    });
  }

  it('is switched off after three failures in five minutes, and mail waits for it until somebody lets it go on', async () => {
    await plant(host, 'throws');
    await host.run('plugins.enable', { plugin: 'villain.throws' });
    const subjects = ['one', 'two', 'three', 'four'].map((name) => `PluginFailure ${name}`);
    for (const subject of subjects) {
      host.put(`From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\nHello\n`);
      await host.round();
    }
    await until('it is switched off', async () => (await rowOf('villain.throws'))?.state === 'failed');
    const row = await rowOf('villain.throws');
    expect(row?.problems.join(' ')).to.match(/failed three times in five minutes.*postroom plugins enable villain\.throws/);
    await host.run('held.retry');
    const held = (await host.run('held.list')) as readonly (HeldRow & { readonly subject: string })[];
    expect(held.map(({ subject }) => subject)).to.include.members(subjects);
    await host.run('plugins.disable', { plugin: 'villain.throws' });
    await host.run('held.retry');
    for (const subject of subjects) await isDelivered(subject);
  });

  it('writes no line into the log that could be taken for another speaker, time or level', async () => {
    await plant(host, 'forges-log');
    await host.run('plugins.enable', { plugin: 'villain.forges-log' });
    await host.sort('From: a@far.example\nTo: Andrew <mail@company.example>\n\nOne\n');
    const spoken = host.log.filter((line) => line['source'] === 'villain.forges-log');
    const [said] = spoken.filter((line) => line['msg'] === 'A true word.');
    expect(said).to.include({ level: 'info' });
    expect(Object.keys(said ?? {}).sort()).to.deep.equal(['fields', 'level', 'msg', 'source', 'time']);
    expect(said?.['fields']).to.deep.equal({
      ...{ level: 'fatal', time: '1999-01-01T00:00:00.000Z', source: 'postroom.pop3', msg: 'All passwords were lost.', plugin: 'x' },
      ...{ password: '(not shown)', deep: { a: { b: { c: '(too deep)' } }, token: '(not shown)' } },
    });
    const [cut] = spoken.filter((line) => String(line['msg']).startsWith('Two'));
    expect(cut?.['msg']).to.equal('Two\\u2028lines\\u009b31m');
    expect(JSON.stringify(cut).length).to.be.lessThan(2_000);
    const [printed] = spoken.filter((line) => String(line['msg']).startsWith('{'));
    expect(printed).to.include({ level: 'info', stream: 'stdout' });
    expect(host.log.filter((line) => line['source'] === 'postroom.pop3' && line['level'] === 'fatal')).to.deep.equal([]);
  });

  it('takes nothing of others along when it is removed', async () => {
    await host.run('accounts.set-password', { account: 'company', password: 'the ISP knows it' });
    const secrets = async (): Promise<unknown> => JSON.parse(await readFile(path.join(host.dataDir, 'secrets.json'), 'utf8'));
    const before = (await secrets()) as { readonly secrets: object };
    expect(before.secrets).to.have.property('company/pop3.password');
    await plant(host, 'steals-secrets');
    await host.run('plugins.enable', { plugin: 'villain.steals-secrets' });
    await host.run('plugins.remove', { plugin: 'villain.steals-secrets' });
    expect(await secrets()).to.deep.equal(before);
    expect(JSON.parse(await readFile(path.join(host.dataDir, 'settings.json'), 'utf8'))).to.deep.equal(JSON.parse(settings));
  });

  for (const [what, disposition] of [
    ['a tag', 'deliver'],
    ['a concealed field', 'deliver'],
    ['an address', 'deliver'],
    ['a mailbox', 'hold'],
    ['header lines', 'hold'],
  ] as const) {
    it(`leaves no more of its plan than somebody may want to read: ${what}`, async () => {
      await plant(host, 'bloats-plans');
      await host.run('plugins.enable', { plugin: 'villain.bloats-plans' });
      const sorted = await host.sort(`From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${what}\n\nHello\n`);
      expect(sorted.trail.map(({ tap }) => tap).join(' ')).to.include('villain.bloats-plans/scan');
      expect(sorted.disposition).to.equal(disposition);
      expect(JSON.stringify(sorted.trail).length).to.be.below(100_000);
    });
  }

  it('comes back after its process ended, and filters again', async () => {
    await plant(host, 'falls-once');
    await host.run('plugins.enable', { plugin: 'villain.falls-once' });
    const first = await host.sort('From: a@far.example\nTo: Andrew <mail@company.example>\n\nOne\n');
    expect(first.disposition).to.equal('hold');
    // The call waits for the new process, which starts when the back-off has passed.
    const second = host.sort('From: a@far.example\nTo: Andrew <mail@company.example>\n\nTwo\n');
    await host.clock.advance(100);
    expect((await second).trail.map(({ change }) => change)).to.include('tag recovered');
  });

  it('that says it is by the product is shown and not run', async () => {
    await plant(host, 'poses-as-ours');
    await host.run('plugins.enable', { plugin: 'decent.neighbour' });
    const row = await rowOf('postroom.poses-as-ours');
    expect(row?.state).to.equal('disabled');
    expect(row?.problems.join(' ')).to.match(/publisher is "postroom", which only the product's own plugins have/);
    await rm(path.join(host.dataDir, 'plugins', 'poses-as-ours'), { recursive: true });
    await host.run('plugins.enable', { plugin: 'decent.neighbour' });
  });

  it('with a broken manifest or a path in its id is shown and not run', async () => {
    for (const [name, said] of [
      ['broken-manifest', /cannot be read as a manifest/],
      ['path-in-id', /package\.json \/name must match pattern/],
    ] as const) {
      await plant(host, name);
      await host.run('plugins.enable', { plugin: 'decent.neighbour' });
      const row = await rowOf(name);
      expect(row?.state).to.equal('disabled');
      expect(row?.problems.join(' ')).to.match(said);
      await rm(path.join(host.dataDir, 'plugins', name), { recursive: true });
    }
  });

  async function isNamed(id: string, { said, state }: Villain): Promise<void> {
    const row = await rowOf(id);
    expect(row?.state).to.equal(state);
    expect(row?.problems.join(' '), 'plugins list').to.match(said);
    const { problems } = (await host.run('status')) as { readonly problems: readonly string[] };
    expect(problems.filter((line) => line.startsWith(id)).join(' '), 'status').to.match(said);
    const lines = host.log.filter((line) => line['plugin'] === id);
    if (state === 'active') expect(lines.map((line) => line['problem']).join(' '), 'log').to.match(said);
  }

  async function isKept(subject: string, id: string, { mail, state, said }: Villain): Promise<void> {
    if (mail === 'delivered') return isDelivered(subject);
    const held = (await host.run('held.list')) as readonly (HeldRow & { readonly subject: string })[];
    const reason = held.find((row) => row.subject === subject)?.reason;
    if (state === 'active') expect(reason).to.match(said);
    else expect(reason).to.equal(`${id} is not active; sorted when back`);
  }

  /** Once, with what the neighbour said, and with nothing that a villain got hold of. */
  async function isDelivered(subject: string): Promise<void> {
    const copies = (await host.messages('andrew')).filter((text) => text.includes(`Subject: ${subject}\r\n`));
    expect(copies).to.have.lengthOf(1);
    const [trace] = (await host.run('trace', { query: subject, limit: 1 })) as readonly { readonly trail: readonly { change: string }[] }[];
    const changes = (trace?.trail ?? []).map(({ change }) => change).join(' ');
    expect(changes).to.include('tag neighbour');
    expect(changes).not.to.include('escaped');
  }

  async function rowOf(id: string): Promise<PluginRow | undefined> {
    return ((await host.run('plugins.list', { all: true })) as readonly PluginRow[]).find(({ plugin }) => plugin === id);
  }
});
