import { expect } from 'chai';
import { HAS_IPV6 } from '../support/names.js';
import { RawClient } from '../support/rawClient.js';
import { PLACES, ServedHost } from '../support/servedHost.js';

const plain = (text: string): string => Buffer.from(text).toString('base64');

for (const place of PLACES) {
  describe(`POP3 server before the login, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put('A: 1\r\n\r\nhi\r\n');
    });
    afterEach(() => served.stop());

    it('P01 P48 greets with one +OK line without a time stamp', async () => {
      const client = await served.client();
      const greeting = await client.line();
      expect(greeting).to.match(/^\+OK /);
      expect(greeting.length).to.be.below(510);
      expect(greeting).not.to.include('<');
    });

    it('P02 takes keywords in any case', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('uSeR andrew')).to.match(/^\+OK/);
      expect(await client.ask('pass open sesame')).to.match(/^\+OK/);
    });

    it('P05 P06 P48 refuses unknown commands and commands of the other state, and goes on', async () => {
      const client = await served.client();
      await client.line();
      for (const command of [
        'XYZZY',
        '',
        'STAT',
        'LIST',
        'RETR 1',
        'NOOP',
        'RSET',
        'PASS open sesame',
        'APOP andrew c4c9334bac560ecc979e58001b3e22fb',
        'UTF8',
        'LANG',
      ]) {
        expect(await client.ask(command), command).to.match(/^-ERR/);
      }
      await client.ask('USER andrew');
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
      for (const command of ['USER andrew', 'PASS x', 'AUTH PLAIN', 'STLS']) expect(await client.ask(command), command).to.match(/^-ERR/);
      expect(await client.ask('STAT')).to.equal('+OK 1 12');
    });

    it('P09 accepts 255 octets, refuses more, and finds its place again', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask(`USER ${'x'.repeat(248)}`)).to.match(/^\+OK/);
      expect(await client.ask(`USER ${'x'.repeat(249)}`)).to.match(/^-ERR/);
      client.send('x'.repeat(300_000));
      client.send('\r\nUSER andrew\r\n');
      expect(await client.line()).to.match(/^-ERR Line too long/);
      expect(await client.line()).to.match(/^\+OK/);
    });

    it('P14 answers QUIT before the login and closes', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('QUIT')).to.match(/^\+OK/);
      expect(await client.rest()).to.equal('');
      expect(served.andrew.mail).to.have.length(1);
    });

    it('P19 P20 P61 answers unknown names like wrong passwords, with [AUTH] to PASS only, and lets both be tried again', async () => {
      const client = await served.client();
      await client.line();
      const known = await client.ask('USER andrew');
      const wrong = await client.ask('PASS no');
      const unknown = await client.ask('USER nobody');
      expect(known).to.equal(unknown);
      expect(wrong).to.match(/^-ERR \[AUTH\]/);
      expect(await client.ask('PASS no')).to.equal(wrong);
      await client.ask('USER andrew');
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
    });

    it('P21 takes PASS only directly behind USER', async () => {
      const client = await served.client();
      await client.line();
      await client.ask('USER andrew');
      await client.askMultiline('CAPA');
      expect(await client.ask('PASS open sesame')).to.match(/^-ERR/);
      expect(served.host.logins).to.have.length(0);
    });

    it('P22 takes spaces in a password as they are', async () => {
      served.host.passwordOfUsers = '  two words ';
      const client = await served.client();
      expect(await client.login('andrew', '  two words ')).to.match(/^\+OK/);
    });

    it('P49 P51 P55 answers CAPA with what works, and refuses an argument', async () => {
      const client = await served.client();
      await client.line();
      const lines = (await client.askMultiline('CAPA')).split('\r\n');
      expect(lines).to.include.members([
        'TOP',
        'UIDL',
        'USER',
        'SASL PLAIN',
        'PIPELINING',
        'RESP-CODES',
        'AUTH-RESP-CODE',
        'STLS',
        'EXPIRE NEVER',
      ]);
      expect(lines).not.to.include('UTF8');
      expect(await client.ask('CAPA x')).to.match(/^-ERR/);
    });

    it('P50 announces after the login all that it announced before', async () => {
      const client = await served.client();
      await client.line();
      const before = await client.askMultiline('CAPA');
      await client.ask('USER andrew');
      await client.ask('PASS open sesame');
      expect(await client.askMultiline('CAPA')).to.equal(before);
    });

    it('P52 P87 refuses plaintext logins outside the trusted networks, right and wrong passwords alike', async () => {
      await served.stop();
      served = await ServedHost.start(place, ['starttls'], (host) => {
        host.values['pop3.plaintextNetworks'] = ['192.168.7.0/24'];
      });
      const client = await served.client();
      await client.line();
      const capabilities = await client.askMultiline('CAPA');
      expect(capabilities).not.to.match(/USER|SASL/);
      const user = await client.ask('USER andrew');
      const right = await client.ask('PASS open sesame');
      expect(user).to.match(/^-ERR/);
      expect(await client.ask('PASS wrong')).to.equal(right);
      expect(await client.ask(`AUTH PLAIN ${plain('\0andrew\0open sesame')}`)).to.equal(right);
      expect(served.host.logins).to.deep.equal([]);
      await client.ask('STLS');
      await client.secure();
      expect(await client.askMultiline('CAPA')).to.match(/USER/);
      await client.ask('USER andrew');
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
    });

    it('P66 P78 takes AUTH PLAIN with an initial response, the mechanism in any case', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask(`AUTH pLaIn ${plain('\0andrew\0open sesame')}`)).to.match(/^\+OK/);
      expect(await client.ask('AUTH PLAIN')).to.match(/^-ERR/);
    });

    it('P67 P68 P77 asks for the response with "+ ", and "*" leaves all as it was', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('AUTH PLAIN')).to.equal('+ ');
      expect(await client.ask('*')).to.match(/^-ERR/);
      expect(await client.ask('AUTH PLAIN')).to.equal('+ ');
      expect(await client.ask(plain('\0andrew\0wrong'))).to.match(/^-ERR \[AUTH\]/);
      expect(await client.ask('USER andrew')).to.match(/^\+OK/);
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
    });

    it('P69 P70 P72 P75 P76 refuses what is no PLAIN response', async () => {
      const client = await served.client();
      await client.line();
      const bad = [
        '=AAA',
        'AAA=BBB',
        'A',
        '=',
        plain('andrew\0open sesame'),
        plain('\0andrew'),
        plain('\0\0x'),
        plain('greg\0andrew\0open sesame'),
        plain('\0a\0b\0c'),
      ];
      for (const response of bad) expect(await client.ask(`AUTH PLAIN ${response}`), response).to.match(/^-ERR/);
      expect(await client.ask('AUTH CRAM-MD5')).to.match(/^-ERR/);
      expect(await client.ask('AUTH')).to.match(/^-ERR/);
      expect(served.host.logins).to.deep.equal([]);
      expect(await client.ask(`AUTH PLAIN ${plain('andrew\0andrew\0open sesame')}`)).to.match(/^\+OK/);
    });

    it('P74 takes a long response and bounds a longer one', async () => {
      served.host.passwordOfUsers = 'p'.repeat(9000);
      const client = await served.client();
      await client.line();
      await client.ask('AUTH PLAIN');
      expect(await client.ask('A'.repeat(40_000))).to.match(/^-ERR Response too long/);
      await client.ask('AUTH PLAIN');
      expect(await client.ask(plain(`\0andrew\0${served.host.passwordOfUsers}`))).to.match(/^\+OK/);
    });

    it('P92 refuses names and passwords that are not UTF-8', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('USER m\xfcller')).to.match(/^-ERR/);
      await client.ask('USER andrew');
      expect(await client.ask('PASS \xff\xfe')).to.match(/^-ERR/);
      expect(served.host.logins).to.deep.equal([]);
    });

    it('P94 hands each login with its address to the authenticator, which slows down and logs for every protocol alike', async () => {
      const client = await served.client();
      await client.login('andrew', 'no');
      expect(served.host.logins).to.deep.equal([{ name: 'andrew', password: 'no', address: '127.0.0.1' }]);
      expect(served.host.log.filter(({ level }) => level !== 'debug')).to.deep.equal([]);
    });

    it('P94 answers too many failures with [AUTH] as well', async () => {
      served.host.loginResult = 'wait';
      const client = await served.client();
      expect(await client.login()).to.match(/^-ERR \[AUTH\] Too many/);
    });

    it('P95 P98 closes a connection that does not log in, however it dribbles', async () => {
      const client = await served.client();
      await client.line();
      client.send('U');
      served.host.clock.skip(60_000);
      client.send('S');
      served.host.clock.skip(60_001);
      expect(await client.rest()).to.equal('');
    });

    it('P96 closes after too many bad commands', async () => {
      const client = await served.client();
      await client.line();
      client.send('BAD\r\n'.repeat(30));
      expect((await client.rest()).match(/-ERR/g)).to.have.length(20);
    });

    it('P97 lets who has not logged in make room for the next from that address, and refuses it where all have', async () => {
      served.host.values['pop3.limits.connectionsPerAddress'] = 2;
      served.host.mailbox('greg');
      const first = await served.andrewsClient();
      const stranger = await served.client();
      await stranger.line();
      const second = await served.client();
      expect(await stranger.rest()).to.equal('');
      expect(await second.login('greg')).to.match(/^\+OK/);
      const third = await served.client();
      expect(await third.rest()).to.match(/^-ERR \[SYS\/TEMP\]/);
      expect(await first.ask('STAT')).to.match(/^\+OK 1/);
      expect(await second.ask('STAT')).to.match(/^\+OK 0/);
    });

    it('P97 counts a client of a dual-stack port by its IPv4 address', async function () {
      if (!HAS_IPV6) this.skip();
      await served.stop();
      served = await ServedHost.start(place, ['starttls'], (host) => {
        host.values['pop3.listen'] = [
          { host: '127.0.0.1', port: 0, security: 'starttls' },
          { host: '::ffff:127.0.0.1', port: 0, security: 'starttls' },
        ];
        host.values['pop3.limits.connectionsPerAddress'] = 1;
      });
      expect(served.ports.map(({ problem }) => problem)).to.deep.equal([undefined, undefined]);
      await served.andrewsClient();
      const mapped = await RawClient.connect(served.ports[1]?.port ?? 0);
      expect(await mapped.rest()).to.match(/^-ERR \[SYS\/TEMP\]/);
      mapped.destroy();
    });
  });
}
