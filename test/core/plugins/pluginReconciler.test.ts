import '#core/base/injection.js';
import { type ErrorCode, PostroomError } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { PluginReconciler } from '#core/plugins/pluginReconciler.js';
import type { PluginRecord } from '#core/plugins/pluginRecords.js';

describe('The plugins that should run', () => {
  let clock: VirtualClock;
  let applied: number;
  /** What activation comes to, in turn; then it succeeds. */
  let ends: (ErrorCode | 'rejected')[];
  let record: Pick<PluginRecord, 'state' | 'error'>;
  let reconciler: PluginReconciler;
  beforeEach(() => {
    clock = new VirtualClock();
    applied = 0;
    record = { state: 'disabled' };
    const host = {
      apply: () => {
        applied += 1;
        const end = ends.shift();
        if (end === 'rejected') return Promise.reject(new PostroomError('store/unreachable', 'away'));
        record = end === undefined ? { state: 'active' } : { state: 'failed', error: new PostroomError(end, 'away') };
        return Promise.resolve(new Map());
      },
      stop: () => Promise.resolve(),
    };
    const records = {
      get all() {
        return [record];
      },
    };
    const settings = { get: () => [], onDidChange: () => ({ dispose: () => undefined }) };
    reconciler = new PluginReconciler(
      host as never,
      settings as never,
      undefined as never,
      undefined as never,
      undefined as never,
      records as never,
      clock,
    );
  });

  it('are activated as soon as the store is back that was away when they began', async () => {
    ends = ['store/unreachable', 'store/unreachable', 'rejected', 'store/unknown'];
    await reconciler.start([]);
    expect(record.state).to.equal('failed');
    for (const [seconds, tries] of [
      [1, 2],
      [2, 3],
      [4, 4],
      [8, 5],
    ] as const) {
      await clock.advance(seconds * 1000 - 1);
      expect(applied).to.equal(tries - 1);
      await clock.advance(1);
      expect(applied).to.equal(tries);
    }
    expect(record.state).to.equal('active');
    expect(clock.pending).to.equal(0);
  });

  it('are left alone where they failed for a reason of their own, and at the end', async () => {
    ends = ['settings/invalid'];
    await reconciler.start([]);
    expect(clock.pending).to.equal(0);
    ends = ['store/unreachable'];
    await reconciler.start([]);
    expect(clock.pending).to.equal(1);
    await reconciler.dispose();
    expect(clock.pending).to.equal(0);
  });
});
