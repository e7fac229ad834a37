// Mail from LAN clients: to colleagues at once, to the outside through the Outbox and the ISP, and back to the author where it fails.
import '#core/base/injection.js';
import { Outbox } from '@postroom/sdk/services';
import { leakCheck, type VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DeliverStep } from '#core/flow/deliver.js';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';

const MINUTE = 60_000;
const FAR = 'ruth@customer.example';

onEachStore('sending mail', 'long', (store) => {
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

  const waiting = async (): Promise<readonly string[]> => (await office.service(Outbox).list()).map(({ recipient }) => recipient);
  const outgoing = (): readonly (readonly string[])[] => office.isp.outgoing.map(({ recipients }) => recipients);
  const mine = (to: string, subject: string): string =>
    `From: andrew <${REGULAR}>\nTo: ${to}\nSubject: ${subject}\nMessage-ID: <${subject}@office.example>\n\nHello.\n`;

  it('R49 delivers to colleagues at once and splits off who is outside (105)', async () => {
    await office.submit('andrew', [REGULAR, `sales@${DOMAIN}`, FAR], mine(`Greg <${REGULAR}>, sales@${DOMAIN}, ${FAR}`, 'split'));
    expect(await office.subjects('greg')).to.deep.equal(['split']);
    expect(await office.subjects('lisa'), "the other account's user").to.deep.equal(['split']);
    expect(await office.subjects('andrew')).to.deep.equal([]);
    expect(await office.subjects('admin1')).to.deep.equal([]);
    expect(await waiting()).to.deep.equal([FAR]);
    expect(outgoing(), 'nothing leaves before a round').to.deep.equal([]);
    const report = await office.round();
    expect(report).to.include({ sent: 1, deferred: 0, bounced: 0 });
    expect(outgoing()).to.deep.equal([[FAR]]);
    expect(await waiting()).to.deep.equal([]);
  });

  it('keeps a colleague at an address with a quoted local part from going out as well', async () => {
    const quoted = REGULAR.replace(/^(.*)@/, '"greg@$1"@');
    await office.submit('andrew', [quoted], mine(quoted, 'quoted'));
    expect(await office.subjects('greg')).to.deep.equal(['quoted']);
    expect(await waiting()).to.deep.equal([]);
  });

  it("sends through the author's ISP with the shared address and the user's name in From (107), dots and octets kept", async () => {
    await office.submit('andrew', [FAR], `From: ${REGULAR}\nTo: ${FAR}\nSubject: dots\nMessage-ID: <d@o>\n\n.\n..two\nlast`);
    await office.round();
    const [mail] = office.isp.outgoing;
    expect(mail).to.include({ from: REGULAR, user: 'mail' });
    expect(mail?.octets.toString()).to.match(/\r\nFrom: "?[Aa]ndrew"? <mail@company\.example>\r\n/);
    expect(mail?.octets.toString()).to.match(/\r\n\r\n\.\r\n\.\.two\r\nlast\r\n$/);
    expect(mail?.octets.toString()).to.match(/^Received: from office\.example \(\[127\.0\.0\.1\]\)/);
    expect(mail?.octets.toString(), 'the way it was sorted is nobody else’s business').to.not.match(
      /X-Postroom|andrew@|\bL[1-7];\s+(?![A-Z][a-z]{2}, \d)/,
    );
  });

  it('R03 keeps what the ISP takes later and tries again, each time after a longer wait', async () => {
    office.isp.faults.smtp.answerRecipient(FAR, '450 4.2.1 Busy');
    await office.submit('andrew', [FAR], mine(FAR, 'later'));
    const tries = (): number => office.isp.log.commands('smtp').filter((line) => line.startsWith('RCPT')).length;
    expect(await office.round()).to.include({ sent: 0, deferred: 1, bounced: 0 });
    await office.round();
    expect(tries(), 'not before its time').to.equal(1);
    const waits: number[] = [];
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      const [entry] = await office.service(Outbox).list();
      const wait = (entry?.nextTryAt.getTime() ?? 0) - clock.now().getTime();
      waits.push(wait / MINUTE);
      await clock.advance(wait - 1);
      await office.round();
      expect(tries()).to.equal(attempt - 1);
      await clock.advance(1);
      await office.round();
      expect(tries()).to.equal(attempt);
    }
    expect(waits).to.deep.equal([5, 15, 30, 60]);
    office.isp.faults.clear();
    await office.run('outbox.retry', { entries: (await office.service(Outbox).list()).map(({ id }) => id) });
    expect(await office.round()).to.include({ sent: 1 });
    expect(await office.subjects('andrew'), 'no bounce').to.deep.equal([]);
  });

  it('R05 tells the author of a delay once, and gives up after five days of tries', async () => {
    office.isp.faults.smtp.answerRecipient(FAR, '451 4.3.0 Try later');
    await office.submit('andrew', [FAR], mine(FAR, 'slow'));
    let bounced = 0;
    for (let hours = 0; hours < 24 * 6 && bounced === 0; hours += 4) {
      bounced += (await office.round()).bounced;
      await clock.advance(4 * 60 * MINUTE);
    }
    expect(bounced).to.equal(1);
    const notices = await office.pickUp('andrew');
    expect(notices.map(({ text }) => /^Action: (.*)\r$/m.exec(text)?.[1])).to.deep.equal(['delayed', 'failed']);
    expect(await waiting()).to.deep.equal([]);
  });

  it("returns a refused message to its author's mailbox (RFC 3464), and sends the others of it (108)", async () => {
    office.isp.faults.smtp.answerRecipient('gone@far.example', '550 5.1.1 No such user');
    office.isp.faults.smtp.answerRecipient('busy@far.example', '450 4.2.1 Busy');
    const all = ['gone@far.example', FAR, 'busy@far.example'];
    await office.submit('andrew', all, mine(all.join(', '), 'three'));
    expect(await office.round()).to.include({ sent: 1, deferred: 1, bounced: 1 });
    expect(outgoing()).to.deep.equal([[FAR]]);
    expect(await waiting()).to.deep.equal(['busy@far.example']);
    const [bounce, ...more] = await office.pickUp('andrew');
    expect(more).to.deep.equal([]);
    const text = bounce?.text ?? '';
    for (const line of [
      /^Content-Type: multipart\/report;(?:.|\r\n[ \t])*report-type="?delivery-status/im,
      /^Final-Recipient: rfc822; ?gone@far\.example\r$/m,
      /^Action: failed\r$/m,
      /^Status: 5\.1\.1\r$/m,
      /^Diagnostic-Code: smtp; ?550 5\.1\.1 No such user\r$/m,
      /^Auto-Submitted: auto-replied\r$/m,
      /^Message-ID: <three@office\.example>\r$/m,
    ]) {
      expect(text).to.match(line);
    }
    expect(text).to.not.match(/^Final-Recipient: .*busy@/m);
    expect(await office.subjects('admin1')).to.deep.equal([]);
  });

  it('never bounces because of a refused login: it tells the administrator and goes on by itself when mended', async () => {
    office.isp.faults.smtp.answer('AUTH', '535 5.7.8 Wrong password');
    await office.submit('andrew', [FAR], mine(FAR, 'login'));
    for (let day = 0; day < 8; day += 1) {
      expect(await office.round()).to.include({ bounced: 0, sent: 0 });
      await clock.advance(24 * 60 * MINUTE);
    }
    expect(
      await office.subjects('andrew').then((subjects) => subjects.filter((subject) => /not be|could not/i.test(subject))),
    ).to.deep.equal([]);
    expect(await waiting()).to.deep.equal([FAR]);
    const { problems } = await problemsOf(office);
    expect(problems.join(' ')).to.match(/535/);
    expect(office.log).to.not.include('practice"');
    office.isp.faults.clear();
    expect(await office.round()).to.include({ sent: 1 });
  });

  it('R21 sends again what was cut before the answer, under the same Message-ID, and says that it may be double (109)', async () => {
    office.isp.faults.smtp.cut('DATA');
    await office.submit('andrew', [FAR], mine(FAR, 'unsure'));
    expect(await office.round()).to.include({ sent: 0, deferred: 1 });
    await clock.advance(5 * MINUTE);
    expect(await office.round()).to.include({ sent: 1 });
    const ids = office.isp.outgoing.map(({ octets }) => /^Message-ID: (.*)\r$/m.exec(octets.toString())?.[1]);
    expect(ids).to.deep.equal(['<unsure@office.example>', '<unsure@office.example>']);
    const log = await office.run<readonly { readonly text: string }[]>('log.read', { limit: 50 });
    expect(log.some(({ text }) => text.includes('possibly sent twice'))).to.equal(true);
  });

  it('brings the answer to the user who wrote, where the sender forgot the name (the manual, Trouble #3)', async () => {
    await office.submit('carolyn', [FAR], mine(FAR, 'offer'));
    await office.round();
    office.isp.mailbox('mail').put(letter({ to: REGULAR, subject: 'Re: offer', header: ['In-Reply-To: <offer@office.example>'] }));
    await office.round();
    expect(await office.subjects('carolyn')).to.deep.equal(['Re: offer']);
    expect(await office.subjects('greg'), 'her CC').to.deep.equal(['Re: offer']);
    expect(await office.subjects('admin1')).to.deep.equal([]);
  });

  it('returns what the administrator gives up, and keeps back what is on hold', async () => {
    await office.submit('andrew', [FAR], mine(FAR, 'held'));
    const [entry] = await office.run<readonly { readonly entry: number }[]>('outbox.list');
    await office.run('outbox.hold', { entries: [entry?.entry] });
    expect(await office.round()).to.include({ sent: 0, deferred: 0 });
    await office.run('outbox.return', { entries: [entry?.entry] });
    expect(await waiting()).to.deep.equal([]);
    expect((await office.pickUp('andrew'))[0]?.text).to.match(/^Status: 5\.7\.0\r$/m);
  });

  it('R06 sends what waited when the round began: whoever goes on writing keeps no round from its end', async () => {
    const deliver = office.service(DeliverStep);
    const relay = deliver.relay.bind(deliver);
    let written = 0;
    deliver.relay = async (...args) => {
      written += 1;
      if (written < 5) await office.submit('andrew', [FAR], mine(FAR, `more-${written}`));
      return relay(...args);
    };
    await office.submit('andrew', [FAR], mine(FAR, 'first'));
    expect(await office.round()).to.include({ sent: 1 });
    expect(await waiting()).to.deep.equal([FAR]);
  });

  it('fetches while an ISP takes its time over what is sent', async () => {
    office.isp.mailbox('mail').put(letter({ to: `Greg <${REGULAR}>`, subject: 'inbound' }));
    await office.submit('andrew', [FAR], mine(FAR, 'slow'));
    const deliver = office.service(DeliverStep);
    const relay = deliver.relay.bind(deliver);
    const fetched = office.next((event) => event.type === 'fetch' && event.account === 'company' && event.state === 'ended');
    deliver.relay = async (...args) => {
      await fetched;
      return relay(...args);
    };
    expect(await office.round()).to.include({ sent: 1 });
    expect(await office.subjects('greg')).to.deep.equal(['inbound']);
  });

  it('R02 keeps the Outbox over a restart', async () => {
    await office.submit('andrew', [FAR], mine(FAR, 'kept'));
    await office.close();
    await office.open();
    expect(await office.round()).to.include({ sent: 1 });
    expect(outgoing()).to.deep.equal([[FAR]]);
  });
});

async function problemsOf(office: Postroom): Promise<{ readonly problems: readonly string[] }> {
  const entries = await office.run<readonly { readonly text: string }[]>('log.read', { limit: 100 });
  return { problems: entries.map(({ text }) => text) };
}
