import { BoundedLog } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';

describe('lines that clients can cause', () => {
  it('are written ten times within ten seconds, and then summed up, each kind for itself', async () => {
    const clock = new VirtualClock();
    const written: string[] = [];
    const log = new BoundedLog({ warn: (message) => void written.push(message) }, clock);
    for (let count = 1; count <= 10_000; count += 1) log.warn('refused', `Connection ${count} refused.`);
    log.warn('other', 'Something else.');
    expect(written).to.have.length(11);
    await clock.advance(10_000);
    expect(written.slice(11)).to.deep.equal(['9990 more lines like the last one were left out within 10 s: Connection 10000 refused.']);
    log.warn('refused', 'Again.');
    expect(written.at(-1)).to.equal('Again.');
    await clock.advance(10_000);
    expect(written).to.have.length(13);
  });

  it('are told of at the end, and leave no timer', async () => {
    const clock = new VirtualClock();
    const written: string[] = [];
    const log = new BoundedLog({ warn: (message) => void written.push(message) }, clock, 1);
    for (let count = 0; count < 5; count += 1) log.warn('refused', 'Refused.');
    log.dispose();
    expect(written).to.deep.equal(['Refused.', '4 more lines like the last one were left out within 10 s: Refused.']);
    await clock.advance(60_000);
    expect(written).to.have.length(2);
  });
});
