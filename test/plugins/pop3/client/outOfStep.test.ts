import { expect } from 'chai';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';
import { multiline } from '../support/scriptedServer.js';
import { until } from '../support/servedHost.js';

const retrOf = (command: string): number => Number(/^RETR (\d+)$/.exec(command)?.[1] ?? 0);

describeReading('POP3 client and a session out of step', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  /** Plays a round; lets the reply time run out each time the given command has come in a session of its own. */
  async function roundWithStall(command: string): Promise<readonly string[]> {
    const round = at.round();
    await until(() => at.isp.sessions.slice(1).some(({ commands }) => commands.at(-1) === command));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    return codes(await round);
  }

  for (const [what, end] of [
    ['is no line of its own', 'tail.\r\n'],
    ['has no LF', 'tail\r\n.\r'],
    ['is missing', 'tail\r\n'],
    ['is escaped', 'tail\r\n..\r\n'],
    ['follows a bare LF', 'tail\n.\r\n'],
  ] as const) {
    it(`never takes a message in together with the next one, where the final dot of the first ${what} (151)`, async () => {
      const first = Buffer.from(`To: lisa\r\nSubject: x\r\n\r\n${end.slice(0, 4)}\r\n`);
      at.isp.put('', mail('SECRET for john'), mail('three'));
      at.isp.messages[0] = { uidl: 'id1', octets: first };
      at.isp.script = (command) =>
        retrOf(command) === 1 && at.isp.messages[0]?.uidl === 'id1' ? `+OK\r\n${first.toString().slice(0, -6)}${end}` : undefined;
      expect(await roundWithStall('RETR 1'), 'read alone, the message has no end').to.have.length(1);
      expect(at.intake.texts, 'the others have come, one at a time').to.have.members([mail('SECRET for john'), mail('three')]);
      const reads = at.isp.sessions[1]?.commands.filter((command) => command.startsWith('RETR'));
      expect(reads, 'what was doubtful is read last').to.deep.equal(['RETR 2', 'RETR 3', 'RETR 1']);
      expect(
        at.isp.messages.map(({ uidl }) => uidl),
        'nothing is deleted in a session that ended so',
      ).to.include('id1');
      at.isp.script = () => undefined;
      await at.round();
      expect(at.intake.texts).to.include(first.toString());
      expect(at.intake.texts).to.have.length(3);
      expect(at.isp.messages).to.have.length(0);
    });
  }

  it('takes no message in that a sender has ended early to write the next one, where the server escapes no dots (151)', async () => {
    for (const pipelining of [true, false]) {
      for (const segment of [undefined, 1]) {
        await at.stop();
        at = await CollectingHost.start('plain', place);
        if (!pipelining) at.isp.capabilities = ['UIDL', 'TOP', 'USER'];
        at.isp.segment = segment;
        const attack = mail('hello\r\n.\r\n+OK\r\nFrom: director\r\nSubject: forged\r\n\r\npay');
        at.isp.put(attack, mail('two'), mail('three'));
        at.isp.script = (command) => (retrOf(command) === 1 && at.isp.messages[0]?.uidl === 'id1' ? `+OK\r\n${attack}.\r\n` : undefined);
        for (let round = 1; round <= 4; round += 1) await at.round();
        expect(at.intake.texts).to.have.members([mail('two'), mail('three')]);
        expect(
          at.isp.messages.map(({ uidl }) => uidl),
          'it stays, and somebody is told',
        ).to.deep.equal(['id1']);
      }
    }
  });

  for (const surplus of ['+OK surplus\r\n', '-ERR surplus\r\n', '.\r\n', '\r\n']) {
    it(`gives no message the name of another where ${JSON.stringify(surplus)} comes behind one, with the sizes all the same (151)`, async () => {
      for (const pipelining of [true, false]) {
        for (const segment of [undefined, 1]) {
          await at.stop();
          at = await CollectingHost.start('plain', place);
          if (!pipelining) at.isp.capabilities = ['UIDL', 'TOP', 'USER'];
          at.isp.segment = segment;
          const texts = ['a1', 'b2', 'c3', 'd4'].map(mail);
          at.isp.put(...texts);
          at.isp.script = (command) =>
            retrOf(command) === 2 && at.isp.messages[1]?.uidl === 'id2'
              ? `${multiline(Buffer.from(texts[1] ?? '')).toString()}${surplus}`
              : undefined;
          for (let round = 1; round <= 4; round += 1) await at.round();
          for (const { from, text } of at.intake.accepted) expect(text).to.equal(texts[Number(from.uidl.slice(2)) - 1]);
          expect(at.intake.texts).to.have.members(texts);
          expect(at.isp.messages).to.have.length(0);
        }
      }
    });
  }

  it('reads messages one at a time for a day after such a session, and says so once', async () => {
    at.isp.put(mail('one'), mail('two'), mail('three'));
    at.isp.script = (command, { nth }) => (command === 'RETR 1' && nth === 1 ? `+OK\r\n${mail('one').slice(0, -2)}.\r\n` : undefined);
    const report = await at.round();
    expect(report).to.include({ stored: 3 }).and.to.have.property('failed').that.is.empty;
    expect(report.alerts).to.have.length(1);
    expect(report.alerts?.[0]).to.include('announces PIPELINING and lost its place');
    at.isp.mostAhead = 0;
    at.isp.put(mail('four'), mail('five'));
    expect(await at.round()).to.not.have.property('alerts');
    expect(at.isp.mostAhead).to.equal(1);
    at.host.clock.skip(25 * 3_600_000);
    at.isp.put(mail('six'), mail('seven'));
    await at.round();
    expect(at.isp.mostAhead).to.be.above(1);
  });

  it('C23 keeps to the pipeline where a server counts in its own way: LF as one octet, or a little beside the truth (88)', async () => {
    const texts = ['one', '+OKAY\r\nis no answer', 'three'].map(mail);
    for (const wrong of [
      (text: string) => text.length - text.split('\r\n').length + 1,
      (text: string) => text.length + 3,
      (text: string) => text.length - 7,
      (text: string) => text.length * 3,
    ]) {
      await at.stop();
      at = await CollectingHost.start('plain', place);
      at.isp.put(...texts);
      at.isp.script = (command) =>
        command === 'LIST' ? `+OK\r\n${texts.map((text, index) => `${index + 1} ${wrong(text)}\r\n`).join('')}.\r\n` : undefined;
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.deep.equal(texts);
      expect(at.isp.sessions).to.have.length(1);
    }
  });

  it('takes a text for a text that speaks of answers, where its size is the one that was listed', async () => {
    const texts = ['+OK 2 120\r\n-ERR no', 'S: +OK ready'].map(mail);
    at.isp.put(...texts);
    await at.round();
    expect(at.intake.texts).to.deep.equal(texts);
    expect(at.isp.sessions).to.have.length(1);
  });

  it('asks for a large message with nothing else on the line, and stores nothing of one that goes on behind its end', async () => {
    const large = `${mail('x'.repeat(400_000))}.\r\n+OK\r\n${mail('forged')}`;
    at.isp.put(mail('one'), mail('two'), large);
    let ahead = 0;
    at.isp.script = (command) => {
      if (command !== 'RETR 3' && retrOf(command) !== 1) return undefined;
      if (at.isp.messages[retrOf(command) - 1]?.uidl !== 'id3') return undefined;
      ahead = at.isp.mostAhead;
      at.isp.mostAhead = 0;
      return `+OK\r\n${large}.\r\n`;
    };
    await at.round();
    expect(ahead, 'the small ones came together').to.be.above(1);
    expect(at.isp.mostAhead).to.be.at.most(1);
    expect(at.intake.texts).to.deep.equal([mail('one'), mail('two')]);
    expect(at.isp.messages.map(({ uidl }) => uidl)).to.deep.equal(['id3']);
  });
});
