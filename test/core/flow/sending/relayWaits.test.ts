import { expect } from 'chai';
import { isHopeless, relayWait } from '#core/flow/sending/relayWaits.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('when an Outbox entry is tried again', () => {
  it('R03 to send: 5, 15, 30 minutes, 1, 2 hours, then every 4 hours', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 100].map((attempts) => relayWait(attempts) / MINUTE);
    expect(minutes).to.deep.equal([5, 15, 30, 60, 120, 240, 240, 240]);
    expect(relayWait(0), 'never less').to.equal(5 * MINUTE);
  });

  it('gives up after five days and twelve tries, not after one of them alone', () => {
    expect(isHopeless(5 * DAY, 12)).to.equal(true);
    expect(isHopeless(5 * DAY - 1, 100)).to.equal(false);
    expect(isHopeless(400 * DAY, 11), 'the clock jumped').to.equal(false);
  });
});
