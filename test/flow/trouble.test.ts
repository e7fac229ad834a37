// The ISP refuses, the device goes: what Postroom does meanwhile, and how it goes on by itself.
import { connect } from 'node:net';
import { Licence } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

const MINUTE = 60_000;

describe('in trouble', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(() => {
    clock = new VirtualClock();
  });
  afterEach(() => office.stop());

  const logins = (): number => office.isp.log.commands('pop3').filter((line) => line.startsWith('PASS') || line.startsWith('AUTH')).length;

  it('does not hammer a wrong password by the timer, goes on with the other account, and obeys a person at once (85)', async () => {
    office = await Postroom.start({ clock });
    office.isp.mailbox('mail').password = 'changed';
    office.isp.mailbox('post').put(letter({ to: `lisa@${DOMAIN}`, subject: 'One' }));
    const first = await office.round('timer');
    expect(first.accounts[0]?.failed[0]).to.include({ code: 'isp/login-refused' });
    expect(first.accounts[1]).to.include({ stored: 1 });
    for (let minute = 5; minute < 30; minute += 5) {
      await clock.advance(5 * MINUTE);
      office.isp.mailbox('post').put(letter({ to: `lisa@${DOMAIN}`, subject: `${minute}` }));
      office.isp.log.clear();
      const { accounts } = await office.round('timer');
      expect(logins(), `after ${minute} minutes only the good account logs in`).to.equal(1);
      expect(accounts[1]).to.include({ stored: 1 });
    }
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'At last' }));
    await office.setIspPassword('company', 'changed');
    const asked = await office.round('user');
    expect(asked.accounts[0]).to.include({ stored: 1 });
    expect(office.log, 'no password in the log').to.not.include('changed"');
  });

  it('R16 does not hammer a wrong password while people go on writing, and sends everything at once when it is mended', async () => {
    office = await Postroom.start({ clock });
    office.isp.faults.smtp.answer('AUTH', '535 5.7.8 Wrong password');
    const tries = async (reason: 'outbox' | 'user'): Promise<number> => {
      office.isp.log.clear();
      await office.submit('andrew', ['ruth@far.example'], letter({ from: REGULAR, to: 'ruth@far.example' }));
      expect(await office.round(reason)).to.include({ sent: 0, bounced: 0 });
      return office.isp.log.commands('smtp').filter((line) => line.startsWith('AUTH')).length;
    };
    const logins: number[] = [];
    for (const minutes of [0, 5, 20, 10, 30, 31]) {
      await clock.advance(minutes * MINUTE);
      logins.push(await tries('outbox'));
    }
    expect(logins, 'at 0, 5, 25, 35, 65 and 96 minutes: rests of 30 and 60; by PLAIN and by LOGIN').to.deep.equal([2, 0, 0, 2, 0, 2]);
    expect(await tries('user'), 'a person is obeyed').to.equal(2);
    office.isp.faults.clear();
    await office.setIspPassword('company');
    await clock.advance(4 * 60 * MINUTE);
    expect(await office.round('timer')).to.include({ sent: 7 });
  });

  it('tries a refused login again after the rest, less and less often', async () => {
    office = await Postroom.start({ clock });
    office.isp.faults.pop3.refuseLogin('AUTH');
    const tries: number[] = [];
    for (let minute = 0; minute <= 8 * 60; minute += 5) {
      office.isp.log.clear();
      await office.round('timer', ['company']);
      if (logins() > 0) tries.push(minute);
      await clock.advance(5 * MINUTE);
    }
    expect(tries).to.deep.equal([0, 30, 90, 210, 450]);
    const log = await office.run<readonly { readonly kind: string }[]>('log.read', { limit: 1000 });
    expect(log.filter(({ kind }) => kind === 'problem').length, 'told once, not at every try').to.equal(1);
  });

  it('goes on by the timer as soon as the password, or anything in the settings, was mended', async () => {
    office = await Postroom.start({ clock });
    office.isp.mailbox('mail').password = 'changed';
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>` }));
    await office.round('timer');
    await office.setIspPassword('company', 'changed');
    expect((await office.round('timer')).accounts[0]).to.include({ stored: 1 });
    office.isp.mailbox('mail').password = 'again';
    await office.round('timer');
    office.isp.log.clear();
    await office.round('timer', ['company']);
    expect(logins(), 'it rests').to.equal(0);
    await office.run('accounts.change', { account: 'company', set: ['pop3.leaveOnServerDays=1'] });
    await office.round('timer', ['company']);
    expect(logins()).to.equal(1);
  });

  it('stops without the device after the grace, keeps stored mail, and goes on by itself', async () => {
    office = await Postroom.start({ clock });
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Kept' }));
    await office.round();
    const port = office.port('pop3');
    const session = await office.pop3('andrew');

    await office.isp.device.switchOff();
    const licence = office.service(Licence);
    for (let minute = 0; minute < 9; minute += 1) await lookAfterAMinute();
    expect(licence.verdict.granted, 'within the grace').to.equal(true);
    const denied = office.next((event) => event.type === 'licence' && !event.verdict.granted);
    await lookAfterAMinute();
    await lookAfterAMinute();
    await denied;
    await until('the mail ports are closed', () => office.service(Ports).ports.length === 0);
    expect(await canConnect(port)).to.equal(false);
    await session.rest();
    const failure = await office.round().catch((error: unknown) => error);
    expect(failure).to.be.an('error').that.has.property('message').that.includes('network device');
    expect(await office.run<{ service: string }>('status')).to.include({ service: 'stopped: no licence' });
    const boxes = await office.run<readonly { user: string; messages: number }[]>('mailboxes.list');
    expect(boxes.find(({ user }) => user === 'andrew')).to.include({ messages: 1 });

    await office.isp.device.switchOn();
    const granted = office.next((event) => event.type === 'licence' && event.verdict.granted);
    await lookAfterAMinute();
    await granted;
    await until('the mail ports are open', () => office.service(Ports).ports.length === 2);
    expect(await office.subjects('andrew')).to.deep.equal(['Kept']);
    await until('the log tells both', async () => {
      await clock.advance(1_000);
      const log = await office.run<readonly { readonly kind: string; readonly text: string }[]>('log.read', { limit: 100 });
      const told = log.filter(({ kind }) => kind === 'service').map(({ text }) => text.slice(0, 17));
      return told.join('; ') === 'The service runs:; The service stops';
    });
  });

  /** The watch looks every minute; the look is a real connection, whose end arms the next one. */
  async function lookAfterAMinute(): Promise<void> {
    await clock.advance(MINUTE);
    await office.run('network-device.look');
  }

  it('runs rounds by the timer, and for waiting mail at once', async () => {
    office = await Postroom.start({ clock, settings: { 'timer.everyMinutes': 5, 'timer.outboxCount': 1 } });
    await until('the first round, which is due at once, is over', async () => {
      await clock.advance(0);
      return office.events.some((event) => event.type === 'round' && event.state === 'ended');
    });
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'By the timer' }));
    const ended = office.next((event) => event.type === 'round' && event.state === 'ended');
    // The plan for the next round is made while the event loop turns.
    await until('the timer has fired', async () => {
      await clock.advance(MINUTE);
      return office.events.filter((event) => event.type === 'round' && event.state === 'started').length > 1;
    });
    expect(await ended).to.include({ reason: 'timer' });
    expect(await office.subjects('andrew')).to.deep.equal(['By the timer']);
    const outbox = office.next((event) => event.type === 'round' && event.state === 'ended');
    await office.submit('andrew', ['ruth@customer.example'], `From: ${REGULAR}\nTo: ruth@customer.example\nSubject: out\n\nHello.\n`);
    await until('the round for the Outbox', async () => {
      await clock.advance(0);
      return office.isp.outgoing.length === 1;
    });
    expect(await outbox).to.include({ reason: 'outbox' });
  });

  it('stays off when the administrator stops the service, over a restart, until it is started', async () => {
    office = await Postroom.start({ clock });
    await office.run('service.stop');
    expect(office.service(Ports).ports).to.deep.equal([]);
    await office.close();
    await office.open();
    expect(office.service(Ports).ports).to.deep.equal([]);
    await office.run('service.start');
    expect(office.service(Ports).ports).to.have.length(2);
  });
});

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
