import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { BEGIN_MS, type ClientProgress, IDLE_MS, Patience } from '#plugins/smtp/dist/submission/front/patience.js';

describe('the patience with an SMTP client', () => {
  const clock = new VirtualClock();
  let progress: ClientProgress;
  let isOver: boolean;
  let patience: Patience;

  beforeEach(() => {
    progress = { isOurTurn: false, messageOctets: undefined };
    isOver = false;
    patience = new Patience(
      clock,
      () => progress,
      () => (isOver = true),
    );
  });
  afterEach(() => patience.dispose());

  it('ends when a client that was greeted never begins, however often it gets an answer', async () => {
    await clock.advance(BEGIN_MS - 1);
    patience.answered(false);
    expect(isOver).to.equal(false);
    await clock.advance(1);
    expect(isOver).to.equal(true);
  });

  it('is not bought by a trickle of octets', async () => {
    patience.answered(true);
    progress = { isOurTurn: false, messageOctets: 4096 };
    await clock.advance(IDLE_MS);
    expect(isOver).to.equal(false);
    progress = { isOurTurn: false, messageOctets: 4097 };
    await clock.advance(IDLE_MS);
    expect(isOver).to.equal(true);
  });

  it('never ends while the answer is ours to give', async () => {
    patience.answered(true);
    progress = { isOurTurn: true, messageOctets: 10 };
    await clock.advance(3 * IDLE_MS);
    expect(isOver).to.equal(false);
  });

  it('waits for nobody once the client has gone, though an answer to it comes late', async () => {
    patience.dispose();
    patience.answered(true);
    expect(clock.pending).to.equal(0);
  });
});
