// Between the end of a message's data and the ISP's answer nobody knows whether the ISP has it: told exactly, sent again after longer and longer
// waits, and never more than three times without a person's word.
import '#core/base/injection.js';
import { Outbox } from '@postroom/sdk/services';
import { leakCheck, type VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { hasDoorThreads } from '../kit/doorThreads.js';
import { onEachStore } from '../kit/flowStores.js';
import { REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';

const MINUTE = 60_000;
const FAR = 'ruth@customer.example';
const NEAR = 'bob@customer.example';

interface LogEntry {
  readonly text: string;
  readonly kind: string;
}

interface Row {
  readonly entry: number;
  readonly recipient: string;
  readonly state: string;
  readonly doubts?: number;
  readonly lastAnswer?: string;
}

interface Trace {
  readonly subject: string;
  readonly trail: readonly { readonly change: string }[];
}

onEachStore('mail in doubt', 'short', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = store.clock();
    office = await store.start({ clock, settings: { 'smtp.trustedNetworks': ['127.0.0.1'] } });
  });
  afterEach(() => office.stop());

  const write = (subject: string, ...to: string[]): Promise<string> =>
    office.submit(
      'andrew',
      to,
      `From: andrew <${REGULAR}>\nTo: ${to.join(', ')}\nSubject: ${subject}\nMessage-ID: <${subject}@office.example>\n\nHello.\n`,
    );
  const rows = (): Promise<readonly Row[]> => office.run<readonly Row[]>('outbox.list');
  const copies = (subject: string): number =>
    office.isp.outgoing.filter(({ octets }) => octets.toString().includes(`\r\nSubject: ${subject}\r\n`)).length;
  /** What the Log says of doubt. */
  const told = async (): Promise<readonly string[]> =>
    (await office.run<readonly LogEntry[]>('log.read', { limit: 100 })).flatMap(({ text }) => (/possibly sent/.test(text) ? [text] : []));

  /** The server dies as the ISP has taken the n-th message from now on and has not said so; the next one starts from what was stored then. */
  async function dieAtDot(nth = 1): Promise<void> {
    let left = nth;
    const died = new Promise<void>((resolve) => {
      const listening = office.isp.onDidReceive(() => {
        left -= 1;
        if (left > 0) return;
        store.die(office);
        void listening.dispose();
        resolve();
      });
    });
    const round = office.round().catch(() => undefined);
    await Promise.race([died, round.then(() => expect(left, 'so many were sent').to.be.at.most(0))]);
    await store.revive(office);
    await round;
  }

  it('is said of the one message whose data had ended when the server died, and of no other of its batch', async () => {
    for (const subject of ['one', 'two', 'three', 'four']) await write(subject, FAR);
    await dieAtDot(2);
    const [sentence, ...more] = await told();
    expect(more).to.deep.equal([]);
    expect(sentence).to.match(
      /^In doubt: to ruth@customer\.example: 4\.4\.2 The server ended after .* again in 5 minutes \(possibly sent twice\)\.$/,
    );
    expect((await rows()).map(({ state }) => state)).to.deep.equal(['deferred', 'waiting', 'waiting']);
    const sent = office.isp.outgoing.length;
    expect(await office.round(), 'the others are sent at once, the one in doubt is not').to.include({ sent: 2 });
    expect(office.isp.outgoing.length - sent).to.equal(2);
    expect(copies('one')).to.equal(1);
    await clock.advance(5 * MINUTE);
    await office.round();
    expect(copies('two'), 'sent again: the ISP may not have had it').to.equal(2);
    expect(await told(), 'and nothing more is said').to.have.lengthOf(1);
    expect(await rows()).to.deep.equal([]);
  });

  it('is not said where the server died before the end of the data', async () => {
    await write('early', FAR);
    office.isp.faults.smtp.answer('MAIL', '450 4.3.0 Wait', 1);
    const outbox = office.service(Outbox);
    // As the round has leased it, and nothing more.
    await outbox.lease({ limit: 10, forMs: 20 * MINUTE });
    store.die(office);
    await store.revive(office);
    expect(await told()).to.deep.equal([]);
    office.isp.faults.clear();
    expect(await office.round()).to.include({ sent: 1 });
    expect(copies('early')).to.equal(1);
  });

  it('lets a crash loop send nothing again at its starts, and nothing more than three times at all', async () => {
    await write('looping', FAR, NEAR);
    await dieAtDot();
    for (let start = 0; start < 5; start += 1) {
      await office.round();
      await office.close();
      await office.open();
    }
    expect(copies('looping'), 'five more starts within the first minutes').to.equal(1);
    for (const wait of [5, 60]) {
      await clock.advance(wait * MINUTE - 1);
      await office.round();
      expect(await office.round(), 'not before its time').to.include({ sent: 0 });
      await clock.advance(1);
      await dieAtDot();
    }
    expect(copies('looping')).to.equal(3);
    expect((await rows()).map(({ state, doubts }) => [state, doubts])).to.deep.equal([
      ['held', 3],
      ['held', 3],
    ]);
    const sent = office.isp.outgoing.length;
    await clock.advance(24 * 60 * MINUTE);
    await office.round();
    expect(office.isp.outgoing.length, 'on hold').to.equal(sent);
  });

  it('goes for a line that is cut before the answer as for a crash: once a message in log and trail, held the third time, its author told', async () => {
    const cut = async (): Promise<void> => {
      office.isp.faults.smtp.cut('DATA');
      await office.round();
    };
    await write('cut', FAR, NEAR);
    await cut();
    await clock.advance(5 * MINUTE);
    await cut();
    await clock.advance(59 * MINUTE);
    expect(await office.round(), 'the second wait is longer').to.include({ sent: 0 });
    await clock.advance(MINUTE);
    await cut();
    const sentences = await told();
    expect(sentences).to.have.lengthOf(3);
    for (const sentence of sentences) expect(sentence).to.match(/^In doubt: to ruth@customer\.example, bob@customer\.example: 4\.4\.2 /);
    expect(sentences.map((sentence) => /on hold|again in \d+ minutes/.exec(sentence)?.[0]).reverse()).to.deep.equal([
      'again in 5 minutes',
      'again in 60 minutes',
      'on hold',
    ]);
    const entries = (await rows()).map(({ entry }) => entry);
    expect(sentences[0]).to.include(`postroom outbox retry ${entries.join(' ')}`);
    const traces = await office.run<readonly Trace[]>('trace', { query: 'cut' });
    const trace = traces.find(({ subject }) => subject === 'cut');
    expect(trace?.trail.map(({ change }) => change).filter((change) => /doubt|hold/.test(change))).to.deep.equal([
      'in doubt ruth@customer.example, bob@customer.example',
      'in doubt ruth@customer.example, bob@customer.example',
      'hold ruth@customer.example, bob@customer.example',
    ]);
    const [notice, ...more] = await office.pickUp('andrew');
    expect(more).to.deep.equal([]);
    expect(notice?.text).to.match(/^Subject: Perhaps not delivered: cut\r$/m);
    expect(notice?.text).to.match(/may or may not have reached the recipients/);
    expect(notice?.text.match(/^Action: delayed\r$/gm)).to.have.lengthOf(2);
    expect(office.events.filter((event) => event.type === 'problem' && event.sentence.startsWith('In doubt:'))).to.have.lengthOf(1);

    await office.run('outbox.retry', { entries });
    expect(await office.round(), 'a person said so').to.include({ sent: 2 });
    expect(copies('cut')).to.equal(4);
    expect(await rows()).to.deep.equal([]);
  });

  it('is held at once the next time where somebody had it sent again, and can be given up', async () => {
    await write('again', FAR);
    for (const wait of [0, 5, 60]) {
      await clock.advance(wait * MINUTE);
      office.isp.faults.smtp.cut('DATA');
      await office.round();
    }
    const [row] = await rows();
    await office.run('outbox.retry', { entries: [row?.entry] });
    office.isp.faults.smtp.cut('DATA');
    await office.round();
    expect((await rows())[0]).to.include({ state: 'held', doubts: 4 });
    await office.run('outbox.return', { entries: [row?.entry] });
    expect(await rows()).to.deep.equal([]);
    const notice = (await office.pickUp('andrew')).at(-1)?.text;
    expect(notice).to.match(/^Subject: Not delivered: again\r$/m);
    expect(notice?.replaceAll(/\s+/g, ' '), 'and not as if it had not arrived').to.include('It may have been delivered all the same.');
  });

  it('tells ADMIN1 where the author wanted no notices', async () => {
    const client = await import('../plugins/smtp/lineClient.js').then(({ LineClient }) => LineClient.open(office.port('smtp')));
    await client.run('EHLO office.example', `MAIL FROM:<${REGULAR}>`, `RCPT TO:<${FAR}> NOTIFY=NEVER`, 'DATA');
    client.write(`From: ${REGULAR}\r\nTo: ${FAR}\r\nSubject: quiet\r\n\r\nHello.\r\n.\r\n`);
    await client.reply();
    client.close();
    for (const wait of [0, 5, 60]) {
      await clock.advance(wait * MINUTE);
      office.isp.faults.smtp.cut('DATA');
      await office.round();
    }
    expect(await office.subjects('andrew')).to.deep.equal([]);
    expect(await office.subjects('admin1')).to.deep.equal(['Perhaps not delivered: quiet']);
  });

  it('is not said of recipients whose transaction was answered before the server died', async () => {
    const many = Array.from({ length: 130 }, (_, number) => `r${number}@customer.example`);
    await write('many', ...many);
    // The ISP takes 100 recipients at a time.
    await dieAtDot(2);
    const waiting = await rows();
    expect(waiting.map(({ recipient }) => recipient)).to.deep.equal(many.slice(100));
    const [sentence, ...more] = await told();
    expect(more).to.deep.equal([]);
    expect(sentence).to.include('to r100@customer.example').and.to.include('and 20 more');
  });

  it('waits a moment for the answer where the server is stopped before it, and is not said then', async () => {
    await write('first', FAR);
    await write('second', FAR);
    let closed: Promise<void> | undefined;
    office.isp.onDidReceive(() => {
      closed ??= office.close();
    });
    await office.round().catch(() => undefined);
    await closed;
    await office.open();
    expect(await told()).to.deep.equal([]);
    expect(copies('first')).to.equal(1);
    const waiting = (await rows()).map(({ state }) => state);
    // Ports take longer to close where threads have a part of them: there the second may have been begun and ended well.
    if (hasDoorThreads()) expect(copies('second') + waiting.length, 'the second is sent or waits').to.equal(1);
    else expect([waiting, copies('second')], 'the second was not begun').to.deep.equal([['waiting'], 0]);
  });

  it('is said where the answer does not come for as long as a server that stops can wait', async () => {
    await write('silent', FAR);
    office.isp.faults.smtp.stall('DATA');
    const received = new Promise<void>((resolve) => void office.isp.onDidReceive(() => resolve()));
    const round = office.round().catch(() => undefined);
    await received;
    await office.close();
    await round;
    await office.open();
    const [sentence, ...more] = await told();
    expect(more).to.deep.equal([]);
    expect(sentence).to.match(/^In doubt: to ruth@customer\.example: 4\.4\.2 The server was stopped after .*again in 5 minutes/);
  });

  it('does not begin where the entry was given up or put on hold while it was being sent', async () => {
    await write('stopped', FAR);
    const outbox = office.service(Outbox);
    const enter = outbox.enterDoubt.bind(outbox);
    outbox.enterDoubt = async (entries) => {
      await outbox.hold(entries.map(({ id }) => id));
      return enter(entries);
    };
    expect(await office.round()).to.include({ sent: 0, deferred: 1 });
    expect(copies('stopped')).to.equal(0);
    expect((await rows())[0]).to.include({ state: 'held' });
    expect((await rows())[0]?.lastAnswer).to.match(/put on hold, while it was being sent: it was not sent/);
    expect(await told()).to.deep.equal([]);
  });

  it('is over with the answer, though that cannot be written down: who gives the message up then learns that it was sent', async () => {
    await write('taken', FAR);
    const outbox = office.service(Outbox);
    const report = outbox.report.bind(outbox);
    outbox.report = () => Promise.reject(new Error('There is no room left.'));
    await office.round().catch(() => undefined);
    expect(copies('taken')).to.equal(1);
    const entries = (await rows()).map(({ entry }) => entry);
    expect(entries).to.have.length(1);
    expect(await office.run('outbox.return', { entries }).catch(() => 'not now'), 'nobody is told what is not so').to.equal('not now');
    outbox.report = report;
    await office.run('outbox.return', { entries });
    expect(await rows()).to.deep.equal([]);
    expect(await office.subjects('andrew')).to.deep.equal([]);
    const lines = await office.run<readonly LogEntry[]>('log.read', { limit: 100 });
    expect(lines.map(({ text }) => text).join('\n'))
      .to.include(`Sent: to ${FAR}`)
      .and.not.include('gave it up');
    await office.round();
    expect(copies('taken')).to.equal(1);
  });

  it('sends nothing where it cannot be written down first, and blames no plugin', async () => {
    await write('full', FAR);
    const outbox = office.service(Outbox);
    const enter = outbox.enterDoubt.bind(outbox);
    outbox.enterDoubt = () => Promise.reject(new Error('There is no room left.'));
    expect(await office.round()).to.include({ sent: 0, deferred: 1 });
    expect(copies('full')).to.equal(0);
    expect((await rows())[0]?.lastAnswer).to.equal('4.3.0 There is no room left.');
    expect(await told()).to.deep.equal([]);
    outbox.enterDoubt = enter;
    await clock.advance(5 * MINUTE);
    expect(await office.round()).to.include({ sent: 1 });
  });
});
