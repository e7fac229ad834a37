import { CountedEntries, isUntried, OutboxTally, type QueuedEntry } from '@postroom/sdk/store';
import { expect } from 'chai';
import fc from 'fast-check';

type Entry = { -readonly [K in keyof QueuedEntry]: QueuedEntry[K] };

/** The counts as they would be found by looking at every entry. */
function counted(entries: readonly Entry[]): object {
  const messages = new Set(entries.map(({ message }) => message));
  const untried = [...messages].filter((message) => entries.every((entry) => entry.message !== message || entry.isUntried));
  const [first] = entries;
  return {
    messages: messages.size,
    recipients: entries.length,
    untried: untried.length,
    oldest: first === undefined ? undefined : new Date(first.queuedAt),
  };
}

/** What is asked of what is stored, to see whether it was counted. */
function signed(entries: readonly Entry[]): object {
  return {
    entries: entries.length,
    numbers: entries.reduce((sum, { id }) => sum + id, 0),
    untried: entries.filter((entry) => entry.isUntried).length,
  };
}

describe('The tally of the Outbox', () => {
  it('is after any changes what counting anew gives', () => {
    const step = fc.record({
      what: fc.constantFrom('queue', 'gone', 'move', 'reset'),
      message: fc.nat(4),
      pick: fc.nat(),
      isUntried: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tally = new OutboxTally();
        let entries: Entry[] = [];
        let next = 1;
        for (const { what, message, pick, isUntried: untried } of steps) {
          const entry = entries[pick % Math.max(1, entries.length)];
          if (what === 'queue') {
            const queued = { id: next, message, queuedAt: 1_000 + next, isUntried: true };
            next += 1;
            entries.push(queued);
            tally.queued([queued, queued]);
          } else if (what === 'reset') {
            tally.reset(CountedEntries.of(entries));
          } else if (entry !== undefined && what === 'gone') {
            entries = entries.filter((other) => other !== entry);
            tally.gone([entry.id, next + 7]);
          } else if (entry !== undefined) {
            entry.isUntried = untried ?? entry.isUntried;
            tally.moved([
              { id: entry.id, isUntried: untried },
              { id: next + 7, isUntried: true },
            ]);
          }
          expect(tally.counts).to.deep.equal(counted(entries));
          expect(tally.signature).to.deep.equal(signed(entries));
        }
      }),
    );
  });

  it('tells its listeners of each change, outside of what made it, and none keeps the others from hearing', async () => {
    const tally = new OutboxTally();
    let told = 0;
    const broken = tally.onDidChange(() => {
      throw new Error('broken');
    });
    tally.onDidChange(() => {
      told += 1;
    });
    tally.queued([{ id: 1, message: 1, queuedAt: 1, isUntried: true }]);
    expect(told).to.equal(0);
    await Promise.resolve();
    expect(told).to.equal(1);
    tally.gone([]);
    tally.queued([]);
    tally.moved([]);
    await Promise.resolve();
    expect(told).to.equal(1);
    await broken.dispose();
  });

  it('counts as asking for a round what nobody tried, put off or holds', () => {
    const states = (attempts: number): readonly unknown[] =>
      (['waiting', 'deferred', 'held', 'sending'] as const).map((state) => isUntried({ state, attempts }));
    expect(states(0)).to.deep.equal([true, false, false, undefined]);
    expect(states(1)).to.deep.equal([false, false, false, undefined]);
  });
});
