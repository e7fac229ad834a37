import { expect } from 'chai';
import { MOST_MESSAGES } from '#plugins/pop3/dist/client/listing.js';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';

describeReading('POP3 client reading lists', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

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

  it('C41 gives up on a listing of more than 32 MB, which would fill the memory', async () => {
    at.isp.put(mail('one'));
    const lines = `1 ${'u'.repeat(8000)}\r\n`.repeat(4200);
    at.isp.script = (command) => (command === 'UIDL' ? `+OK\r\n${lines}.\r\n` : undefined);
    const report = await at.round();
    expect(codes(report)).to.deep.equal(['isp/protocol']);
    expect(report.failed[0]?.message).to.include('this is no listing of a mailbox');
  });

  it('goes through a mailbox of more messages than are looked at together, and finds what is new at both ends of it', async () => {
    const count = 2 * MOST_MESSAGES + 5;
    at.host.accountValues['pop3.leaveOnServerDays'] = -1;
    at.isp.messages = Array.from({ length: count }, (_, index) => ({
      uidl: `id${index + 1}`,
      octets: Buffer.from(mail(String(index + 1))),
    }));
    for (const { uidl, octets } of at.isp.messages) at.journal.stored({ uidl, listedSize: octets.length } as never);
    const news = ['id1', 'id20001', `id${count}`];
    for (const uidl of news) at.journal.known.delete(uidl);
    expect(await at.round()).to.include({ fetched: 3, stored: 3 });
    expect(at.intake.accepted.map(({ from }) => from.uidl)).to.have.members(news);
    expect(at.isp.sessions).to.have.length(1);
    expect(at.journal.listings, 'nothing is forgotten of what was not looked at').to.deep.equal([]);
  });

  it('takes no id for one that a message of another part has as well, and loses neither (82)', async () => {
    const count = MOST_MESSAGES + 2;
    at.host.accountValues['pop3.leaveOnServerDays'] = -1;
    at.isp.messages = Array.from({ length: count }, (_, index) => ({
      uidl: `id${index + 1}`,
      octets: Buffer.from(mail(String(index + 1))),
    }));
    for (const { uidl, octets } of at.isp.messages) at.journal.stored({ uidl, listedSize: octets.length } as never);
    for (const [number, text] of [
      [1, 'A: 1'],
      [count, 'A: 2'],
    ] as const)
      at.isp.messages[number - 1] = { uidl: 'same', octets: Buffer.from(`${text}\r\n${mail('x')}`) };
    expect(await at.round()).to.include({ stored: 2 });
    expect(await at.round()).to.include({ fetched: 0 });
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

  it('F53 collects another message that has a known id but another size (80)', async () => {
    at.isp.put(mail('one'));
    await at.round();
    at.isp.messages = [{ uidl: 'id1', octets: Buffer.from(mail('a different one')) }];
    expect((await at.round()).stored).to.equal(1);
    expect(at.intake.texts.at(-1)).to.equal(mail('a different one'));
  });

  it('collects another message of the same size where ids only repeat the numbers (80)', async () => {
    const numbered = (...dates: readonly string[]): void => {
      at.isp.messages = dates.map((date, index) => ({
        uidl: `${index + 1}`,
        octets: Buffer.from(`Date: ${date}\r\n${mail('backup well')}`),
      }));
    };
    numbered('Monday 1', 'Monday 2');
    await at.round();
    numbered('Sunday 1');
    expect(await at.round()).to.include({ fetched: 1, stored: 1 });
    expect(at.intake.texts.at(-1)).to.match(/^Date: Sunday 1/);
    numbered('Sunday 1', 'Sunday 2');
    at.isp.script = (command) => (command === 'QUIT' ? 'cut' : undefined);
    expect(await at.round(), 'what the server kept is known').to.include({ fetched: 1 });
    at.isp.script = () => undefined;
    expect(await at.round()).to.include({ fetched: 0 });
    expect(at.isp.messages).to.have.length(0);
  });

  describe('where a known id may be another message with the same size', () => {
    const dated = (day: string, body: string): string => `Date: ${day}\r\nStatus: RO\r\n${mail(body)}`;
    const tops = (): readonly string[] => at.isp.commands.filter((command) => command.startsWith('TOP'));
    beforeEach(async () => {
      at.isp.put(dated('Monday', 'one'));
      at.isp.script = (command) => (command === 'QUIT' ? 'cut' : undefined);
      await at.round();
      at.isp.script = () => undefined;
    });

    it('collects it instead of deleting it unread (80)', async () => {
      at.isp.messages = [{ uidl: 'id1', octets: Buffer.from(dated('Friday', 'two')) }];
      expect(await at.round()).to.include({ fetched: 1 });
      expect(at.intake.texts).to.deep.equal([dated('Monday', 'one'), dated('Friday', 'two')]);
      expect(at.intake.accepted[1]?.from.maybeRenamed, 'the store compares the octets').to.equal(true);
      expect(at.isp.messages).to.have.length(0);
    });

    it('deletes the one that it knows without reading it, whatever Status the server has given it since (80)', async () => {
      at.isp.messages = [{ uidl: 'id1', octets: Buffer.from(dated('Monday', 'one').replace('RO', 'OR')) }];
      expect(await at.round()).to.include({ fetched: 0 });
      expect(tops()).to.deep.equal(['TOP 1 0']);
      expect(at.isp.messages).to.have.length(0);
    });

    it('goes by id and size where the server has no TOP (80)', async () => {
      at.isp.script = (command) => (command.startsWith('TOP') ? '-ERR unknown\r\n' : undefined);
      expect(await at.round()).to.include({ fetched: 0 });
      expect(at.isp.messages).to.have.length(0);
    });

    it('asks for no header of mail that stays on the server, until its days are over (80)', async () => {
      at.host.accountValues['pop3.leaveOnServerDays'] = 7;
      for (let round = 1; round <= 3; round += 1) expect(await at.round()).to.include({ fetched: 0 });
      expect(tops()).to.deep.equal([]);
      const entry = at.journal.known.get('id1');
      if (entry === undefined) throw new Error('The journal has forgotten the message.');
      at.journal.known.set('id1', { ...entry, since: new Date(0) });
      at.isp.messages = [{ uidl: 'id1', octets: Buffer.from(dated('Friday', 'two')) }];
      expect(await at.round()).to.include({ fetched: 1 });
      expect(at.isp.messages, 'the new one has its own seven days').to.have.length(1);
    });
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
});
