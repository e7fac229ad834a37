import { pairedDoorLines } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DistantDesk } from '#plugins/pop3/dist/server/door/distantDesk.js';
import { TestClock } from '../../support/fakeHost.js';

const TERMS = { badCommands: 20, loginMs: 1_000, idleMs: 1_000, trustsPlaintext: true };

describe('the desk of POP3, as a door sees it', () => {
  const lines = pairedDoorLines();
  const desk = new DistantDesk(lines.module, new TestClock(), 2);
  after(() => lines.close());

  it('refuses by itself who comes while many wait to be let in: each has a descriptor meanwhile', async () => {
    const complaints: unknown[] = [];
    lines.keeper.hear('complaint', (complaint) => void complaints.push(complaint));
    lines.keeper.answer('admit', () => TERMS);
    const visits = [1, 2, 3].map(() => desk.admit('192.0.2.1', () => {}));
    expect((await Promise.all(visits)).map((visit) => visit?.terms)).to.deep.equal([TERMS, TERMS, undefined]);
    expect(complaints).to.deep.equal([
      { kind: 'refused', sentence: 'POP3 connection from 192.0.2.1 refused: too many wait to be let in.', fields: { peer: '192.0.2.1' } },
    ]);
    expect((await desk.admit('192.0.2.1', () => {}))?.terms).to.deep.equal(TERMS);
  });

  it('lets nobody in when the main thread answers nothing any more', async () => {
    const visit = desk.admit('192.0.2.1', () => {});
    await lines.close();
    expect(await visit).to.equal(undefined);
  });
});
