import { PostroomError } from '@postroom/sdk';
import type { OutboxUpdate } from '@postroom/sdk/services';
import { type LastTry, readReport } from '@postroom/sdk/store';
import { expect } from 'chai';

const update = (id: number, outcome: OutboxUpdate['outcome'], more: Partial<OutboxUpdate> = {}): OutboxUpdate => ({
  id,
  outcome,
  receipt: { recipient: `r${id}`, outcome: 'failed', status: '5.1.1', text: 'no such user' },
  nextTryAt: undefined,
  ...more,
});

/** Entries 1 to 3 are of message 100, entry 4 is of message 200. */
const tries = (more: Partial<LastTry> = {}): readonly LastTry[] =>
  [1, 2, 3, 4].map((id) => ({ id, message_id: id === 4 ? 200 : 100, recipient: `r${id}`, lease: 7, reported: null, ...more }));

describe('A report of what tries came to', () => {
  it('takes out what was sent or given up, and keeps what is tried again or held', () => {
    const { done, stay } = readReport([update(1, 'sent'), update(2, 'deferred'), update(3, 'held'), update(4, 'bounced')], tries());
    expect([done, stay.map(({ id }) => id)]).to.deep.equal([
      [1, 4],
      [2, 3],
    ]);
  });

  it('passes over an entry that is gone', () => {
    const { done, stay, trails } = readReport([update(9, 'sent', { lease: 7 }), update(8, 'deferred', { doubtful: true })], tries());
    expect([done, stay, [...trails]]).to.deep.equal([[], [], []]);
  });

  it('counts once of one try, however often it is reported', () => {
    const again = [update(1, 'deferred', { lease: 7 }), update(2, 'deferred')];
    expect(
      readReport(again, tries({ reported: 7 })).stay.map(({ id }) => id),
      'who bears no try decides',
    ).to.deep.equal([2]);
    expect(readReport(again, tries({ reported: 6 })).stay.map(({ id }) => id)).to.deep.equal([1, 2]);
  });

  it('is refused where a message answers for all of it, and some of it has ended already', () => {
    for (const [updates, ended] of [
      [[update(1, 'bounced'), update(9, 'bounced')], tries()],
      [[update(1, 'deferred', { lease: 7 })], tries({ reported: 7 })],
    ] as const) {
      expect(() => readReport(updates, ended, true))
        .to.throw()
        .with.property('code', 'lease/lost');
    }
    expect(readReport([update(1, 'bounced')], tries(), true).done).to.deep.equal([1]);
  });

  it('is refused as a whole where another sender has tried one of the entries since', () => {
    const refused = (): unknown => readReport([update(1, 'sent', { lease: 7 }), update(2, 'sent', { lease: 6 })], tries());
    expect(refused).to.throw(PostroomError, 'Another sender has taken over the mail for r2: what this one came to was not recorded.');
    expect(refused).to.throw().with.property('code', 'lease/lost');
  });
});

describe('The trail of a message that was sent', () => {
  const changes = (updates: readonly OutboxUpdate[]): unknown =>
    [...readReport(updates, tries()).trails].map(([message, lines]) => [
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
