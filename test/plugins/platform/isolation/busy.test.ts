// Filters that work hard, on a machine that is busy: they slow a round down, and hold nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { filterThat, plantStranger } from '../../../kit/strangerPlugin.js';

/** POSTROOM_BUSY_MESSAGES=1000 POSTROOM_BUSY_LOAD=16 for the long form. */
const MESSAGES = Number(process.env['POSTROOM_BUSY_MESSAGES'] ?? 120);
const LOAD = Number(process.env['POSTROOM_BUSY_LOAD'] ?? 4);

/** Takes so many milliseconds of a processor for each message. */
const burning = (ms: number): string => `(plan) => {
  const begun = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(begun);
    if (user + system >= ${ms * 1000}) return plan.tag('burnt-${ms}', 'it worked hard');
  }
}`;

const FILTERS = [
  ...[5, 10, 20].map((ms) => filterThat(`burns-${ms}`, burning(ms))),
  filterThat('reads', "async (plan, mail) => plan.tag('read', (await mail.content()).text.slice(0, 20))"),
  filterThat(
    'asks',
    "async (plan) => { await context.state.set('last', Date.now()); return plan.tag('asked', String(await context.state.get('last'))); }",
  ),
  filterThat(
    'streams',
    "async (plan, mail) => { let size = 0; for await (const piece of mail.raw()) size += piece.length; return plan.tag('streamed', String(size)); }",
  ),
];

describe('the end of a filter over one message', function () {
  this.timeout(60_000);
  let host: TestHost;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-busy-'));
    const exits = "(plan, mail) => { if (mail.header('subject') === 'Bad') process.exit(3); return plan.tag('seen', 'it was here'); }";
    host = await startTestHost({ plugins: [await plantStranger(folder, filterThat('exits', exits))] });
  });
  after(async () => {
    await host.stop();
    await rm(folder, { recursive: true });
  });

  it('holds that message, and none of those that wait behind it', async () => {
    const others = Array.from({ length: 30 }, (_, each) => `Message ${each}`);
    for (const subject of [...others.slice(0, 10), 'Bad', ...others.slice(10)]) {
      host.put(`From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\nHello\n`);
    }
    const round = host.round();
    const isOver = round.then(() => true);
    // Time stands still here, and with it the back-off before the next process.
    while (!(await Promise.race([isOver, host.clock.advance(100).then(() => false)])));
    await round;
    const held = (await host.run('held.list')) as readonly { readonly subject: string }[];
    expect(held.map(({ subject }) => subject)).to.deep.equal(['Bad']);
    expect(await host.messages('andrew')).to.have.length(others.length);
  });
});

describe('filters that work hard on a busy machine', function () {
  this.timeout(600_000);
  let host: TestHost;
  let folder: string;
  const load: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-busy-'));
    const plugins: string[] = [];
    for (const filter of FILTERS) plugins.push(await plantStranger(folder, filter));
    host = await startTestHost({ plugins });
    for (let each = 0; each < LOAD; each += 1) {
      load.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    }
    await Promise.all(load.map((child) => once(child, 'spawn')));
  });
  after(async () => {
    const ended = load.map((child) => once(child, 'exit'));
    for (const child of load) child.kill('SIGKILL');
    await Promise.all(ended);
    await host.stop();
    await rm(folder, { recursive: true });
  });

  it(`hold none of ${MESSAGES} messages of one round, and none of them is switched off`, async () => {
    const begun = process.cpuUsage();
    const before = process.memoryUsage.rss();
    for (let each = 0; each < MESSAGES; each += 1) {
      host.put(
        `From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: Message ${each}\n\n${'A line of text that somebody wrote.\n'.repeat(100)}`,
      );
    }
    const started = performance.now();
    await host.round();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(begun);
    const megabytes = (process.memoryUsage.rss() - before) / 2 ** 20;
    console.log(
      `      ${MESSAGES} messages in ${seconds.toFixed(1)} s beside ${LOAD} processes that spin: ${((user + system) / 1000 / MESSAGES).toFixed(1)} ms of the host a message, ${megabytes.toFixed(0)} MB more`,
    );
    expect(await host.run('held.list')).to.deep.equal([]);
    expect(await host.messages('andrew')).to.have.length(MESSAGES);
    const rows = (await host.run('plugins.list')) as readonly {
      readonly plugin: string;
      readonly state: string;
      readonly problems: readonly string[];
    }[];
    for (const { name } of FILTERS) {
      const row = rows.find(({ plugin }) => plugin === `stranger.${name}`);
      expect(row).to.deep.include({ state: 'active', problems: [] });
    }
    expect(megabytes, 'what waits is not kept in memory').to.be.lessThan(150);
  });
});
