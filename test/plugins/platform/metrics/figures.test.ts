import type { FiguresNow } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { exposition, ownSamples } from '#plugins/platform/metrics/dist/exposition.js';
import { PerMinute } from '#plugins/platform/metrics/dist/perMinute.js';
import { Postroom } from '../../../kit/postroom.js';

describe('PerMinute', () => {
  it('counts over the last minute, and over less at the beginning', async () => {
    const clock = new VirtualClock();
    const count = new PerMinute(clock);
    count.add(30);
    expect(count.perSecond).to.equal(30);
    await clock.advance(9_000);
    expect(count.perSecond).to.equal(3);
    await clock.advance(50_000);
    expect(count.perSecond).to.equal(0.5);
    await clock.advance(1_000);
    expect(count.perSecond).to.equal(0);
    expect(count.total).to.equal(30);
  });

  it('forgets nothing but what is older when it was not looked at for long', async () => {
    const clock = new VirtualClock();
    const count = new PerMinute(clock);
    count.add(60);
    await clock.advance(600_000);
    count.add(120);
    expect(count.perSecond).to.equal(2);
  });
});

describe('the figures', () => {
  it('are in the status, and in a form that Prometheus reads', async () => {
    const postroom = await Postroom.start();
    try {
      const { figures } = (await postroom.run('status')) as { readonly figures: FiguresNow };
      expect(figures.accepted).to.equal(0);
      expect(figures.memoryMB).to.be.greaterThan(20);
      expect(figures.commits).to.be.greaterThan(0);
      const text = (await postroom.run('metrics')) as string;
      expect(text).to.match(/^# TYPE postroom_messages_accepted_total counter\npostroom_messages_accepted_total 0$/m);
      for (const line of text.trimEnd().split('\n'))
        expect(line).to.match(/^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+ \d+(\.\d+)?(e-\d+)?)$/);
    } finally {
      await postroom.stop();
    }
  });

  it('count what was taken in and picked up, and tell how old the oldest is', async () => {
    const clock = new VirtualClock();
    const postroom = await Postroom.start({ clock });
    const figures = async (): Promise<FiguresNow> => (await postroom.run<{ readonly figures: FiguresNow }>('status')).figures;
    try {
      const before = await figures();
      expect(await postroom.submit('john', ['lisa@works.example', 'olga@far.example'], 'Subject: One\n\nHello\n')).to.match(/^250 /);
      const after = await figures();
      expect(after.accepted - before.accepted).to.equal(1);
      expect(after.acceptedPerSecond).to.be.greaterThan(0);
      expect(after.commits).to.be.greaterThan(before.commits);
      expect(after.commitMsP99).to.be.at.least(after.commitMsP50);
      await clock.advance(30_000);
      const later = await figures();
      expect([later.inboxOldestSeconds, later.outboxOldestSeconds]).to.deep.equal([30, 30]);
      await clock.advance(60_000);
      expect((await figures()).acceptedPerSecond).to.equal(0);
      const noted = postroom.next((event) => event.type === 'picked-up');
      await postroom.pickUp('lisa');
      // It is written down with the next commit, or soon.
      await clock.advance(5_000);
      await noted;
      expect((await figures()).pickedUp).to.equal(1);
    } finally {
      await postroom.stop();
    }
  });

  it('reach Prometheus one and all, but for the averages that it makes itself', () => {
    const names = [
      'upSeconds',
      'accepted',
      'pickedUp',
      'commits',
      'commitMsP50',
      'commitMsP99',
      'outboxOldestSeconds',
      'inboxOldestSeconds',
    ];
    const more = ['eventLoopDelayMsP50', 'eventLoopDelayMsP99', 'eventLoopDelayMsMax', 'memoryMB', 'heapMB'];
    for (const name of [...names, ...more]) {
      const text = (value: number): string => exposition(ownSamples({ [name]: value } as unknown as FiguresNow));
      expect(text(1), name).to.not.equal(text(2));
    }
  });

  it('go out in seconds and bytes', () => {
    const figures = { commitMsP99: 12.5, memoryMB: 100 } as FiguresNow;
    expect(exposition(ownSamples(figures))).to.include('postroom_commit_seconds_p99 0.0125\n');
    expect(exposition(ownSamples(figures))).to.include(`process_resident_memory_bytes ${100 * 2 ** 20}\n`);
  });
});
