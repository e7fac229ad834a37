// A person asks for a send/receive while a round of the timer runs, which had passed over what rests after a failure.

import { Outbox } from '@postroom/sdk/services';
import { leakCheck, PRACTICE_PASSWORD, type VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { needsOneClock } from '../kit/doorThreads.js';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

const MINUTE = 60_000;
const FAR = 'ruth@customer.example';

onEachStore('joining a running round', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = store.clock();
    office = await store.start({ clock });
  });
  afterEach(() => office.stop());

  const logins = (protocol: 'pop3' | 'smtp'): number =>
    office.isp.log.commands(protocol).filter((line) => line.startsWith('PASS') || line.startsWith('AUTH')).length;
  const write = (subject: string): Promise<string> => office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject }));
  const fetched = (): number =>
    office.events.filter((event) => event.type === 'fetch' && event.account === 'company' && event.state === 'ended').length;

  const ended = (): number => office.events.filter((event) => event.type === 'round' && event.state === 'ended').length;

  /** The account `company` rests both ways, and a round of the timer hangs at `works`, of which only the end of the ISP's sessions rids it. */
  async function stalledRound(): Promise<{ readonly round: ReturnType<Postroom['round']>; end(): Promise<void> }> {
    office.isp.mailbox('mail').password = 'changed at the ISP';
    office.isp.mailbox('mail').put(letter({ to: `Greg <${REGULAR}>`, subject: 'At last' }));
    await write('refused');
    expect(await office.round('timer')).to.include({ sent: 0, deferred: 1 });
    office.isp.mailbox('post').put(letter({ to: `lisa@${DOMAIN}`, subject: 'Slow' }));
    office.isp.faults.pop3.stall({ command: 'RETR', when: 'received' });
    office.isp.log.clear();
    const round = office.round('timer');
    await until('the round hangs at works', () => office.isp.faults.pop3.waiting === 0);
    expect([logins('pop3'), logins('smtp')], 'company rests').to.deep.equal([1, 0]);
    return { round, end: () => office.isp.pop3.stop() };
  }

  it('tries at once, for a person, what rests after a failure that was mended at the ISP', async () => {
    const stalled = await stalledRound();
    office.isp.mailbox('mail').password = PRACTICE_PASSWORD;
    const before = fetched();
    const asked = office.round('user');
    await until('company is fetched', () => fetched() > before);
    await until('the Outbox is sent', () => office.isp.outgoing.length === 1);
    expect(ended(), 'works still hangs').to.equal(1);
    expect(await office.subjects('greg')).to.deep.equal(['At last']);
    await stalled.end();
    const report = await asked;
    expect(report, 'one round for both').to.equal(await stalled.round);
    expect(report).to.include({ sent: 1, bounced: 0 });
    expect(report.accounts.map(({ account, stored, failed }) => [account, stored, failed.length])).to.deep.equal([
      ['company', 1, 0],
      ['works', 0, 1],
    ]);
    expect(await office.service(Outbox).list()).to.deep.equal([]);
  });

  it('gives an account one session more, however many ask before it comes to its end', async () => {
    const stalled = await stalledRound();
    const before = fetched();
    const asked = [office.round('user'), office.round('user', ['company']), office.round('timer', ['company'])];
    await until('company is fetched', () => fetched() > before);
    expect(logins('pop3'), 'works, and company once').to.equal(2);
    await stalled.end();
    const reports = await Promise.all(asked);
    expect(reports[0]?.accounts[0]?.failed[0]).to.include({ code: 'isp/login-refused' });
    for (const report of reports) expect(report).to.equal(reports[0]);
    expect(office.events.filter((event) => event.type === 'round' && event.state === 'started')).to.have.length(2);
  });

  it('tries once more, for a person, where an account was at it already and comes to nothing, and counts both tries', async function () {
    needsOneClock(this);
    for (const subject of ['One', 'Two']) office.isp.mailbox('post').put(letter({ to: `lisa@${DOMAIN}`, subject }));
    office.isp.faults.pop3.without.add('PIPELINING');
    office.isp.faults.pop3.stall({ command: 'RETR', message: 2, when: 'received' });
    const round = office.round('timer');
    await until('the round hangs at works', () => office.isp.faults.pop3.waiting === 0);
    const asked = office.round('user');
    await clock.advance(MINUTE);
    const report = await asked;
    expect(report, 'one round for both').to.equal(await round);
    expect(report.accounts[1]).to.include({ account: 'works', stored: 2 });
    expect(report.accounts[1]?.failed).to.deep.equal([]);
    expect(await office.subjects('lisa')).to.deep.equal(['One', 'Two']);
  });

  it('leaves alone what rests where the timer or the Outbox asks again', async () => {
    const stalled = await stalledRound();
    office.isp.mailbox('mail').password = PRACTICE_PASSWORD;
    const asked = [office.round('timer'), office.round('outbox')];
    await stalled.end();
    await Promise.all(asked);
    expect([logins('pop3'), logins('smtp')]).to.deep.equal([1, 0]);
  });

  it('sends for a person what only waited for its account, before its own next try, and leaves what is on hold', async () => {
    office.isp.faults.smtp.answer('AUTH', '535 5.7.8 Wrong password');
    await write('first');
    await office.round('outbox');
    await write('second');
    await write('held');
    await office.round('outbox');
    const [, , held] = await office.service(Outbox).list();
    await office.run('outbox.hold', { entries: [held?.id] });
    office.isp.faults.clear();
    await clock.advance(MINUTE);
    expect(await office.round('outbox'), 'it rests').to.include({ sent: 0, deferred: 0 });
    expect(await office.round('user')).to.include({ sent: 2, deferred: 0, bounced: 0 });
    expect((await office.service(Outbox).list()).map(({ state }) => state)).to.deep.equal(['held']);
  });

  it('sends by itself what waited, in the next round after the password was set', async () => {
    office.isp.faults.smtp.answer('AUTH', '535 5.7.8 Wrong password');
    await write('waits');
    await office.round('outbox');
    office.isp.faults.clear();
    await office.setIspPassword('company');
    expect(await office.round('timer')).to.include({ sent: 1 });
  });
});
