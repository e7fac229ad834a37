import type { DestinationReceipt } from '@postroom/sdk';
import { expect } from 'chai';
import { receiptsFor } from '#core/flow/sending/receipts.js';
import { uncalledFor } from '#core/hooks/answers.js';
import { readReceipt } from '#plugins/platform/isolation/dist/calls/readReceipt.js';

const STRANGER = 'acme.relay';
const said = (recipient: string, outcome: DestinationReceipt['outcome']): DestinationReceipt => ({
  recipient,
  outcome,
  status: '2.0.0',
  text: 'ok',
});

describe('receipts', () => {
  it('name the stranger who said them', () => {
    expect(readReceipt([said('a', 'delivered')], STRANGER)?.[0]?.text).to.equal('acme.relay says: ok');
  });

  it('are none for whom the answer leaves out', () => {
    expect(receiptsFor(['a', 'b'], [said('a', 'delivered')], STRANGER)).to.deep.equal([said('a', 'delivered')]);
  });

  it('are later, and perhaps twice, where the answer contradicts itself', () => {
    const [receipt] = receiptsFor(['a'], [said('a', 'failed'), said('a', 'delivered')], STRANGER);
    expect(receipt).to.include({ outcome: 'deferred', unsure: true, text: 'acme.relay says that it is failed and delivered.' });
    const [other] = receiptsFor(['a'], [said('a', 'failed'), said('a', 'deferred')], STRANGER);
    expect(other).to.include({ outcome: 'deferred' }).and.not.have.property('unsure');
    expect(receiptsFor(['a'], [said('a', 'delivered'), said('a', 'delivered')], STRANGER)[0]).to.include({ outcome: 'delivered' });
  });

  it('are given for those alone that were asked about', () => {
    const answer = [said('a', 'delivered'), said('x', 'delivered'), said('x', 'failed')];
    expect(receiptsFor(['a'], answer, STRANGER).map(({ recipient }) => recipient)).to.deep.equal(['a']);
    expect(uncalledFor(['a'], answer)).to.deep.equal(['x']);
  });
});
