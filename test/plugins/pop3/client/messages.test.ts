import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { CollectingHost, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';
import { multiline } from '../support/scriptedServer.js';

describeReading('POP3 client reading messages', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  it('C24 does not read what stands behind the +OK to RETR', async () => {
    const texts = ['+OK', '+OK 99999999 octets', '+OK . 0 octets', '+OK [SYS/TEMP] -ERR no'];
    at.isp.put(...texts.map(mail));
    at.isp.script = (command) => {
      const text = texts[Number(/^RETR (\d)$/.exec(command)?.[1]) - 1];
      return (
        text &&
        multiline(Buffer.from(mail(text)))
          .toString()
          .replace('+OK here it is', text)
      );
    };
    expect((await at.round()).failed).to.deep.equal([]);
    expect(at.intake.texts).to.have.members(texts.map(mail));
  });

  it('C25 C26 C27 reads messages right however the stream is cut (89)', async () => {
    const texts = [mail('.dot\r\n..\r\n.\r\nend'), 'a\n.\r\nb\r\n', '.\r\n', '\r\r\n.\r.\n.\r\r\n', '', mail('last')];
    for (const segment of [1, 2, 3, 7]) {
      await at.stop();
      at = await CollectingHost.start('plain', place);
      at.isp.segment = segment;
      at.isp.put(...texts);
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.deep.equal(texts);
    }
  });

  it('C28 streams a line of 10 MB in pieces', async () => {
    at.isp.put(mail('x'.repeat(10 * 1024 * 1024)), mail('next'));
    expect((await at.round()).stored).to.equal(2);
    expect(at.intake.texts.at(-1)?.length).to.equal(mail('').length + 10 * 1024 * 1024);
    expect(at.intake.largestPiece).to.be.at.most(256 * 1024);
  });

  it('C29 leaves a message beyond the limit at the ISP, reports it, and collects the others (93)', async () => {
    at.host.accountValues['pop3.maxMessageBytes'] = 500_000;
    at.isp.put(mail('one'), mail('x'.repeat(600_000)), mail('three'));
    const report = await at.round();
    expect(report.stored).to.equal(2);
    expect(report.failed).to.have.length(1);
    expect(report.failed[0]).to.include({ code: 'isp/message', uidl: 'id2' });
    expect(at.isp.messages.map(({ uidl }) => uidl)).to.deep.equal(['id2']);
  });

  it('C29 stops reading a message that is larger than it was listed, and collects the others (93)', async () => {
    at.host.accountValues['pop3.maxMessageBytes'] = 500_000;
    at.isp.put(mail('one'), mail('x'.repeat(2_000_000)), mail('three'));
    const sizes = '+OK\r\n1 20\r\n2 20\r\n3 20\r\n.\r\n';
    at.isp.script = (command) => (command === 'LIST' ? sizes : undefined);
    const report = await at.round();
    expect(at.intake.texts).to.have.members([mail('one'), mail('three')]);
    expect(report.failed.map(({ uidl }) => uidl)).to.deep.equal(['id2']);
  });

  it('C30 C31 stores nothing of a message that was cut off, wherever, and collects all the next time (87)', async () => {
    const texts = [mail('one'), mail('two\r\n.\r\nmore'), mail('three')];
    const whole = texts.map((text) => multiline(Buffer.from(text)).length).reduce((a, b) => a + b, 0);
    for (let cut = 150; cut < 150 + whole + 200; cut += 13) {
      await at.stop();
      at = await CollectingHost.start('plain', place);
      at.isp.put(...texts);
      at.isp.cutAfter = cut;
      await at.round();
      for (const text of at.intake.texts) expect(texts).to.include(text);
      at.isp.cutAfter = undefined;
      const report = await at.round();
      expect(report.failed, `cut after ${cut}`).to.deep.equal([]);
      expect([...at.intake.texts].sort(), `cut after ${cut}`).to.deep.equal([...texts].sort());
      expect(at.isp.messages).to.have.length(0);
    }
  }).timeout(60_000);

  it('collects small messages first, in the order of their arrival, and large ones by their size (93)', async () => {
    const large = (kilobytes: number): string => mail('x'.repeat(kilobytes * 1024));
    const texts = [large(500), mail('a longer one'), large(300), mail('short')];
    at.isp.put(...texts);
    await at.round();
    expect(at.isp.commands.filter((command) => command.startsWith('RETR'))).to.deep.equal(['RETR 2', 'RETR 4', 'RETR 3', 'RETR 1']);
    expect(at.intake.texts).to.have.members(texts);
  });

  it('C34 reports one message that the server does not hand over, and collects the others (86)', async () => {
    at.isp.put(mail('one'), mail('two'), mail('three'));
    at.isp.script = (command) => (command === 'RETR 2' ? '-ERR damaged\r\n' : undefined);
    const report = await at.round();
    expect(report.stored).to.equal(2);
    expect(report.failed).to.have.length(1);
    expect(report.failed[0]).to.include({ code: 'isp/message', uidl: 'id2' });
    expect(at.isp.messages.map(({ uidl }) => uidl)).to.deep.equal(['id2']);
  });

  it('C34 lets a message rest after five failures, and tries it once a day from then on (86)', async () => {
    at.isp.put(mail('one'));
    at.isp.script = (command) => (command === 'RETR 1' ? '-ERR damaged\r\n' : undefined);
    for (let round = 1; round <= 5; round += 1) await at.round();
    const asked = (): number => at.isp.commands.filter((command) => command === 'RETR 1').length;
    expect(asked()).to.equal(5);
    const report = await at.round();
    expect(report.failed[0]?.message).to.include('5 times');
    expect(asked()).to.equal(5);
    const entry = at.journal.known.get('id1');
    if (entry === undefined) throw new Error('The journal has forgotten the message.');
    at.journal.known.set('id1', { ...entry, since: new Date(Date.now() - 25 * 3_600_000) });
    await at.round();
    expect(asked()).to.equal(6);
  });

  it('F86 reads what may have brought the reader down alone and last, and after three times asks intake not to look into it', async () => {
    at.isp.put(mail('one'), mail('two'), mail('three'));
    const crashed = (uidl: string, attempts: number): void => {
      at.journal.known.set(uidl, { uidl, state: 'failed', listedSize: -1, since: new Date(), attempts, failures: 0 });
    };
    crashed('id1', 3);
    crashed('id2', 1);
    await at.round();
    expect(at.intake.accepted.map(({ from }) => [from.uidl, from.unread === true])).to.deep.equal([
      ['id3', false],
      ['id2', false],
      ['id1', true],
    ]);
  });

  it('reports a message that intake refuses and goes on, small or large', async () => {
    at.isp.put(mail('bad'), mail(`bad${'x'.repeat(400_000)}`), mail('good'));
    at.intake.before = (text) => {
      if (text.includes('bad')) throw new PostroomError('mail/unreadable', 'No.');
    };
    const report = await at.round();
    expect(at.intake.texts).to.deep.equal([mail('good')]);
    expect(report.failed.map(({ uidl }) => uidl)).to.have.members(['id1', 'id2']);
    expect(at.isp.messages).to.have.length(2);
  });
});
