import type { ResortChange, StoredMessage } from '@postroom/sdk/services';
import { recalledCopies, resortedMessage } from '@postroom/sdk/store';
import { expect } from 'chai';

describe('A message that is sorted again', () => {
  const before = {
    id: '7',
    disposition: 'hold',
    reason: 'spam',
    submission: { client: 'c' },
    trail: [],
    concealed: [],
  } as unknown as StoredMessage;
  const change = (more: Partial<ResortChange>): ResortChange =>
    ({
      from: 'hold',
      disposition: 'deliver',
      reason: '',
      rung: undefined,
      trail: [],
      concealed: [],
      add: [],
      recall: [],
      outbox: [],
      ...more,
    }) as ResortChange;

  it('stays as it is where somebody else was faster', () => {
    expect(resortedMessage(before, change({ from: 'quarantine' }))).to.equal(undefined);
  });

  it('becomes what was decided, and forgets what its client said once it goes on its way', () => {
    expect(resortedMessage(before, change({}))).to.deep.include({ id: '7', disposition: 'deliver', reason: '', submission: undefined });
    expect(resortedMessage(before, change({ disposition: 'quarantine' }))).to.deep.include({ submission: { client: 'c' } });
  });

  it('is taken from those who should not have it, but for those who picked it up', () => {
    const copies = [
      { id: 1, picked_up_at: null },
      { id: 2, picked_up_at: 1_000 },
      { id: 3, picked_up_at: null },
    ];
    const { recalled, kept } = recalledCopies(copies, ({ id }) => id < 3);
    expect([recalled.map(({ id }) => id), kept.map(({ id }) => id)]).to.deep.equal([[1], [2, 3]]);
  });
});
