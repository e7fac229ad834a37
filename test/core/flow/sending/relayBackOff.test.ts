import type { DestinationReceipt } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { DeliveryGroup } from '#core/flow/sending/deliveryGroup.js';
import { RelayBackOff } from '#core/flow/sending/relayBackOff.js';
import { outboxEntry } from '../support/flowFixture.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const group = (message: string, id: number, account = 'company'): DeliveryGroup => ({
  message,
  account,
  entries: [outboxEntry({ id, message, account })],
});
const receipt = (more: Partial<DestinationReceipt>): DestinationReceipt => ({
  recipient: 'ruth@far.example',
  outcome: 'deferred',
  status: '4.2.1',
  text: 'Busy.',
  ...more,
});
const SENT = receipt({ outcome: 'delivered', status: '2.0.0', text: 'Taken.' });
const BUSY = receipt({ status: '4.3.2', text: 'System not accepting network messages.' });
const REFUSED = receipt({ status: '4.7.8', text: 'Authentication failed.', configuration: true });

describe('the back-off of an account that cannot send', () => {
  let clock: VirtualClock;
  let backOff: RelayBackOff;
  beforeEach(() => {
    clock = new VirtualClock();
    backOff = new RelayBackOff(clock);
  });

  /** Minutes of back-off that each of the tries in a row leads to. */
  async function minutes(tries: number, of: DestinationReceipt): Promise<readonly number[]> {
    const waits: number[] = [];
    for (let at = 1; at <= tries; at += 1) {
      backOff.tried(group(String(at), at), [of]);
      waits.push(backOff.left('company') / MINUTE);
      await clock.advance(backOff.left('company'));
    }
    return waits;
  }

  it('does not begin for a message that was sent, refused for good, or deferred for its own sake', () => {
    for (const outcome of [SENT, receipt({ outcome: 'failed', status: '5.1.1' }), receipt({ status: '4.2.2', text: 'Mailbox full.' })]) {
      for (const id of [1, 2, 3]) backOff.tried(group(String(id), id), [outcome]);
      expect([backOff.of('company'), backOff.left('company')]).to.deep.equal([undefined, 0]);
    }
  });

  it('begins at once where the ISP refuses the login, for half an hour, doubled up to four hours', async () => {
    expect(await minutes(5, REFUSED)).to.deep.equal([30, 60, 120, 240, 240]);
  });

  it('is minutes, not hours, where TLS or another way to log in is needed: no password is at stake', async () => {
    for (const status of ['4.7.4', '4.7.10', '4.7.11']) {
      backOff = new RelayBackOff(clock);
      expect(await minutes(7, receipt({ status, configuration: true })), status).to.deep.equal([1, 2, 4, 8, 16, 30, 30]);
    }
  });

  it('says what the account failed for until it is over, by the clock that never jumps', async () => {
    backOff.tried(group('1', 1), [REFUSED]);
    expect(backOff.of('company')).to.equal(REFUSED);
    clock.jump(24 * HOUR);
    expect(backOff.of('company'), 'the wall clock says nothing').to.equal(REFUSED);
    await clock.advance(30 * MINUTE - 1);
    expect([backOff.of('company'), backOff.left('company')]).to.deep.equal([REFUSED, 1]);
    await clock.advance(1);
    expect([backOff.of('company'), backOff.left('company')]).to.deep.equal([undefined, 0]);
  });

  it('begins with the second message in a row that the ISP defers for the sake of all: one may be deferred for its own', () => {
    for (const status of ['4.4.1', '4.3.2', '4.7.1']) {
      backOff = new RelayBackOff(clock);
      backOff.tried(group('1', 1), [receipt({ status })]);
      expect(backOff.of('company'), `${status}: one message`).to.equal(undefined);
      backOff.tried(group('1', 1), [receipt({ status })]);
      expect(backOff.of('company'), `${status}: the same one again`).to.equal(undefined);
      backOff.tried(group('2', 2), [receipt({ status })]);
      expect(backOff.of('company'), `${status}: another one`).to.include({ status });
      expect(backOff.left('company') / MINUTE).to.equal(1);
    }
  });

  it('does not begin where the ISP wanted a message in between, or one of the recipients', () => {
    backOff.tried(group('1', 1), [BUSY]);
    backOff.tried(group('2', 2), [SENT]);
    backOff.tried(group('3', 3), [BUSY]);
    expect(backOff.of('company')).to.equal(undefined);
    backOff.tried(group('4', 4), [BUSY, SENT]);
    backOff.tried(group('5', 5), [BUSY]);
    expect(backOff.of('company')).to.equal(undefined);
  });

  it('concerns one account alone', () => {
    backOff.tried(group('1', 1), [REFUSED]);
    expect(backOff.of('works')).to.equal(undefined);
    backOff.tried(group('2', 2, 'works'), [BUSY]);
    backOff.tried(group('3', 3), [BUSY]);
    expect(backOff.of('works'), 'messages of two accounts are not in a row').to.equal(undefined);
  });

  it('puts the message of a refused login off, and all that waits behind it, until it is over', () => {
    backOff.tried(group('1', 1), [REFUSED]);
    backOff.putOff(group('2', 2));
    expect([...backOff.woken]).to.deep.equal([]);
    backOff.wake('company');
    expect([...backOff.woken]).to.deep.equal([1, 2]);
    backOff.areDue(new Set([1]));
    expect([...backOff.woken], 'until the Outbox knows').to.deep.equal([2]);
  });

  it('does not make the message that showed a limit due with the others: two such would stop the queue again and again', () => {
    backOff.tried(group('1', 1), [BUSY]);
    backOff.tried(group('2', 2), [BUSY]);
    backOff.putOff(group('3', 3));
    backOff.wake('company');
    expect([...backOff.woken]).to.deep.equal([3]);
  });

  it('ends with the first message that the ISP wants: the others are due, but for this one, which had its try', async () => {
    backOff.tried(group('1', 1), [REFUSED]);
    backOff.putOff(group('2', 2));
    await clock.advance(30 * MINUTE);
    backOff.tried(group('1', 1), [SENT]);
    expect([...backOff.woken]).to.deep.equal([2]);
    expect(await minutes(1, REFUSED), 'counted from the beginning again').to.deep.equal([30]);
  });

  it('ends for every account when a change may have mended the cause', () => {
    backOff.tried(group('1', 1), [REFUSED]);
    backOff.tried(group('2', 2, 'works'), [REFUSED]);
    backOff.tried(group('3', 3, 'third'), [BUSY]);
    backOff.wakeAll();
    expect([backOff.of('company'), backOff.of('works')]).to.deep.equal([undefined, undefined]);
    expect([...backOff.woken]).to.deep.equal([1, 2]);
    backOff.tried(group('4', 4, 'third'), [BUSY]);
    expect(backOff.of('third'), 'nothing is in a row any more').to.equal(undefined);
  });

  it('goes on with what was put off before where the account fails again', async () => {
    backOff.tried(group('1', 1), [REFUSED]);
    backOff.putOff(group('2', 2));
    await clock.advance(30 * MINUTE);
    backOff.tried(group('3', 3), [REFUSED]);
    expect(backOff.left('company') / MINUTE).to.equal(60);
    backOff.wake('company');
    expect([...backOff.woken]).to.deep.equal([1, 2, 3]);
  });
});
