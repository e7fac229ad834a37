import { expect } from 'chai';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { Names } from '../support/names.js';
import { describeReading } from '../support/readingPlaces.js';

describeReading('POP3 client up to the login', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

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
