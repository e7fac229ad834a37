// The page for Prometheus asks the plugins that contribute to it, and goes on where one of them fails.
import type { CommandCall, MetricSample } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ContributedMetrics } from '#plugins/platform/metrics/dist/contributedMetrics.js';
import { type FixturePlugin, FixtureServer } from '../../../core/plugins/fixturePlugins.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const gauge = (name: string): MetricSample => ({ name, type: 'gauge', help: 'How much.', value: 1 });

describe('metrics that plugins contribute', () => {
  let clock: VirtualClock;
  let answers: Record<string, () => unknown>;
  let declared: { command: string; title: string; owner: string; reads?: boolean }[];
  let told: string[];
  let metrics: ContributedMetrics;
  beforeEach(() => {
    clock = new VirtualClock();
    answers = {};
    declared = [];
    told = [];
    const entries = {
      of: <T>() => Object.keys(answers).map((command) => ({ plugin: `acme.${command.split('.')[0]}`, value: { command } as T })),
    };
    const run = async (command: string): Promise<unknown> => answers[command]?.();
    metrics = new ContributedMetrics(
      entries,
      { declarations: declared, run },
      { noteProblem: (plugin, sentence) => void told.push(`${plugin}: ${sentence}`) },
      clock,
    );
  });

  /** A plugin `acme.<first word>` that contributes a command. */
  function contribute(command: string, answer: () => unknown, owner = `acme.${command.split('.')[0]}`, reads = true): void {
    answers[command] = answer;
    declared.push({ command, title: command, owner, reads });
  }

  const names = async (...taken: readonly string[]): Promise<readonly string[]> =>
    (await metrics.samples(new Set(taken), CALL)).map(({ name }) => name);

  it('are there one plugin after the other, each name once', async () => {
    contribute('sun.metrics', () => [gauge('acme_sun_spots')]);
    contribute('sun.more', () => [gauge('acme_sun_spots'), gauge('acme_sun_taken'), gauge('acme_sun_winds')]);
    expect(await names('acme_sun_taken')).to.deep.equal(['acme_sun_spots', 'acme_sun_winds']);
    expect(told).to.deep.equal(['acme.sun: Metrics of its command sun.more are left out: acme_sun_spots is there twice.']);
  });

  it('do without one that fails, which is told once and not with every look', async () => {
    let isCloudy = true;
    contribute('moon.metrics', () => {
      if (isCloudy) throw new Error('It is behind a cloud.');
      return [gauge('acme_moon_phase')];
    });
    contribute('sun.metrics', () => [gauge('acme_sun_spots')]);
    expect(await names()).to.deep.equal(['acme_sun_spots']);
    await names();
    expect(told).to.deep.equal(['acme.moon: Metrics of its command moon.metrics are left out: It is behind a cloud.']);
    isCloudy = false;
    expect(await names()).to.deep.equal(['acme_moon_phase', 'acme_sun_spots']);
    isCloudy = true;
    await names();
    expect(told, 'it went well in between').to.have.length(2);
  });

  it('do without one that does not answer', async () => {
    contribute('moon.metrics', () => new Promise(() => undefined));
    contribute('sun.metrics', () => [gauge('acme_sun_spots')]);
    const asked = names();
    await clock.advance(4_999);
    expect(told).to.deep.equal([]);
    await clock.advance(1);
    expect(await asked).to.deep.equal(['acme_sun_spots']);
    expect(told[0]).to.include('did not answer within 5 seconds');
    expect(clock.pending).to.equal(0);
  });

  it("never run another plugin's command, nor one that changes something", async () => {
    const ran: string[] = [];
    contribute('moon.metrics', () => ran.push('moon'), 'core');
    contribute('sun.metrics', () => ran.push('sun'), 'acme.sun', false);
    expect(await names()).to.deep.equal([]);
    expect(ran).to.deep.equal([]);
    expect(told).to.have.length(2);
    expect(told[0]).to.match(/has to be a command of the plugin itself that says "reads": true/);
  });
});

describe('the page for Prometheus', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  const moon = (answer: string): FixturePlugin => ({
    manifest: {
      contributes: {
        commands: [{ command: 'moon.metrics', title: 'What the moon counts', reads: true }],
        metrics: [{ command: 'moon.metrics' }],
      },
    },
    activate: `context.commands.register('moon.metrics', () => ${answer});`,
  });

  it('has what a plugin counts behind what the server does, while that plugin is active', async () => {
    const help = 'How much of it is lit\\nand \\\\ seen.';
    const fixture = await FixtureServer.start({
      moon: moon(`[{ name: 'test_moon_phase', type: 'gauge', help: '${help}', value: 0.25 }, { name: 'postroom_up_seconds' }]`),
    });
    try {
      const page = String(await fixture.run('metrics'));
      expect(page).to.match(/^# HELP postroom_up_seconds /);
      expect(page).to.match(
        /\n# HELP test_moon_phase How much of it is lit\\nand \\\\ seen\.\n# TYPE test_moon_phase gauge\ntest_moon_phase 0\.25\n/,
      );
      const { problems } = (await fixture.run('status')) as { readonly problems: readonly string[] };
      expect(problems.join(' ')).to.match(/test\.moon: .*The name of postroom_up_seconds has to begin with test_moon_/);
      await fixture.run('plugins.disable', { plugin: 'test.moon' });
      expect(String(await fixture.run('metrics'))).to.not.include('moon');
    } finally {
      await fixture.stop();
    }
  });

  it('and the figures can be switched off, and status works without them', async () => {
    const fixture = await FixtureServer.start({}, { 'plugins.disabled': ['postroom.metrics'] });
    try {
      expect(await fixture.run('status')).to.deep.include({ figures: undefined, held: 0 });
      const refusal = await fixture.run('metrics').catch((error: unknown) => error);
      expect(refusal).to.include({ code: 'command/not-active' });
      expect(String(refusal)).to.match(
        /metrics belongs to postroom\.metrics, which is not active\..* postroom plugins enable postroom\.metrics$/,
      );
    } finally {
      await fixture.stop();
    }
  });
});
