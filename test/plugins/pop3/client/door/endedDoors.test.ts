import { expect } from 'chai';
import { CollectingHost, mail } from '../../support/collectingHost.js';
import { until } from '../../support/servedHost.js';

const TEXTS = Array.from({ length: 100 }, (_, index) => mail(`${index}`));

describe('a door that ends while it reads from an ISP', () => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', 'in a door');
    at.isp.put(...TEXTS);
  });
  afterEach(() => at.stop());

  /** When it ends: with the first command that begins so, in the first session. */
  const MOMENTS = [
    { moment: 'before the login', command: 'CAPA', isTold: false },
    { moment: 'with the password on the line', command: 'PASS', isTold: false },
    { moment: 'while the mailbox is listed', command: 'UIDL', isTold: true },
    { moment: 'before the first message', command: 'RETR 1', isTold: true },
    { moment: 'among the messages', command: 'RETR 70', isTold: true },
    { moment: 'behind the messages, with none deleted', command: 'DELE 1', isTold: true },
    { moment: 'with some deleted', command: 'DELE 60', isTold: true },
    { moment: 'at QUIT', command: 'QUIT', isTold: false },
  ];
  for (const { moment, command, isTold } of MOMENTS) {
    it(`${moment}: loses nothing and doubles nothing, and the main thread goes on`, async () => {
      let crashed: Promise<void> | undefined;
      at.isp.script = (said, { nth }) => {
        if (nth !== 1 || !said.startsWith(command)) return undefined;
        crashed ??= at.door.crash();
        return 'stall';
      };
      const report = await at.round();
      expect(crashed).to.not.equal(undefined);
      expect(report.failed).to.deep.equal([]);
      expect(report.alerts?.join() ?? '').to.match(isTold ? /^The thread that read the mail of account company ended/ : /^$/);
      expect(at.intake.texts.toSorted()).to.deep.equal(TEXTS.toSorted());
      await at.round();
      expect(at.intake.texts).to.have.length(TEXTS.length);
      expect(at.isp.messages).to.deep.equal([]);
      expect(at.isp.sessions.length).to.be.at.least(2);
    });
  }

  it('keeps what it had handed over, and asks for none of it again', async () => {
    let crashed: Promise<void> | undefined;
    let retrieved = 0;
    at.intake.before = async () => {
      retrieved = at.isp.commands.filter((command) => command.startsWith('RETR')).length;
      crashed ??= at.door.crash();
      await crashed;
    };
    await at.round();
    expect(at.intake.texts.toSorted()).to.deep.equal(TEXTS.toSorted());
    expect(retrieved).to.be.above(0);
    const [, second] = at.isp.sessions;
    expect(second?.commands).to.include('DELE 1').and.to.not.include('RETR 1');
    expect(at.isp.messages).to.deep.equal([]);
  });

  it('in a large message: stores nothing of it, and reads it again', async () => {
    const large = mail('x'.repeat(3 * 1024 * 1024));
    at.isp.messages = [];
    at.isp.put(large);
    at.isp.segment = 64 * 1024;
    const accept = at.intake.accept.bind(at.intake);
    let hasCrashed = false;
    at.intake.accept = (source, from) =>
      accept(
        (async function* () {
          for await (const piece of source) {
            if (!hasCrashed) await at.door.crash();
            hasCrashed = true;
            yield piece;
          }
        })(),
        from,
      );
    const report = await at.round();
    expect(report).to.include({ stored: 1 });
    expect(report.failed).to.deep.equal([]);
    expect(at.intake.texts).to.deep.equal([large]);
    expect(at.journal.attempts.get('id1')).to.equal(2);
  });

  it('does not count the tries of messages that it had not brought', async () => {
    at.isp.script = (said, { nth }) => {
      if (nth === 2) return 'cut';
      if (!said.startsWith('RETR 70')) return undefined;
      void at.door.crash();
      return 'stall';
    };
    await at.round();
    const entry = at.journal.known.get('id90');
    expect([entry?.attempts ?? 0, entry?.failures ?? 0]).to.deep.equal([0, 0]);
  });
});

describe('a door that is to end while it reads from an ISP', () => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', 'in a door');
    at.isp.put(...TEXTS, ...TEXTS);
  });
  afterEach(() => at.stop());

  it('reads what it has asked for, deletes it and says QUIT; the main thread reads the rest', async () => {
    let closed: Promise<void> | undefined;
    at.isp.script = (said, { nth }) => {
      if (nth === 1 && said === 'RETR 10') closed ??= at.door.module.close(600_000);
      return undefined;
    };
    const report = await at.round();
    await closed;
    expect(report).to.deep.equal({ fetched: 200, stored: 200, duplicates: 0, failed: [] });
    const [first, second, ...more] = at.isp.sessions;
    const retrieved = first?.commands.filter((command) => command.startsWith('RETR')).length ?? 0;
    expect(retrieved).to.be.above(0).and.below(200);
    expect(first?.commands.filter((command) => command.startsWith('DELE'))).to.have.length(retrieved);
    expect(first?.commands.at(-1)).to.equal('QUIT');
    expect(second?.commands.filter((command) => command.startsWith('RETR'))).to.have.length(200 - retrieved);
    expect(more).to.deep.equal([]);
    expect(at.isp.messages).to.deep.equal([]);
  });

  it('is cut when its time is over, and nothing is lost', async () => {
    let closed: Promise<void> | undefined;
    at.isp.script = (said, { nth }) => {
      if (nth !== 1 || said !== 'RETR 10') return undefined;
      closed ??= at.door.module.close(60_000);
      setImmediate(() => at.host.clock.skip(60_000));
      return 'stall';
    };
    const report = await at.round();
    await closed;
    expect(report).to.include({ stored: 200 });
    expect(report.failed).to.deep.equal([]);
    expect(at.isp.messages).to.deep.equal([]);
  });
});

describe('a door that does not answer any more', () => {
  it('keeps no round longer than its time', async () => {
    const at = await CollectingHost.start();
    let asked = 0;
    at.doors.modules.set('collectingDoor.js', ({ line }) => {
      line.answer('open', () => {
        asked += 1;
        return new Promise(() => {});
      });
      return { close: async () => {} };
    });
    const time = new AbortController();
    const round = at.round(time.signal);
    await until(() => asked === 1);
    time.abort();
    expect((await round).failed.map(({ code }) => code)).to.deep.equal(['isp/timeout']);
    await at.stop();
  });
});
