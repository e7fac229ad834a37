// What a plugin of the product may cost when it goes wrong: the same as a stranger's. Never mail, never the server, never its neighbours.
import '#core/base/injection.js';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { Postroom } from '../../../kit/postroom.js';
import { until } from '../../../kit/until.js';
import type { StrayOutcome } from './strayProcess.js';
import { NAMELESS_STRAY, plantAmongOurs, STRAYS, VILLAINS, type Villain } from './villains.js';

interface PluginRow {
  readonly plugin: string;
  readonly state: string;
  readonly problems: readonly string[];
}

describe('a plugin of the product that goes wrong', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  let postroom: Postroom;
  let planted: Awaited<ReturnType<typeof plantAmongOurs>>;
  let count = 0;
  const loose: ChildProcess[] = [];

  before(async () => {
    await leaks.begin();
    planted = await plantAmongOurs([...VILLAINS, LEAVES_BADLY]);
    // Hours pass between the villains: what an account rests for after a failure is over.
    postroom = await Postroom.start({ clock: new VirtualClock(), bundledPlugins: planted.folder, lifecycleTimeoutMs: 3_000 });
  });
  after(async () => {
    // One that was not heard of in time would keep the tests from ending.
    for (const child of loose) child.kill('SIGKILL');
    await postroom.stop();
    await planted.remove();
    expect(await leaks.end()).to.deep.equal([]);
  });

  for (const villain of VILLAINS) {
    const plugin = `villain.${villain.name}`;
    it(`${villain.name}: mail ${villain.mail}, others served, the plugin named, the host alive`, async () => {
      await postroom.run('plugins.enable', { plugin });
      const subject = `Message ${++count}`;
      postroom.isp.mailbox('mail').put(`From: a@far.example\r\nTo: Andrew <mail@company.example>\r\nSubject: ${subject}\r\n\r\nHello\r\n`);
      // Without a licence none runs, and it says why.
      await postroom.round().catch(() => undefined);
      await postroom.service(PluginHost).settled();
      if (villain.activate.includes('context.listen')) {
        await until('the door was tried', () => postroom.service(Ports).problemsOf(plugin).length > 0);
      }
      if (villain.command !== undefined) {
        const failure = await postroom.run(villain.command).catch((error: Error) => error);
        expect(failure, 'the command line').to.have.property('message').that.matches(villain.said);
      }

      await isNamed(plugin, villain);
      await isKept(subject, plugin, villain);

      await postroom.run('plugins.disable', { plugin });
      await postroom.run('held.retry');
      await postroom.round();
      await until('POP3 is open', () => postroom.service(Ports).ports.some(({ protocol }) => protocol === 'pop3'));
      expect((await postroom.subjects('andrew')).filter((each) => each === subject)).to.have.lengthOf(1);
    });
  }

  it('throws-in-deactivate: it goes, and what went wrong is shown', async () => {
    const plugin = `villain.${LEAVES_BADLY.name}`;
    await postroom.run('plugins.enable', { plugin });
    expect(await postroom.run('plugins.disable', { plugin })).to.include({ state: 'disabled' });
    expect((await rowOf(plugin))?.problems).to.deep.equal(['deactivate() failed: I stay.', 'Not mine.']);
  });

  for (const villain of STRAYS) {
    it(`${villain.name}: mail ${villain.mail}, others served, the plugin named, the host alive`, async () => {
      const outcome = await letLoose(villain);
      expect(outcome.subjects).to.deep.equal(['While it fails']);
      expect(outcome.row).to.include({ state: villain.state });
      expect(outcome.row.problems.join(' '), 'plugins list').to.match(villain.said);
      expect(outcome.status.join(' '), 'status').to.match(villain.said);
      expect(outcome.log, 'log').to.match(villain.said);
      expect(outcome.ownStrays, "the server's own").to.deep.equal([]);
    });
  }

  it(`${NAMELESS_STRAY.name}: mail delivered, the host alive, told once, with the plugins that it may be from`, async () => {
    const plugin = `villain.${NAMELESS_STRAY.name}`;
    const outcome = await letLoose(NAMELESS_STRAY);
    expect(outcome.subjects).to.deep.equal(['While it fails']);
    expect(outcome.row).to.deep.include({ state: 'active', problems: [] });
    expect(outcome.status).to.have.lengthOf(1);
    expect(outcome.status[0], 'status').to.match(NAMELESS_STRAY.said).and.to.include('postroom.cc, ').and.to.include(plugin);
    const told = outcome.log.split('\n').filter((line) => line.includes('nobody handled it'));
    expect(told, 'log').to.have.lengthOf(1);
    expect((JSON.parse(told[0] ?? '{}') as { readonly suspects?: unknown }).suspects).to.include(plugin);
    expect(outcome.ownStrays, "the server's own").to.deep.equal([]);
  });

  /** In a server of its own, with a process of its own. */
  async function letLoose({ name }: Villain): Promise<StrayOutcome> {
    const child = fork(fileURLToPath(new URL('./strayProcess.js', import.meta.url)), [name]);
    loose.push(child);
    const [[outcome], [code]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [[StrayOutcome], [number]];
    expect(code).to.equal(0);
    return outcome;
  }

  async function isNamed(plugin: string, { said, state }: Villain): Promise<void> {
    const row = await rowOf(plugin);
    expect(row?.state).to.equal(state);
    expect(row?.problems.join(' '), 'plugins list').to.match(said);
    const { problems } = await postroom.run<{ readonly problems: readonly string[] }>('status');
    expect(problems.filter((line) => line.startsWith(plugin)).join(' '), 'status').to.match(said);
    const lines = postroom.log.split('\n').filter((line) => line.includes(`"plugin":"${plugin}"`));
    expect(lines.map((line) => line.replaceAll('\\"', '"')).join(' '), 'log').to.match(said);
  }

  async function isKept(subject: string, plugin: string, { mail, state, said }: Villain): Promise<void> {
    const held = await postroom.run<readonly { readonly subject: string; readonly reason: string }[]>('held.list');
    const [reason] = held.filter((row) => row.subject === subject).map((row) => row.reason);
    if (mail === 'held' && state === 'failed') expect(reason).to.equal(`${plugin} is not active; sorted when back`);
    else if (mail === 'held') expect(reason).to.match(said);
    else expect(reason).to.equal(undefined);
    if (mail === 'delivered') expect(await postroom.subjects('andrew')).to.include(subject);
    expect(postroom.isp.mailbox('mail').messages, 'at the ISP').to.have.lengthOf(mail === 'left at the ISP' ? 1 : 0);
  }

  async function rowOf(plugin: string): Promise<PluginRow | undefined> {
    return (await postroom.run<readonly PluginRow[]>('plugins.list', { all: true })).find((row) => row.plugin === plugin);
  }
});

const LEAVES_BADLY: Villain = {
  name: 'leaves-badly',
  activate: "context.subscriptions.push({ dispose: () => { throw new Error('Not mine.'); } });",
  deactivate: "throw new Error('I stay.');",
  mail: 'delivered',
  state: 'active',
  said: /I stay/,
};
