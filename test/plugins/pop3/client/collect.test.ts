import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { CollectingHost } from '../support/collectingHost.js';
import { Names } from '../support/names.js';
import { multiline } from '../support/scriptedServer.js';
import { until } from '../support/servedHost.js';

const mail = (body: string): string => `Subject: x\r\n\r\n${body}\r\n`;

describe('POP3 client collecting an account', () => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start();
  });
  afterEach(() => at.stop());

  const codes = (report: { failed: readonly { code: string }[] }): string[] => report.failed.map(({ code }) => code);

  it('C31 stores every message, deletes it, and counts it as gone after QUIT', async () => {
    at.isp.put(mail('one'), mail('two'));
    const report = await at.round();
    expect(report).to.deep.equal({ fetched: 2, stored: 2, duplicates: 0, failed: [] });
    expect(at.intake.texts).to.deep.equal([mail('one'), mail('two')]);
    expect(at.isp.messages).to.deep.equal([]);
    expect(at.journal.stateOf('id1')).to.equal('gone');
    expect(at.intake.accepted[0]?.from).to.deep.equal({ uidl: 'id1', listedSize: mail('one').length, server: '127.0.0.1' });
    expect(at.progress.at(-1)).to.deep.equal([2, 2, mail('one').length + mail('two').length]);
  });

  it('C31 sends no DELE before intake has committed', async () => {
    at.isp.put(mail('one'));
    at.intake.before = () => {
      if (at.isp.commands.some((command) => command.startsWith('DELE'))) throw new Error('DELE came too early.');
    };
    expect(await at.round())
      .to.include({ stored: 1 })
      .and.to.have.property('failed').that.is.empty;
    expect(at.isp.commands).to.include('DELE 1');
  });

  it('C01 reports a greeting that refuses, and one that is no POP3', async () => {
    at.isp.greeting = '-ERR [SYS/TEMP] later\r\n';
    const report = await at.round();
    expect(codes(report)).to.deep.equal(['isp/temporary']);
    expect(report.retryAfter).to.be.instanceOf(Date);
    at.isp.greeting = 'HTTP/1.1 200 OK\r\n';
    expect(codes(await at.round())).to.deep.equal(['isp/protocol']);
    expect(at.isp.commands).to.deep.equal([]);
  });

  it('C03 works with a server that has no CAPA, one command at a time', async () => {
    at.isp.capabilities = undefined;
    at.isp.put(mail('one'), mail('two'));
    expect((await at.round()).stored).to.equal(2);
    expect(at.isp.messages).to.have.length(0);
    expect(at.isp.mostAhead).to.equal(1);
  });

  it('C16 sends one command at a time where CAPA does not announce PIPELINING', async () => {
    at.isp.capabilities = ['TOP', 'UIDL', 'USER'];
    at.isp.put(...Array.from({ length: 20 }, (_, index) => mail(`${index}`)));
    expect((await at.round()).stored).to.equal(20);
    expect(at.isp.mostAhead).to.equal(1);
  });

  it('C04 C11 takes AUTH PLAIN where it is announced, in any case, and nothing else then', async () => {
    at.isp.capabilities = ['uidl', 'sasl LOGIN plain', 'pipelining', 'X-WHATEVER'];
    at.isp.put(mail('one'));
    expect((await at.round()).stored).to.equal(1);
    expect(at.isp.commands.some((command) => command.startsWith('USER'))).to.equal(false);
  });

  it('C11 waits for the continuation where the response makes the line too long', async () => {
    at.isp.password = 'p'.repeat(300);
    at.host.password = at.isp.password;
    at.isp.capabilities = ['SASL PLAIN'];
    const wanted = Buffer.from(`\0mail\0${at.isp.password}`).toString('base64');
    at.isp.script = (command) => (command === wanted ? '+OK in\r\n' : undefined);
    expect(codes(await at.round())).to.deep.equal([]);
    expect(at.isp.commands).to.include('AUTH PLAIN');
  });

  it('C12 gives up with "*" when the server asks something in AUTH PLAIN', async () => {
    at.host.password = 'p'.repeat(300);
    at.isp.capabilities = ['SASL PLAIN'];
    at.isp.script = (command) => (command === 'AUTH PLAIN' ? '+ cXVlc3Rpb24=\r\n' : command === '*' ? '-ERR ok\r\n' : undefined);
    expect(codes(await at.round())).to.deep.equal(['isp/protocol']);
    expect(at.isp.commands).to.include('*');
  });

  const answers: readonly (readonly [string, string])[] = [
    ['[AUTH] no', 'isp/login-refused'],
    ['no such user', 'isp/login-refused'],
    ['[IN-USE] wait', 'isp/in-use'],
    ['mailbox is locked by another session', 'isp/in-use'],
    ['[LOGIN-DELAY] slow', 'isp/temporary'],
    ['[SYS/TEMP] busy', 'isp/temporary'],
    ['[SYS/PERM] broken', 'isp/permanent'],
  ];
  for (const [text, code] of answers) {
    it(`C13 C14 takes "-ERR ${text}" for ${code} and does not come back at once (84, 85)`, async () => {
      at.isp.script = (command) => (command.startsWith('PASS') ? `-ERR ${text}\r\n` : undefined);
      const report = await at.round();
      expect(codes(report)).to.deep.equal([code]);
      expect(report.retryAfter?.getTime()).to.be.above(Date.now() + 60_000);
      expect(at.isp.sessions).to.have.length(1);
    });
  }

  it('C10 puts no password into reports or logs', async () => {
    at.isp.script = (command) => (command.startsWith('PASS') ? '-ERR bad\r\n' : undefined);
    const report = await at.round();
    expect(JSON.stringify([report, at.host.log])).not.to.include('isp secret');
  });

  it('C15 honours LOGIN-DELAY (85)', async () => {
    at.isp.capabilities = ['LOGIN-DELAY 900', 'PIPELINING'];
    expect((await at.round()).retryAfter?.getTime()).to.be.above(Date.now() + 890_000);
  });

  it('C05 C15 believes what CAPA says after the login: a LOGIN-DELAY from before it counts no longer', async () => {
    at.isp.capabilities = ['LOGIN-DELAY 900'];
    at.isp.script = (command) => {
      if (command.startsWith('PASS')) at.isp.capabilities = [];
      return undefined;
    };
    expect((await at.round()).retryAfter).to.equal(undefined);
  });

  it('C15 collects whatever EXPIRE says, and deletes by its own setting: no ISP keeps mail longer because we wait', async () => {
    at.isp.capabilities = ['EXPIRE 0', 'UIDL', 'TOP'];
    at.host.accountValues['pop3.leaveOnServerDays'] = 7;
    at.isp.put(mail('one'));
    expect((await at.round()).stored).to.equal(1);
    expect(at.isp.commands.some((command) => command.startsWith('DELE'))).to.equal(false);
  });

  it('C16 pipelines where it is announced, and has many messages in intake at a time', async () => {
    at.isp.put(...Array.from({ length: 100 }, (_, index) => mail(`${index}`)));
    let open = 0;
    let most = 0;
    at.isp.script = (command) => {
      if (command.startsWith('RETR')) {
        open += 1;
        most = Math.max(most, open);
      }
      return undefined;
    };
    at.intake.before = () => {
      open -= 1;
    };
    expect((await at.round()).stored).to.equal(100);
    expect(most).to.be.above(20).and.to.be.at.most(100);
    expect(at.isp.mostAhead).to.be.above(1);
    expect(at.intake.mostRunning).to.be.above(1);
    expect(at.isp.messages).to.have.length(0);
  });

  it('C17 knows messages by their content where there is neither UIDL nor TOP (79)', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) =>
      /^(UIDL|TOP)/.test(command) ? '-ERR unknown\r\n' : command.startsWith('DELE') ? '-ERR no\r\n' : undefined;
    expect((await at.round()).stored).to.equal(2);
    expect(await at.round()).to.include({ fetched: 0, stored: 0 });
  });

  it('C17 refuses to leave mail on a server that has neither UIDL nor TOP (79)', async () => {
    at.isp.put(mail('one'));
    at.host.accountValues['pop3.leaveOnServerDays'] = 7;
    at.isp.script = (command) => (/^(UIDL|TOP)/.test(command) ? '-ERR unknown\r\n' : undefined);
    expect((await at.round()).failed[0]?.message).to.include('pop3.leaveOnServerDays');
    expect(at.intake.texts).to.deep.equal([]);
  });

  it('C18 C19 takes ids as they are: with spaces, long, in either case, and like a property of an object', async () => {
    const ids = ['__proto__', 'two words', 'Two words', 'x'.repeat(200), '../../etc', "'; DROP TABLE"];
    at.isp.messages = ids.map((uidl) => ({ uidl, octets: Buffer.from(mail(uidl)) }));
    expect((await at.round()).stored).to.equal(ids.length);
    expect([...at.journal.known.keys()]).to.have.members(ids);
  });

  it('C20 collects both messages that share an id, once (82)', async () => {
    at.isp.messages = [
      { uidl: 'same', octets: Buffer.from(`A: 1\r\n${mail('one')}`) },
      { uidl: 'same', octets: Buffer.from(`A: 2\r\n${mail('two')}`) },
    ];
    at.isp.script = (command) => (command === 'QUIT' ? '-ERR not now\r\n' : undefined);
    expect((await at.round()).stored).to.equal(2);
    at.isp.script = () => undefined;
    expect((await at.round()).fetched).to.equal(0);
    expect(at.isp.messages).to.have.length(0);
  });

  it('C21 C39 passes over nonsense in the lists, and forgets nothing then (83)', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) =>
      command === 'UIDL'
        ? '+OK\r\n1 id1\r\nnonsense\r\n-3 x\r\n2 id2\r\n.\r\n'
        : command === 'LIST'
          ? '+OK\r\n1 99999999999999999999\r\n\r\n.\r\n'
          : undefined;
    expect((await at.round()).stored).to.equal(2);
    expect(at.journal.listings).to.deep.equal([]);
  });

  it('C39 tells the journal of a complete listing', async () => {
    at.isp.put(mail('one'), mail('two'));
    await at.round();
    expect(at.journal.listings[0]).to.deep.equal(['id1', 'id2']);
  });

  it('C23 takes sizes that are too small or too large for hints (88)', async () => {
    at.isp.put(mail('one'), mail('two'), mail('three'));
    at.isp.script = (command) => (command === 'LIST' ? '+OK\r\n1 0\r\n2 3\r\n3 90000000\r\n.\r\n' : undefined);
    expect((await at.round()).stored).to.equal(3);
    expect(at.intake.texts).to.have.members([mail('one'), mail('two'), mail('three')]);
  });

  it('C23 C29 leaves a message of which LIST says 2^40 octets at the ISP, and reports it', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) => (command === 'LIST' ? `+OK\r\n1 ${2 ** 40}\r\n2 20\r\n.\r\n` : undefined);
    const report = await at.round();
    expect(at.intake.texts).to.deep.equal([mail('two')]);
    expect(report.failed.map(({ uidl }) => uidl)).to.deep.equal(['id1']);
    expect(at.isp.commands).to.not.include('RETR 1');
  });

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
      at = await CollectingHost.start();
      at.isp.segment = segment;
      at.isp.put(...texts);
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.deep.equal(texts);
    }
  });

  it('C28 streams a line of 10 MB in pieces', async () => {
    at.isp.put(mail('x'.repeat(10 * 1024 * 1024)), mail('next'));
    expect((await at.round()).stored).to.equal(2);
    expect(at.intake.texts[0]?.length).to.equal(mail('').length + 10 * 1024 * 1024);
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
      at = await CollectingHost.start();
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
  }).timeout(20_000);

  it('C33 deletes without reading again when the answer to QUIT was lost (75)', async () => {
    at.isp.put(mail('one'));
    at.isp.script = (command) => (command === 'QUIT' ? 'cut' : undefined);
    const report = await at.round();
    expect(report.stored).to.equal(1);
    expect(codes(report)).to.deep.equal(['isp/unreachable']);
    expect(at.journal.stateOf('id1')).to.equal('stored');
    at.isp.script = () => undefined;
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.commands.filter((command) => command.startsWith('RETR'))).to.have.length(1);
    expect(at.isp.messages).to.have.length(0);
    expect(at.journal.stateOf('id1')).to.equal('gone');
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

  it('C35 C36 keeps what DELE or QUIT refused, and asks again', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) => (command === 'DELE 1' ? '-ERR no\r\n' : undefined);
    await at.round();
    expect(at.journal.stateOf('id1')).to.equal('stored');
    expect(at.journal.stateOf('id2')).to.equal('gone');
    at.isp.script = (command) => (command === 'QUIT' ? '-ERR not removed\r\n' : undefined);
    expect(codes(await at.round())).to.deep.equal(['isp/temporary']);
    expect(at.journal.stateOf('id1')).to.equal('stored');
    at.isp.script = () => undefined;
    await at.round();
    expect(at.journal.stateOf('id1')).to.equal('gone');
    expect(at.intake.texts).to.have.length(2);
  });

  it('F55 does not collect again what a server keeps in spite of DELE', async () => {
    at.isp.put(mail('one'));
    const kept = [...at.isp.messages];
    await at.round();
    at.isp.messages = kept;
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.commands.filter((command) => command === 'DELE 1')).to.have.length(2);
  });

  it('F53 collects another message that has a known id but another size (80)', async () => {
    at.isp.put(mail('one'));
    await at.round();
    at.isp.messages = [{ uidl: 'id1', octets: Buffer.from(mail('a different one')) }];
    expect((await at.round()).stored).to.equal(1);
    expect(at.intake.texts.at(-1)).to.equal(mail('a different one'));
  });

  it('C38 leaves mail on the server for days that count from its collection', async () => {
    at.host.accountValues['pop3.leaveOnServerDays'] = 7;
    at.isp.put(mail('one'), mail('two'));
    await at.round();
    expect(at.isp.messages).to.have.length(2);
    at.journal.stored({ uidl: 'id1', listedSize: mail('one').length, server: '' }, new Date(Date.now() - 7 * 86_400_000));
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.messages.map(({ uidl }) => uidl)).to.deep.equal(['id2']);
    at.host.accountValues['pop3.leaveOnServerDays'] = -1;
    at.journal.stored({ uidl: 'id2', listedSize: mail('two').length, server: '' }, new Date(0));
    await at.round();
    expect(at.isp.messages).to.have.length(1);
  });

  it('C41 collects a large box in sessions, so that deletions stick (94)', async () => {
    at.isp.put(...Array.from({ length: 1200 }, (_, index) => mail(`${index}`)));
    const report = await at.round();
    expect(report).to.include({ fetched: 1200, stored: 1200 });
    expect(at.isp.sessions.length).to.be.within(3, 5);
    expect(at.isp.messages).to.have.length(0);
    expect(new Set(at.intake.texts).size).to.equal(1200);
    expect(at.progress.some(([, total]) => total === 1200)).to.equal(true);
  });

  it('takes all of a mailbox that is shown in parts, and nothing again when it is shown anew for a month, as Gmail does (95)', async () => {
    const all = Array.from({ length: 600 }, (_, index) => ({ uidl: `g${index}`, octets: Buffer.from(mail(`${index}`)) }));
    const shown = 250;
    at.isp.messages = all.slice(0, shown);
    at.isp.script = (command, { nth }) => {
      if (command !== 'QUIT') return undefined;
      at.isp.messages = all.slice(nth * shown, (nth + 1) * shown);
      return '+OK archived\r\n';
    };
    expect(await at.round()).to.include({ fetched: 600, stored: 600 });
    expect(new Set(at.intake.texts).size).to.equal(600);
    // "recent:" in front of the login name.
    at.isp.script = (command) => (command === 'QUIT' ? '+OK kept\r\n' : undefined);
    at.isp.messages = all;
    expect(await at.round()).to.include({ fetched: 0, stored: 0, duplicates: 0 });
  });

  for (const stalled of ['CAPA', 'PASS', 'LIST', 'RETR', 'QUIT']) {
    it(`C42 gives up when the server says nothing to ${stalled}`, async () => {
      at.isp.put(mail('one'));
      at.isp.script = (command) => (command.startsWith(stalled) ? 'stall' : undefined);
      const round = at.round();
      await until(() => at.isp.commands.some((command) => command.startsWith(stalled)));
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      at.host.clock.skip(61_000);
      expect(codes(await round)).to.deep.equal(['isp/timeout']);
    });
  }

  it('C42 gives up on a message of which almost nothing comes', async () => {
    at.isp.put(mail('one'));
    at.isp.script = (command) => (command.startsWith('RETR') ? '+OK\r\nSubject: sl' : undefined);
    const round = at.round();
    await until(() => at.isp.commands.includes('RETR 1'));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    expect(codes(await round)).to.deep.equal(['isp/timeout']);
    expect(at.intake.texts).to.deep.equal([]);
  });

  it('C42 ends when the time of the round is up, and keeps what it has', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) => (command === 'RETR 2' ? 'stall' : undefined);
    const controller = new AbortController();
    const round = at.round(controller.signal);
    await until(() => at.intake.texts.length === 1);
    controller.abort();
    const report = await round;
    expect(report.stored).to.equal(1);
    expect(codes(report)).to.deep.equal(['isp/timeout']);
  });

  it('C42 gives up when no greeting comes', async () => {
    at.isp.greeting = undefined;
    const round = at.round();
    await until(() => at.isp.sessions.length === 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    expect(codes(await round)).to.deep.equal(['isp/timeout']);
  });

  it('C46 reports a host that does not answer as unreachable', async () => {
    await at.isp.stop();
    expect(codes(await at.round())).to.deep.equal(['isp/unreachable']);
    await at.isp.start();
  });

  for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
    it(`C46 reports a name that does not resolve (${code}) as unreachable, and collects when it does again`, async () => {
      at.host.accountValues['pop3.host'] = 'pop.isp.example';
      at.isp.put(mail('one'));
      const names = new Names();
      try {
        names.set('pop.isp.example', code);
        const report = await at.round();
        expect(codes(report)).to.deep.equal(['isp/unreachable']);
        expect(report.failed[0]?.message).to.include(code);
        names.set('pop.isp.example', ['127.0.0.1']);
        expect((await at.round()).stored).to.equal(1);
      } finally {
        names.forget();
      }
    });
  }

  it('stops before any DELE when the store is full (99)', async () => {
    at.isp.put(...Array.from({ length: 50 }, (_, index) => mail(`${index}`)));
    at.intake.before = (text) => {
      if (text.includes('10')) throw new PostroomError('store/full', 'The disk is full.');
    };
    const report = await at.round();
    expect(codes(report)).to.deep.equal(['store/full']);
    expect(at.isp.commands.some((command) => command.startsWith('DELE'))).to.equal(false);
    at.intake.before = undefined;
    expect((await at.round()).failed).to.deep.equal([]);
    expect(new Set(at.intake.texts).size).to.equal(50);
    expect(at.intake.texts).to.have.length(50);
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

  it('says which setting is missing', async () => {
    at.host.password = undefined;
    expect(codes(await at.round())).to.deep.equal(['isp/no-password']);
    at.host.accountValues['pop3.host'] = undefined;
    expect(codes(await at.round())).to.deep.equal(['settings/invalid']);
  });

  it('F59 refuses a greeting of a megabyte', async () => {
    at.isp.greeting = 'x'.repeat(1024 * 1024);
    expect(codes(await at.round())).to.deep.equal(['isp/protocol']);
  });

  it('refuses a password that would smuggle a command', async () => {
    at.host.password = 'x\r\nDELE 1';
    expect(codes(await at.round())).to.deep.equal(['settings/invalid']);
    expect(at.isp.commands.some((command) => command.startsWith('PASS'))).to.equal(false);
  });
});
