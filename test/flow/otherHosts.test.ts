// ISPs whose servers send mail their own way: few recipients at a time, no null sender, limits of the day, answers that say two things.
import '#core/base/injection.js';
import { Outbox } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { type Script, ScriptedServer } from '../plugins/smtp/scriptedServer.js';

const HOUR = 60 * 60_000;
const FAR = 'ruth@customer.example';

describe("an ISP's server with habits of its own", () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  let host: ScriptedServer;
  beforeEach(async () => {
    clock = new VirtualClock();
    office = await Postroom.start({ clock });
    host = await ScriptedServer.start();
    await office.editFile((text) => {
      const settings = JSON.parse(text) as { accounts: Record<string, Record<string, unknown>> };
      Object.assign(settings.accounts['company'] ?? {}, {
        'smtp.host': '127.0.0.1',
        'smtp.port': host.port,
        'smtp.security': 'plain',
        'smtp.auth': 'none',
      });
      return JSON.stringify(settings, undefined, 2);
    });
  });
  afterEach(async () => {
    await office.stop();
    await host.stop();
  });

  const waiting = async (): Promise<readonly string[]> => (await office.service(Outbox).list()).map(({ recipient }) => recipient);
  const all = (many: number): string[] => Array.from({ length: many }, (_, number) => `r${number + 1}@far.example`);
  const tens = (): NonNullable<Script['answer']> => {
    let taken = 0;
    return (verb) => {
      if (verb === 'MAIL' || verb === 'RSET') taken = 0;
      return verb === 'RCPT' && ++taken > 10 ? '452 4.5.3 Too many recipients' : undefined;
    };
  };
  const trace = async (): Promise<string> => JSON.stringify(await office.run('trace', { query: 'Receipt', limit: 5 }));

  it('a host that takes ten recipients gets 35 ten at a time in one round, and nobody of them counts as a failed try (170)', async () => {
    host.script = { answer: tens() };
    await office.submit('andrew', all(35), letter({ from: REGULAR, to: 'all', subject: 'To all' }));
    expect(await office.round()).to.include({ sent: 35, deferred: 0, bounced: 0 });
    expect(await waiting()).to.deep.equal([]);
    expect(host.messages).to.have.lengthOf(4);
    expect(host.connections).to.equal(1);
    expect(await office.subjects('andrew'), 'no notice of a delay').to.deep.equal([]);
  });

  it('leaves those who were answered for out of what a later transaction ends in', async () => {
    const ten = tens();
    let texts = 0;
    host.script = { answer: (verb, line) => (verb === 'DOT' && ++texts === 2 ? 'cut' : ten(verb, line)) };
    await office.submit('andrew', all(35), letter({ from: REGULAR, to: 'all', subject: 'To all' }));
    expect(await office.round()).to.include({ sent: 10, deferred: 25 });
    const entries = await office.service(Outbox).list();
    expect(entries.filter(({ doubts }) => doubts === 1).map(({ recipient }) => recipient)).to.have.members(all(20).slice(10));
    expect(await waiting()).to.have.members(all(35).slice(10));
    await clock.advance(HOUR);
    expect(await office.round()).to.include({ sent: 25 });
    const sent = host.commands.filter((line) => line.startsWith('RCPT TO:<r1@'));
    expect(sent, 'the first ten had it once').to.have.lengthOf(1);
  });

  it('a host that refuses the null sender gets receipts with the account in the envelope, and the doctor says so (173)', async () => {
    host.script = { answer: (_verb, line) => (line.startsWith('MAIL FROM:<>') ? '550 5.7.1 This sender may not be used here' : undefined) };
    expect(JSON.stringify(await office.run('doctor'))).to.not.include('smtp.nullSender');
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject: 'Receipt' }), '');
    expect(await office.round()).to.include({ sent: 1, bounced: 0 });
    expect(host.commands).to.include(`MAIL FROM:<${REGULAR}> BODY=8BITMIME SIZE=${host.messages[0]?.length}`);
    const findings = await office.run<readonly { check: string; state: string; text: string }[]>('doctor');
    const [found] = findings.filter(({ check }) => check === 'sending for company');
    expect(found?.text).to.match(/^127\.0\.0\.1 takes no mail without a sender/);
    expect(await office.run('smtp.host-notes')).to.deep.equal([{ account: 'company', state: 'warning', text: found?.text }]);
    expect(office.events.filter((event) => event.type === 'problem' && event.sentence === found?.text)).to.have.lengthOf(1);
    expect(await trace()).to.include(`sent ${FAR}`);
  });

  it('trace and log say that nobody was told, where mail without a sender could not be sent (179)', async () => {
    host.script = { answer: (verb) => (verb === 'MAIL' ? '501 5.1.7 No such sender' : undefined) };
    await office.editFile((text) => text.replace('"smtp.auth": "none"', '"smtp.auth": "none", "smtp.nullSender": "keep"'));
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject: 'Receipt' }), '');
    expect(await office.round()).to.include({ sent: 0 });
    expect(await waiting()).to.deep.equal([]);
    expect(await trace()).to.include(`not sent ${FAR}`);
    expect(await trace()).to.include('nobody was told: it has no sender');
    expect(await trace()).to.not.include('bounced');
    const log = await office.run<readonly { kind: string; text: string }[]>('log.read', { limit: 50 });
    const [line] = log.filter(({ text }) => text.startsWith('Could not be sent'));
    expect(line).to.include({ kind: 'problem' });
    expect(line?.text).to.match(/501 5\.1\.7 No such sender\. Nobody was told: it has no sender/);
    expect(await office.subjects('andrew')).to.deep.equal([]);
  });

  it('mail that is refused for a limit of the day is sent later, and its author hears of the delay (174)', async () => {
    host.script = { answer: (verb) => (verb === 'DOT' ? '550 5.4.5 Daily sending quota exceeded' : undefined) };
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject: 'Offer' }));
    for (let tries = 0; tries < 4; tries++) {
      expect(await office.round()).to.include({ bounced: 0 });
      await clock.advance(2 * HOUR);
    }
    const [notice] = await office.pickUp('andrew');
    expect(notice?.text)
      .to.match(/^Action: delayed\r$/m)
      .and.to.include('Daily sending quota exceeded');
    host.script = {};
    await office.round();
    expect(await waiting()).to.deep.equal([]);
    expect(await office.subjects('andrew')).to.have.lengthOf(1);
  });

  it('a message is in doubt where the last line of its answer says another thing than the first (172)', async () => {
    host.script = { answer: (verb) => (verb === 'DOT' ? '250-queued for inspection\n550 5.7.1 refused after all' : undefined) };
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject: 'Receipt' }));
    expect(await office.round()).to.include({ sent: 0, deferred: 1, bounced: 0 });
    expect((await office.service(Outbox).list())[0]).to.include({ recipient: FAR, doubts: 1 });
    expect(await trace()).to.include(`in doubt ${FAR}`);
  });
});
