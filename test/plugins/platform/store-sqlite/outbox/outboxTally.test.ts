import { expect } from 'chai';
import fc from 'fast-check';
import { OutboxTally } from '#plugins/platform/store-sqlite/dist/outbox/outboxTally.js';

interface Entry {
  readonly id: number;
  readonly message_id: number;
  readonly queued_at: number;
  state: string;
  attempts: number;
}

/** The counts as they would be found by looking at every entry. */
function counted(entries: readonly Entry[]): object {
  const messages = new Set(entries.map((entry) => entry.message_id));
  const untried = [...messages].filter((message) =>
    entries.every((entry) => entry.message_id !== message || (entry.attempts === 0 && entry.state === 'waiting')),
  );
  const first = entries[0];
  return {
    messages: messages.size,
    recipients: entries.length,
    untried: untried.length,
    oldest: first === undefined ? undefined : new Date(first.queued_at),
  };
}

describe('The tally of the Outbox', () => {
  it('is after any changes what counting anew gives', () => {
    const step = fc.record({
      what: fc.constantFrom('queue', 'gone', 'move'),
      message: fc.nat(4),
      pick: fc.nat(),
      state: fc.constantFrom('waiting', 'deferred', 'held'),
      attempts: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tally = new OutboxTally();
        let entries: Entry[] = [];
        let next = 1;
        for (const { what, message, pick, state, attempts } of steps) {
          const entry = entries[pick % Math.max(1, entries.length)];
          if (what === 'queue') {
            const queued = { id: next, message_id: message, queued_at: 1_000 + next, state: 'waiting', attempts: 0 };
            next += 1;
            entries.push(queued);
            tally.queued([queued]);
          } else if (entry !== undefined && what === 'gone') {
            entries = entries.filter((other) => other !== entry);
            tally.gone([entry.id, next + 7]);
          } else if (entry !== undefined) {
            Object.assign(entry, { state, attempts });
            tally.moved([entry, { ...entry, id: next + 7 }]);
          }
          expect(tally.counts).to.deep.equal(counted(entries));
        }
      }),
    );
  });
});
