// The plugin in a server: when its parts begin, and what people see of them.
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { type FixturePlugin, FixtureServer } from '../../../core/plugins/fixturePlugins.js';
import { until } from '../../../kit/until.js';

interface JobRow {
  readonly job: string;
  readonly every: string;
  readonly last?: Date;
  readonly runsOn?: string;
  readonly problem?: string;
}

/** Says what it does; `fails`: until it is told otherwise. */
const MOON: FixturePlugin = {
  manifest: {
    contributes: {
      commands: [{ command: 'moon.look', title: 'Look at the moon' }],
      jobs: [{ command: 'moon.look', every: 'day' }],
    },
  },
  activate: `say('active'); context.commands.register('moon.look', () => { say('look'); throw new Error('It is behind a cloud.'); });`,
};

const hasEnded = ({ last, runsOn }: JobRow): boolean => last !== undefined && runsOn === undefined;

describe('housekeeping', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());
  const jobs = async (): Promise<readonly JobRow[]> => (await fixture.run('housekeeping.jobs')) as readonly JobRow[];
  const problems = async (): Promise<string> =>
    ((await fixture.run('status')) as { readonly problems: readonly string[] }).problems.join('\n');

  it('runs the jobs of plugins and its own once the server starts, and shows what failed', async () => {
    fixture = await FixtureServer.start({ moon: MOON });
    await until('both jobs have ended', async () => /The job .* behind a cloud/.test(await problems()) && (await jobs()).every(hasEnded));
    expect((await jobs()).map(({ job, every }) => [job, every])).to.have.deep.members([
      ['housekeeping.tidy', 'day'],
      ['moon.look', 'day'],
    ]);
    expect(await problems()).to.match(/The job "Look at the moon" of test\.moon failed: .*It is behind a cloud\./);
    const own = (await jobs()).find(({ job }) => job === 'housekeeping.tidy');
    expect(own).to.not.have.property('problem');
  });

  it('runs none of a plugin that has ended, and lists it no longer', async () => {
    fixture = await FixtureServer.start({ moon: MOON });
    await until('it ran', () => fixture.said.includes('look'));
    await fixture.run('plugins.disable', { plugin: 'test.moon' });
    expect((await jobs()).map(({ job }) => job)).to.deep.equal(['housekeeping.tidy']);
    await fixture.clock.advance(2 * 24 * 3_600_000);
    expect(fixture.said.filter((each) => each === 'look')).to.have.length(1);
    expect(await problems()).to.not.include('moon');
    const refusal = await fixture.run('housekeeping.run', { job: 'moon.look' }).catch((error: unknown) => error);
    expect(refusal).to.have.property('message', 'There is no job moon.look. "postroom housekeeping jobs" lists them.');
  });

  it('runs no job for a command on a data folder alone', async () => {
    fixture = await FixtureServer.start({ moon: MOON });
    await until('it ran', () => fixture.said.includes('look'));
    await fixture.close();
    fixture.said.length = 0;
    await fixture.clock.advance(3 * 24 * 3_600_000);
    const { folder, clock } = fixture;
    const log = createLog('error', { write: () => undefined });
    const server = await openServer({ dataDir: `${folder}/data`, bundledPlugins: `${folder}/plugins`, clock, log, serve: false });
    await server.close();
    expect(fixture.said).to.deep.equal(['active']);
  });

  it('tells the doctor that nothing was lost', async () => {
    fixture = await FixtureServer.start({});
    const findings = (await fixture.run('doctor')) as readonly { readonly check: string }[];
    expect(findings.find(({ check }) => check === 'last changes')).to.deep.equal({
      check: 'last changes',
      state: 'well',
      text: 'Every change that was committed is there.',
    });
  });
});
