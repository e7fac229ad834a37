import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { exposition } from '#core/flow/exposition.js';
import type { FiguresNow } from '#core/flow/figures.js';
import { PerMinute } from '#core/flow/perMinute.js';
import { Postroom } from '../../kit/postroom.js';

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

  it('go out in seconds and bytes', () => {
    const figures = { commitMsP99: 12.5, memoryMB: 100 } as FiguresNow;
    expect(exposition(figures)).to.include('postroom_commit_seconds_p99 0.0125\n');
    expect(exposition(figures)).to.include(`process_resident_memory_bytes ${100 * 2 ** 20}\n`);
  });
});
