// An ISP that takes so many messages an hour sets the pace.

import { Outbox } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const MINUTE = 60_000;
const FAR = Array.from({ length: 12 }, (_, n) => `r${n}@customer.example`);

describe('an ISP that takes no more for now', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let office: Postroom;
  let counted: number;
  beforeEach(async () => {
    counted = 0;
    clock = new VirtualClock();
    office = await Postroom.start({ clock });
  });
  afterEach(() => office.stop());

  const submit = (to: string): Promise<string> => office.submit('andrew', [to], letter({ from: REGULAR, to }));
  /** Tries since they were last asked for. */
  const tries = (): number => {
    const all = office.isp.log.commands('smtp').filter((line) => line.startsWith('MAIL')).length;
    const since = all - counted;
    counted = all;
    return since;
  };
  for (const answer of ['450 4.7.1 Too many messages this hour', '421 Slow down']) {
    it(`R53 is asked seldom while it says ${answer}, and gets everything once when it takes more`, async () => {
      office.isp.faults.smtp.answer('MAIL', answer);
      for (const to of FAR) await submit(to);
      await office.round('timer');
      expect(tries()).to.equal(2);
      for (const wait of [1, 2, 4]) {
        await clock.advance(wait * MINUTE - 1_000);
        await office.round('timer');
        expect(tries(), `${wait} minutes are not over`).to.equal(0);
        await clock.advance(1_000);
        await office.round('timer');
        expect(tries(), `after ${wait} minutes`).to.equal(2);
      }
      const attempts = (await office.service(Outbox).list()).map((entry) => entry.attempts);
      expect(
        attempts.reduce((sum, one) => sum + one, 0),
        'none is counted that was not made',
      ).to.equal(8);
      expect(office.isp.outgoing).to.have.length(0);
      office.isp.faults.clear();
      await clock.advance(8 * MINUTE);
      expect(await office.round('timer')).to.include({ sent: 12, deferred: 0, bounced: 0 });
      expect(office.isp.outgoing.flatMap(({ recipients }) => recipients).sort()).to.deep.equal([...FAR].sort());
    });
  }

  it('R53 R54 keeps sending where it did not want one message, or one recipient', async () => {
    office.isp.faults.smtp.answerRecipient(FAR[3] ?? '', '450 4.7.1 Greylisted');
    for (const to of FAR) await submit(to);
    expect(await office.round('timer')).to.include({ sent: 11, deferred: 1 });
  });

  it('R53 is asked at once where a person says Send/Receive', async () => {
    office.isp.faults.smtp.answer('MAIL', '450 4.7.1 Too many messages this hour', 2);
    for (const to of FAR) await submit(to);
    await office.round('timer');
    expect(await office.round('user'), 'all but the two that were refused, which have their own time').to.include({ sent: 10 });
  });

  it('R53 R54 goes on sending behind two messages that it does not want for days', async () => {
    for (const to of FAR.slice(0, 2)) office.isp.faults.smtp.answerRecipient(to, '450 4.7.1 Looks like spam');
    for (const to of FAR.slice(0, 2)) await submit(to);
    await office.round('timer');
    tries();
    await submit(FAR[2] ?? '');
    await clock.advance(MINUTE);
    expect(await office.round('timer'), 'after a rest').to.include({ sent: 1, deferred: 0 });
    await submit(FAR[3] ?? '');
    expect(await office.round('timer'), 'without another one').to.include({ sent: 1, deferred: 0 });
    expect(tries()).to.equal(2);
  });

  it('R53 starts no round for what was put off, and one for what is new', async () => {
    const untried = (): number => office.service(Outbox).counts().untried;
    office.isp.faults.smtp.answer('MAIL', '450 4.7.1 Too many messages this hour');
    for (const to of FAR.slice(0, 4)) await submit(to);
    expect(untried()).to.equal(4);
    await office.round('outbox');
    expect(untried(), 'a round each time would be one after the other').to.equal(0);
    await submit(FAR[4] ?? '');
    expect(untried()).to.equal(1);
    await clock.advance(MINUTE);
    await office.round('timer');
    expect(untried(), 'also after the next rest').to.equal(0);
  });

  it('R53 R54 takes one message that is not wanted twice for one', async () => {
    office.isp.faults.smtp.answerRecipient(FAR[0] ?? '', '450 4.7.1 Looks like spam');
    await submit(FAR[0] ?? '');
    await office.round('timer');
    await clock.advance(5 * MINUTE);
    await office.round('timer');
    expect(tries()).to.equal(2);
    await submit(FAR[1] ?? '');
    expect(await office.round('timer')).to.include({ sent: 1 });
  });

  it('R53 tries once in a round what was put off and is not wanted for a reason of its own', async () => {
    office.isp.faults.smtp.answer('MAIL', '450 4.7.1 Too many messages this hour', 2);
    for (const to of FAR.slice(0, 3)) await submit(to);
    await office.round('timer');
    tries();
    office.isp.faults.smtp.answerRecipient(FAR[2] ?? '', '450 4.2.1 Mailbox busy');
    await clock.advance(MINUTE);
    await office.round('timer');
    const [, , third] = await office.service(Outbox).list();
    expect(third).to.include({ recipient: FAR[2], attempts: 1 });
  });

  it('R05 R53 gives up after days what had no try of its own, however much waits', async () => {
    office.isp.faults.smtp.answer('MAIL', '450 4.7.1 Too many messages this hour');
    for (const to of FAR) await submit(to);
    await office.round('timer');
    clock.jump(5 * 24 * 60 * MINUTE);
    for (let looks = 0; looks < 3; looks += 1) await office.round('timer');
    expect(await office.service(Outbox).list(), 'not at once: the clock may have jumped').to.have.length(12);
    for (let looks = 0; looks < 14; looks += 1) {
      await clock.advance(4 * 60 * MINUTE);
      await office.round('timer');
    }
    expect(await office.service(Outbox).list()).to.deep.equal([]);
    const subjects = await office.subjects('andrew');
    expect(
      subjects.filter((subject) => subject.startsWith('Not delivered:')),
      'one notice of each',
    ).to.have.length(12);
  });

  it('R05 R53 tells the author of a delay, though the message was not tried', async () => {
    office.isp.faults.smtp.answer('MAIL', '450 4.7.1 Too many messages this hour');
    for (const to of FAR.slice(0, 4)) await submit(to);
    await office.round('timer');
    clock.jump(4 * 60 * MINUTE);
    await office.round('timer');
    expect(await office.subjects('andrew')).to.have.length(4);
  });
});
