import type { OutboxUpdate } from '@postroom/sdk/services';
import { expect } from 'chai';
import { trailLines } from '#plugins/store-postgres/dist/outbox/trailLines.js';

describe('The trail of a message that was sent', () => {
  const update = (id: number, outcome: OutboxUpdate['outcome'], more: Partial<OutboxUpdate> = {}): OutboxUpdate => ({
    id,
    outcome,
    receipt: { recipient: `r${id}`, outcome: 'failed', status: '5.1.1', text: 'no such user' },
    nextTryAt: undefined,
    ...more,
  });
  const changes = (updates: readonly OutboxUpdate[]): unknown =>
    [...trailLines(updates, new Map([1, 2, 3, 4].map((id) => [id, id === 4 ? 200 : 100])))].map(([message, lines]) => [
      message,
      lines.map(({ change, reason }) => `${change}: ${reason}`),
    ]);

  it('says how the mail of each recipient ended, and nothing of a try that is repeated', () => {
    expect(changes([update(1, 'sent'), update(2, 'bounced'), update(3, 'deferred'), update(4, 'sent')])).to.deep.equal([
      [100, ['sent r1: 5.1.1 no such user', 'bounced r2: 5.1.1 no such user']],
      [200, ['sent r4: 5.1.1 no such user']],
    ]);
  });

  it('calls a failure that nobody is told of none that bounced', () => {
    expect(changes([update(1, 'bounced', { untold: 'it has no sender' })])).to.deep.equal([
      [100, ['not sent r1: 5.1.1 no such user (nobody was told: it has no sender)']],
    ]);
  });

  it('says of a try that left recipients in doubt once who they are', () => {
    const doubtful = { doubtful: true } as const;
    expect(changes([update(1, 'deferred', doubtful), update(2, 'deferred', doubtful), update(3, 'held', doubtful)])).to.deep.equal([
      [100, ['in doubt r1, r2: 5.1.1 no such user', 'hold r3: 5.1.1 no such user']],
    ]);
  });
});
