// A wall clock that jumps: nothing is bounced, forgotten or put off for ever because of it.

import { Outbox } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FAR = 'ruth@customer.example';

describe('a clock that jumps', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let office: Postroom;
  beforeEach(async () => {
    clock = new VirtualClock();
    office = await Postroom.start({ clock });
  });
  afterEach(() => office.stop());

  const submit = (): Promise<string> => office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR }));
  const states = async (): Promise<readonly string[]> => (await office.service(Outbox).list()).map(({ state }) => state);

  for (const days of [1, 400]) {
    it(`F41 ahead by ${days} days bounces nothing that has not been tried often enough`, async () => {
      office.isp.faults.smtp.answerRecipient(FAR, '450 4.2.1 Busy');
      await submit();
      await office.round();
      clock.jump(days * DAY);
      expect(await office.round()).to.include({ deferred: 1, bounced: 0 });
      expect(await states()).to.deep.equal(['deferred']);
    });
  }

  it('R04 F41 back by a year leaves nothing waiting for a year', async () => {
    office.isp.faults.smtp.answerRecipient(FAR, '450 4.2.1 Busy', 1);
    await submit();
    await office.round();
    clock.jump(-365 * DAY);
    expect(await office.round()).to.include({ sent: 1 });
  });

  it('R59 after five days without power tries once before anything is bounced', async () => {
    office.isp.faults.smtp.answerRecipient(FAR, '450 4.2.1 Busy', 2);
    await submit();
    await office.round();
    await office.close();
    clock.jump(5 * DAY + 1);
    await office.open();
    expect(await office.round()).to.include({ deferred: 1, bounced: 0 });
    await clock.advance(DAY);
    expect(await office.round()).to.include({ sent: 1 });
  });

  it('F41 ahead removes no log before the clock has said the same for a day', async () => {
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>` }));
    await office.round();
    const days = async (): Promise<number> => (await office.run<readonly object[]>('log.days')).length;
    const before = await days();
    clock.jump(400 * DAY);
    await clock.advance(DAY);
    expect(await days(), 'in case it is wrong').to.be.greaterThanOrEqual(before);
    await office.close();
    clock.jump(-400 * DAY);
    await office.open();
    expect(await days(), 'and when it was put right').to.be.greaterThanOrEqual(before);
  });

  it('F41 C38 ahead and back, over a restart too, takes nothing from the ISP that is to stay there', async () => {
    const left = (): number => office.isp.mailbox('mail').messages.length;
    await office.editFile((text) => text.replace('"kind": "regular"', '"kind": "regular", "pop3.leaveOnServerDays": 2'));
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>` }));
    await office.round();
    for (const jump of [400 * DAY, -400 * DAY]) {
      clock.jump(jump);
      await office.round();
      await office.close();
      await office.open();
      await office.round();
      expect(left(), `${jump / DAY} days`).to.equal(1);
    }
    await clock.advance(DAY);
    for (const hours of [1, 12, 35, -12, -36]) {
      clock.jump(hours * HOUR);
      await office.round();
    }
    expect(left(), 'the first day').to.equal(1);
    await clock.advance(DAY);
    await office.round();
    expect(left(), 'the second day').to.equal(0);
    expect(await office.subjects('andrew')).to.have.lengthOf(1);
  });

  it('F41 ahead for good removes old log in the end', async () => {
    await office.round();
    clock.jump(400 * DAY);
    await clock.advance(3 * DAY);
    await office.close();
    await office.open();
    const days = await office.run<readonly { readonly day: string }[]>('log.days');
    expect(
      days.every(({ day }) => day > '2027'),
      JSON.stringify(days),
    ).to.equal(true);
  });
});
