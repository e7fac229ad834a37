import { expect } from 'chai';
import { parseAnswer, parseExactAnswer } from '#plugins/pop3/dist/client/ispAnswers.js';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';
import { multiline } from '../support/scriptedServer.js';
import { until } from '../support/servedHost.js';

describeReading('POP3 client and a server that is not well', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  async function roundWithStall(command: string): Promise<Awaited<ReturnType<CollectingHost['round']>>> {
    const round = at.round();
    await until(() => at.isp.commands.includes(command));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    return round;
  }

  describe('which hands over no message', () => {
    const HEADER = 'Received: from x by y; today\r\nFrom: olga@out.example\r\nTo: lisa@works.example\r\nSubject: x\r\n';
    const message = `${HEADER}\r\nThe text that matters.\r\n`;
    for (const [what, octets] of [
      ['nothing', ''],
      ['an empty line', '\r\n'],
      ['blank lines', '\r\n \r\n\t\r\n\r\n'],
      ['a header alone', HEADER],
      ['a header and an empty line', `${HEADER}\r\n`],
    ] as const) {
      for (const pipelining of [true, false]) {
        it(`takes ${what} for a failed try where LIST speaks of a message: no DELE, and two are no duplicates; ${pipelining ? 'in a pipeline' : 'alone'} (152)`, async () => {
          if (!pipelining) at.isp.capabilities = ['UIDL', 'TOP', 'USER'];
          at.isp.put(message, `${message}and more\r\n`, mail('well'));
          at.isp.script = (command) => (/^RETR [12]$/.test(command) ? multiline(Buffer.from(octets)) : undefined);
          const report = await at.round();
          expect(report).to.include({ stored: 1, duplicates: 0 });
          expect(report.failed.map(({ code, uidl }) => [code, uidl])).to.deep.equal([
            ['isp/message', 'id1'],
            ['isp/message', 'id2'],
          ]);
          expect(report.failed[0]?.message).to.include('does not hand over a message');
          expect(at.isp.messages.map(({ uidl }) => uidl)).to.deep.equal(['id1', 'id2']);
          expect(at.isp.commands.filter((command) => command.startsWith('DELE'))).to.deep.equal(['DELE 3']);
          for (let round = 2; round <= 6; round += 1) await at.round();
          expect(at.told.map(({ uidl, why }) => [uidl, why])).to.deep.equal([
            ['id1', 'refused'],
            ['id2', 'refused'],
          ]);
          at.journal.known.delete('id1');
          at.journal.known.delete('id2');
          at.isp.script = () => undefined;
          await at.round();
          expect(at.intake.texts).to.have.members([message, `${message}and more\r\n`, mail('well')]);
        });
      }
    }

    it('takes a message without a text, or of nothing, where LIST says so', async () => {
      at.isp.put(HEADER, `${HEADER}\r\n`, '', '\r\n');
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.deep.equal([HEADER, `${HEADER}\r\n`, '', '\r\n']);
    });

    it('takes the header alone of a message that the administrator wants whatever it is', async () => {
      at.isp.put(message);
      at.isp.script = (command) => (command === 'RETR 1' ? multiline(Buffer.from(HEADER)) : undefined);
      await at.round();
      const entry = at.journal.known.get('id1');
      if (entry === undefined) throw new Error('The journal has forgotten the message.');
      at.journal.known.set('id1', { ...entry, order: 'fetch' });
      await at.round();
      expect(at.intake.texts).to.deep.equal([HEADER]);
    });
  });

  describe('whose lists do not show what it has', () => {
    const refused = '-ERR Mailbox index broken\r\n';
    for (const [what, answers, code, said] of [
      ['refuses both lists', { LIST: refused, UIDL: refused }, 'isp/temporary', 'Mailbox index broken'],
      ['refuses all three', { STAT: '-ERR [SYS/TEMP] being rebuilt\r\n', LIST: refused, UIDL: refused }, 'isp/temporary', 'index broken'],
      ['says for good that it is broken', { LIST: '-ERR [SYS/PERM] gone for good\r\n', UIDL: refused }, 'isp/permanent', 'gone for good'],
      ['has empty lists', { LIST: '+OK\r\n.\r\n', UIDL: '+OK\r\n.\r\n' }, 'isp/temporary', '2 message(s)'],
      ['has one empty list and refuses the other', { LIST: '+OK\r\n.\r\n', UIDL: refused }, 'isp/temporary', 'index broken'],
      ['has lists of nonsense', { LIST: '+OK\r\n?\r\n.\r\n', UIDL: '+OK\r\nx y\r\n.\r\n' }, 'isp/temporary', '2 message(s)'],
    ] as const) {
      it(`has failed a round in which it ${what}, though STAT counts messages: that is told, and nothing is struck from the journal (153)`, async () => {
        at.isp.put(mail('one'), mail('two'));
        at.isp.script = (command) => (answers as Readonly<Record<string, string>>)[command];
        const report = await at.round();
        expect(codes(report)).to.deep.equal([code]);
        expect(report.failed[0]).to.not.have.property('uidl');
        expect(report.failed[0]?.message).to.include(said);
        expect(report.retryAfter).to.be.an.instanceof(Date);
        expect(at.journal.listings).to.deep.equal([]);
        const call = { signal: new AbortController().signal, author: 'cli', progress: () => undefined };
        const look = (name: string): unknown => at.host.commands.get(name)?.({ account: 'company', limit: 5 } as never, call);
        expect(await look('pop3.test-login'))
          .to.include({ ok: false })
          .and.to.have.nested.property('problem.code', code);
        const waiting = await Promise.resolve(look('pop3.waiting')).catch((error: unknown) => error);
        expect(waiting).to.have.property('code', code);
        at.isp.script = () => undefined;
        expect((await at.round()).stored).to.equal(2);
      });
    }

    for (const [what, answers] of [
      ['refuses the lists', { LIST: '-ERR empty\r\n', UIDL: '-ERR empty\r\n' }],
      [
        'refuses the lists, with a long answer to STAT',
        { STAT: '+OK 0 0 nothing here\r\n', LIST: '-ERR empty\r\n', UIDL: '-ERR empty\r\n' },
      ],
      ['refuses STAT', { STAT: '-ERR empty\r\n' }],
    ] as const) {
      it(`is quiet about an empty mailbox whose server ${what}`, async () => {
        at.isp.script = (command) => (answers as Readonly<Record<string, string>>)[command];
        expect(await at.round()).to.deep.equal({ fetched: 0, stored: 0, duplicates: 0, failed: [] });
      });
    }

    for (const [what, answers] of [
      ['STAT', { STAT: '-ERR no\r\n' }],
      ['LIST', { LIST: '-ERR no\r\n' }],
      ['UIDL, by an empty list', { UIDL: '+OK\r\n.\r\n' }],
    ] as const) {
      it(`collects all where only ${what} tells nothing`, async () => {
        at.isp.put(mail('one'), mail('two'));
        at.isp.script = (command) => (answers as Readonly<Record<string, string>>)[command];
        expect(await at.round())
          .to.include({ stored: 2 })
          .and.to.have.property('failed').that.is.empty;
        expect(at.isp.messages).to.have.length(0);
      });
    }

    it('collects what the lists show, and tells of what STAT counts beyond that, without letting the account rest', async () => {
      at.isp.put(mail('one'), mail('two'));
      at.isp.script = (command) => (command === 'STAT' ? '+OK 5 1000\r\n' : undefined);
      const report = await at.round();
      expect(report.stored).to.equal(2);
      expect(report.failed.map(({ uidl }) => uidl === undefined)).to.deep.equal([false]);
      expect(report.failed[0]?.message).to.include('3 message(s) more than the 2 that it lists');
    });
  });

  describe('at QUIT', () => {
    const removes = (answer: 'cut' | { readonly last: string }): void => {
      at.isp.script = (command) => {
        if (command !== 'QUIT') return undefined;
        at.isp.messages = [];
        return answer;
      };
    };

    it('has failed no round where it closes without an answer to QUIT; nothing is collected twice (154)', async () => {
      at.isp.put(mail('one'), mail('two'));
      removes('cut');
      expect(await at.round()).to.deep.equal({ fetched: 2, stored: 2, duplicates: 0, failed: [] });
      expect(at.journal.stateOf('id1'), 'nobody has said that they are gone').to.equal('stored');
      at.isp.messages = [];
      expect(await at.round()).to.deep.equal({ fetched: 0, stored: 0, duplicates: 0, failed: [] });
    });

    it('goes on with the next session of a large mailbox though it closes without a word', async () => {
      at.isp.put(...Array.from({ length: 1_200 }, (_, index) => mail(`${index}`)));
      at.isp.script = (command, { commands }) => {
        if (command !== 'QUIT') return undefined;
        const gone = new Set(commands.flatMap((each) => (each.startsWith('DELE') ? [Number(each.slice(5)) - 1] : [])));
        at.isp.messages = at.isp.messages.filter((_, index) => !gone.has(index));
        return 'cut';
      };
      expect(await at.round())
        .to.include({ stored: 1_200 })
        .and.to.have.property('failed').that.is.empty;
    });

    for (const last of ['+OK', '+OK bye', '+OK\n', '+OK: bye']) {
      it(`has answered QUIT by ${JSON.stringify(last)} though the connection ends behind it (154)`, async () => {
        at.isp.put(mail('one'));
        removes({ last });
        expect((await at.round()).failed).to.deep.equal([]);
        expect(at.journal.stateOf('id1')).to.equal('gone');
      });
    }

    for (const answer of ['cut', { last: '' }, { last: '+O' }, '-ERR busy\r\n', 'what?\r\n'] as const) {
      it(`has failed no round by ${JSON.stringify(answer)} where nothing was to be deleted (154)`, async () => {
        at.isp.script = (command) => (command === 'QUIT' ? answer : undefined);
        expect((await at.round()).failed).to.deep.equal([]);
      });
    }

    it('is not waited for long where nothing was to be deleted', async () => {
      at.isp.script = (command) => (command === 'QUIT' ? 'stall' : undefined);
      const round = at.round();
      await until(() => at.isp.commands.includes('QUIT'));
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      at.host.clock.skip(5_001);
      expect((await round).failed).to.deep.equal([]);
    });

    it('keeps what it was to delete, without a word: that is told as of a message from the second time on', async () => {
      at.isp.put(mail('one'));
      at.isp.script = (command) => (command === 'QUIT' ? 'cut' : undefined);
      expect((await at.round()).failed).to.deep.equal([]);
      const { failed } = await at.round();
      expect(failed.map(({ code, uidl }) => [code, uidl])).to.deep.equal([['isp/temporary', 'id1']]);
      expect(at.intake.texts).to.have.length(1);
    });
  });

  describe('that ends its lines with LF', () => {
    const withLf = (octets: Buffer): Buffer => Buffer.from(octets.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    const texts = [mail('.dot\r\n..\r\n.\r\nend'), mail('two'), mail('x'.repeat(300_000))];

    it('is read where each of its lines ends with LF alone, one command at a time, however the stream is cut (155)', async () => {
      for (const segment of [undefined, 1, 3]) {
        await at.stop();
        at = await CollectingHost.start('plain', place);
        at.isp.segment = segment;
        const some = segment === undefined ? texts : texts.slice(0, 2);
        at.isp.put(...some);
        at.isp.onTheLine = withLf;
        expect((await at.round()).failed).to.deep.equal([]);
        expect(at.intake.texts).to.deep.equal(some.map((text) => withLf(Buffer.from(text)).toString()));
        expect(at.isp.mostAhead).to.equal(1);
        expect(at.isp.messages).to.have.length(0);
      }
    });

    it('is told of where its answers end with CR LF and its messages do not: not as a server that says nothing (155)', async () => {
      for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n']) {
        await at.stop();
        at = await CollectingHost.start('plain', place);
        at.isp.put(mail('one'));
        at.isp.script = (command) => (command === 'RETR 1' ? `+OK\r\nSubject: x\n\none${end}` : undefined);
        const { failed } = await roundWithStall('RETR 1');
        expect(failed.map(({ code }) => code)).to.deep.equal(['isp/protocol']);
        expect(failed[0]?.message).to.include('sends lines that do not end as POP3 says');
        expect(at.intake.texts).to.deep.equal([]);
      }
    });

    it('is not read any further where one line of a message ends with CR LF: a sender could have ended it', async () => {
      at.isp.put('Subject: x\n\nhello\r\n.\nforged\n');
      at.isp.onTheLine = (octets) => (octets.includes('hello') ? octets : withLf(octets));
      at.isp.script = (command) => (command === 'RETR 1' ? '+OK\nSubject: x\n\nhello\r\n.\nforged\n.\n' : undefined);
      const { failed } = await at.round();
      expect(failed.map(({ code }) => code)).to.deep.equal(['isp/protocol']);
      expect(at.intake.texts).to.deep.equal([]);
    });
  });

  describe('whose status does not stand alone', () => {
    it('is understood where anything but a letter or a digit stands behind +OK or -ERR (156)', () => {
      for (const line of ['+OK', '+OK ready', '+OK: ready', '+OK, ready', '+ok:ready', '+OK\tready', '+OK-', '+OK[X] ready'])
        expect(parseAnswer(line), line).to.include({ ok: true });
      expect(parseAnswer('+OK: 2 320')).to.include({ text: '2 320' });
      expect(parseAnswer('-ERR[IN-USE] busy')).to.deep.equal({ ok: false, code: 'IN-USE', text: 'busy' });
      expect(parseAnswer('-ERR: [SYS/TEMP] busy')).to.deep.equal({ ok: false, code: 'SYS/TEMP', text: 'busy' });
      expect(parseAnswer('-ERR: no such mailbox')).to.include({ ok: false, text: 'no such mailbox' });
      for (const line of ['+OKready', '+OK2', '-ERRor', '+OK\xe9', ' +OK', 'OK', '+', ''])
        expect(parseAnswer(line), line).to.equal(undefined);
    });

    it('takes nothing but a space for that in a pipeline', () => {
      for (const line of ['+OK', '+OK ', '+OK ready', '-ERR', '-ERR [IN-USE] x'])
        expect(parseExactAnswer(line), line).to.not.equal(undefined);
      for (const line of ['+OK: ready', '+ok', '+OK\tx', '-ERR[X] y', '+OK\r', ' +OK'])
        expect(parseExactAnswer(line), line).to.equal(undefined);
    });

    it('is asked one command at a time where its status has a colon (156)', async () => {
      at.isp.put(mail('one'), mail('two'), mail('three'));
      at.isp.greeting = '+OK: ready\r\n';
      at.isp.onTheLine = (octets) => Buffer.from(octets.toString('latin1').replace(/^\+OK/, '+OK:'), 'latin1');
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.have.length(3);
      expect(at.isp.mostAhead).to.equal(1);
    });

    it('is asked again one command at a time, in the same round, where only its answers in a pipeline are such', async () => {
      at.isp.put(mail('one'), mail('two'), mail('three'));
      at.isp.onTheLine = (octets) => Buffer.from(octets.toString('latin1').replace(/^\+OK here/, '+OK: here'), 'latin1');
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.have.length(3);
    });

    it('is told of, with its words, where a letter stands behind the status', async () => {
      at.isp.greeting = '+OKready\r\n';
      const { failed } = await at.round();
      expect(failed.map(({ code }) => code)).to.deep.equal(['isp/protocol']);
      expect(failed[0]?.message).to.include('"+OKready"');
    });
  });
});
