import type { DestinationReceipt } from '@postroom/sdk';
import type { OutboxEntry } from '@postroom/sdk/services';
import { expect } from 'chai';
import { deliveryGroups } from '#core/flow/sending/deliveryGroup.js';
import { outcomeOf } from '#core/flow/sending/relayOutcome.js';

const HOUR = 60 * 60_000;
const NOW = new Date('2026-11-20T12:00:00Z');

function entry(more: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id: 1,
    message: '7',
    account: 'company',
    from: 'mail@company.example',
    recipient: 'ruth@far.example',
    prefix: new Uint8Array(),
    ret: undefined,
    envid: undefined,
    notify: undefined,
    orcpt: undefined,
    state: 'sending',
    queuedAt: NOW,
    attempts: 0,
    nextTryAt: NOW,
    status: '',
    text: '',
    delayNoticed: false,
    ...more,
  };
}

const receipt = (more: Partial<DestinationReceipt>): DestinationReceipt => ({
  recipient: 'ruth@far.example',
  outcome: 'deferred',
  status: '4.2.1',
  text: 'Busy',
  ...more,
});
const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR);

describe('what a receipt means for the Outbox', () => {
  it('delivered is sent, failed is returned, and nothing is tried again', () => {
    expect(outcomeOf(entry(), receipt({ outcome: 'delivered' }), NOW)).to.include({ outcome: 'sent', nextTryAt: undefined });
    expect(outcomeOf(entry(), receipt({ outcome: 'failed' }), NOW)).to.include({ outcome: 'bounced', nextTryAt: undefined });
  });

  it('R03 deferred waits as long as the number of tries says, or as the ISP asks', () => {
    const waits = [0, 1, 5].map((attempts) => (outcomeOf(entry({ attempts }), receipt({}), NOW).nextTryAt?.getTime() ?? 0) - NOW.getTime());
    expect(waits).to.deep.equal([5 * 60_000, 15 * 60_000, 4 * HOUR]);
    const retryAfter = new Date(NOW.getTime() + 7 * HOUR);
    expect(outcomeOf(entry(), receipt({ retryAfter }), NOW).nextTryAt).to.equal(retryAfter);
  });

  it('every outcome bears the number of the try, where there is one', () => {
    const tried = entry({ lease: 41, doubts: 2 });
    const receipts = [receipt({ outcome: 'delivered' }), receipt({ outcome: 'failed' }), receipt({}), receipt({ unsure: true })];
    expect(receipts.map((each) => [outcomeOf(tried, each, NOW).outcome, outcomeOf(tried, each, NOW).lease])).to.deep.equal([
      ['sent', 41],
      ['bounced', 41],
      ['deferred', 41],
      ['held', 41],
    ]);
    expect(outcomeOf(entry(), receipt({}), NOW)).to.not.have.property('lease');
  });

  it('no receipt at all is a deferral, never a loss', () => {
    expect(outcomeOf(entry(), undefined, NOW)).to.include({ outcome: 'deferred' });
  });

  it('deferred for five days and twelve tries is returned', () => {
    expect(outcomeOf(entry({ queuedAt: hoursAgo(120), attempts: 11 }), receipt({}), NOW)).to.include({ outcome: 'bounced' });
    expect(outcomeOf(entry({ queuedAt: hoursAgo(120), attempts: 10 }), receipt({}), NOW)).to.include({ outcome: 'deferred' });
  });

  it('an end that leaves it open whether the ISP has it is tried again later each time, and the third time held', () => {
    const unsure = receipt({ unsure: true });
    const minutes = (doubts: number, attempts: number): unknown => {
      const { outcome, nextTryAt, doubtful } = outcomeOf(entry({ doubts, attempts }), unsure, NOW);
      return [outcome, doubtful, nextTryAt && (nextTryAt.getTime() - NOW.getTime()) / 60_000];
    };
    expect([minutes(0, 0), minutes(1, 1), minutes(2, 2), minutes(7, 7)]).to.deep.equal([
      ['deferred', true, 5],
      ['deferred', true, 60],
      ['held', true, undefined],
      ['held', true, undefined],
    ]);
    expect(minutes(0, 5), 'as long as any other try has to wait').to.deep.equal(['deferred', true, 240]);
    const soon = new Date(NOW.getTime() + 1);
    expect(outcomeOf(entry(), { ...unsure, retryAfter: soon }, NOW).nextTryAt, 'whatever the plugin wishes').to.not.equal(soon);
    expect(outcomeOf(entry({ queuedAt: hoursAgo(1_000), attempts: 99 }), unsure, NOW).outcome, 'never returned as not sent').to.equal(
      'deferred',
    );
    expect(outcomeOf(entry({ doubts: 2 }), receipt({}), NOW), 'an answer is no doubt').to.include({ outcome: 'deferred' });
  });

  it('a wrong set-up never bounces, however long', () => {
    const wrong = receipt({ outcome: 'failed', configuration: true });
    expect(outcomeOf(entry({ queuedAt: hoursAgo(1_000), attempts: 99 }), wrong, NOW)).to.include({ outcome: 'deferred' });
  });

  it('the author hears of a delay once, after four hours, unless NOTIFY says otherwise', () => {
    const noticed = (more: Partial<OutboxEntry>): boolean => outcomeOf(entry(more), receipt({}), NOW).delayNoticed === true;
    expect(noticed({ queuedAt: hoursAgo(3.9) })).to.equal(false);
    expect(noticed({ queuedAt: hoursAgo(4) })).to.equal(true);
    expect(noticed({ queuedAt: hoursAgo(9), delayNoticed: true })).to.equal(false);
    expect(noticed({ queuedAt: hoursAgo(9), notify: ['FAILURE'] })).to.equal(false);
    expect(noticed({ queuedAt: hoursAgo(9), notify: ['FAILURE', 'DELAY'] })).to.equal(true);
  });
});

describe('what travels together', () => {
  it('recipients of one message by one account and from one sender, in order of arrival', () => {
    const groups = deliveryGroups([
      entry({ id: 1, message: '7', recipient: 'a@x.example' }),
      entry({ id: 2, message: '8' }),
      entry({ id: 3, message: '7', recipient: 'b@x.example' }),
      entry({ id: 4, message: '7', account: 'works' }),
      entry({ id: 5, message: '7', from: '' }),
      entry({ id: 6, message: '7', envid: 'mine' }),
    ]);
    expect(groups.map(({ entries }) => entries.map(({ id }) => id))).to.deep.equal([[1, 3], [2], [4], [5], [6]]);
  });
});
