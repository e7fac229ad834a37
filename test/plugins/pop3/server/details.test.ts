import { expect } from 'chai';
import { PLACES, ServedHost, until, untilSettled } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

for (const place of PLACES) {
  describe(`POP3 server in its details, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put(message('one\r\n'), message('two\r\n'));
    });
    afterEach(() => served.stop());

    it('P03 P04 P10 begins each answer with +OK or -ERR in upper case, ends each line with CRLF, and keeps first lines within 512 octets', async () => {
      const client = await served.client();
      client.send(
        `user ${'x'.repeat(240)}\r\npass y\r\nxyzzy ${'z'.repeat(240)}\r\nuser andrew\r\npass open sesame\r\nstat\r\nlist\r\nretr 1\r\nquit\r\n`,
      );
      const all = await client.rest();
      expect(all.replaceAll('\r\n', '')).to.not.match(/[\r\n]/);
      const lines = all.split('\r\n');
      expect(lines.every((line) => line.length <= 510)).to.equal(true);
      expect(lines.filter((line) => /^[+-]/.test(line)).every((line) => /^(?:\+OK|-ERR)(?: |$)/.test(line))).to.equal(true);
      expect(lines.filter((line) => /^(?:\+OK|-ERR)/.test(line))).to.have.length(10);
    });

    it('F79 ends at an HTTP request, and runs no command of the form behind it', async () => {
      const client = await served.client();
      await client.line();
      client.send('POST /x HTTP/1.1\r\nHost: office\r\n\r\nUSER andrew\r\nPASS open sesame\r\nDELE 1\r\nQUIT\r\n');
      expect(await client.rest()).to.equal('-ERR This is no web server\r\n');
      expect(served.andrew.isOpen).to.equal(false);
    });

    it('P16 P18 frees the mailbox before a negative answer reaches the client', async () => {
      served.andrew.failRemove = new Error('disk');
      const client = await served.andrewsClient();
      await client.ask('DELE 1');
      expect(await client.ask('QUIT')).to.match(/^-ERR/);
      const next = await served.client();
      expect(await next.login()).to.match(/^\+OK/);
    });

    it('P18 holds no mailbox of a client that was gone before its login was done', async () => {
      const client = await served.client();
      await client.line();
      client.send('USER andrew\r\nPASS open sesame\r\n');
      client.socket.resetAndDestroy();
      await until(() => !served.andrew.isOpen);
      expect(await (await served.client()).login()).to.match(/^\+OK/);
    });

    it('P38 P39 answers NOOP in the TRANSACTION state only, and has no LAST: RFC 1939 dropped it', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('NOOP')).to.match(/^-ERR/);
      await client.ask('USER andrew');
      await client.ask('PASS open sesame');
      expect(await client.ask('NOOP')).to.match(/^\+OK/);
      expect(await client.ask('LAST')).to.match(/^-ERR/);
    });

    it('P42 reads no further ahead for TOP of an 8 MB header than the client takes', async () => {
      const header = `${'X: y\r\n'.repeat(1_400_000)}\r\n`;
      served.andrew.mail = [];
      served.andrew.put(`${header}body\r\n`);
      const { client, furthest } = await served.askWithoutTaking('TOP 1 0', 256 * 1024);
      await untilSettled(furthest);
      // What the system's socket buffers take comes on top of the server's own 256 KB.
      expect(furthest()).to.be.below(7 * 1024 * 1024);
      client.socket.resume();
      await client.line();
      expect((await client.multiline()).length).to.equal(header.length);
    });

    it('P47 P48 offers no APOP, as it would need every password in clear text: no time stamp in the greeting, -ERR to the command', async () => {
      const client = await served.client();
      expect(await client.line()).to.not.match(/<.*>/);
      expect(await client.ask('APOP andrew c4c9334bac560ecc979e58001b3e22fb')).to.match(/^-ERR/);
    });

    it('P53 announces EXPIRE NEVER, as mail stays until a client deletes it', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.askMultiline('CAPA')).to.match(/^EXPIRE NEVER\r$/m);
    });

    it('P54 P65 announces no LOGIN-DELAY and never answers with it: failed logins alone are slowed down', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.askMultiline('CAPA')).to.not.match(/LOGIN-DELAY/);
      served.host.loginResult = 'wait';
      expect(await client.ask('USER andrew')).to.equal('+OK Send the password');
      expect(await client.ask('PASS open sesame')).to.match(/^-ERR \[AUTH\]/);
    });

    it('P71 has no mechanism in which the server speaks first, so an initial response is refused for every other one', async () => {
      const client = await served.client();
      await client.line();
      for (const mechanism of ['LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256'])
        expect(await client.ask(`AUTH ${mechanism} AAAA`), mechanism).to.match(/^-ERR/);
      await client.ask('USER andrew');
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
    });

    it('P73 refuses AUTH after a login', async () => {
      const client = await served.andrewsClient();
      expect(await client.ask('AUTH PLAIN AGFuZHJldwBvcGVuIHNlc2FtZQ==')).to.match(/^-ERR/);
      expect(await client.ask('STAT')).to.match(/^\+OK 2 /);
    });

    it('P82 refuses STLS with an argument and goes on in plain text', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('STLS x')).to.match(/^-ERR/);
      expect(await client.ask('USER andrew')).to.match(/^\+OK/);
    });

    it('P89 P90 P91 does not offer UTF8: every message goes out as it was stored, so the command would promise nothing; STLS stays possible', async () => {
      served.andrew.put(Buffer.from('Subject: gr\u00fc\u00dfe\r\n\r\n\u2713\r\n', 'utf8'));
      const client = await served.client();
      await client.line();
      expect(await client.askMultiline('CAPA')).to.not.match(/UTF8/);
      expect(await client.ask('UTF8')).to.match(/^-ERR/);
      await client.ask('STLS');
      await client.secure();
      await client.ask('USER andrew');
      await client.ask('PASS open sesame');
      expect(Buffer.from(await client.askMultiline('RETR 3'), 'latin1').toString('utf8')).to.equal(
        'Subject: gr\u00fc\u00dfe\r\n\r\n\u2713\r\n',
      );
    });

    it('P93 answers -ERR to LANG, in both states: there is one language', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('LANG')).to.match(/^-ERR/);
      expect(await client.ask('LANG MUL')).to.match(/^-ERR/);
      await client.ask('USER andrew');
      await client.ask('PASS open sesame');
      expect(await client.ask('LANG de')).to.match(/^-ERR/);
    });

    it('P95 lets the oldest connection without a login make room for the next, and touches no session', async () => {
      await served.stop();
      served = await ServedHost.start(place, ['starttls'], (host) => {
        host.values['pop3.limits.connectionsBeforeLogin'] = 2;
      });
      const session = await served.andrewsClient();
      const oldest = await served.client();
      await oldest.line();
      await (await served.client()).line();
      const newest = await served.client();
      expect(await oldest.rest()).to.equal('');
      expect(await newest.login('andrew', 'no')).to.match(/^-ERR \[AUTH\]/);
      expect(await session.ask('NOOP')).to.match(/^\+OK/);
    });

    it('P13 P99 waits for no client that has gone, whatever was under way for it', async () => {
      let release = (): void => {};
      served.andrew.gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const client = await served.andrewsClient();
      await client.ask('DELE 1');
      client.send('QUIT\r\n');
      await until(() => served.andrew.removals === 1);
      client.socket.resetAndDestroy();
      // The connection is closed at the server: its time limit is gone.
      await until(() => served.host.clock.waiting === 0);
      release();
      await until(() => !served.andrew.isOpen);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(served.host.clock.waiting).to.equal(0);
    });

    it('P98 closes who trickles octets into a login, a SASL response or a TLS handshake', async () => {
      for (const begin of ['USER andr', 'AUTH PLAIN\r\nAGFu', 'STLS\r\n']) {
        const client = await served.client();
        await client.line();
        client.send(begin);
        if (begin.includes('\n')) await client.line();
        client.send('x');
        served.host.clock.skip(60_000);
        client.send('y');
        served.host.clock.skip(60_001);
        await client.rest();
      }
      const raw = await served.client();
      expect(await raw.line()).to.match(/^\+OK/);
    });
  });
}
