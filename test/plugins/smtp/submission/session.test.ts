import { once } from 'node:events';
import { connect } from 'node:net';
import { PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, FakeHost, LISA } from '../fakeHost.js';
import { LineClient } from '../lineClient.js';

const PLAIN_PORT = { 'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'starttls' }] };

describe('a submission session', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let host: FakeHost;
  let clients: LineClient[];
  let port: number;

  async function serve(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    host = await new FakeHost({ ...PLAIN_PORT, ...settings }).activate();
    port = (await host.start())[0]?.port ?? 0;
  }

  async function open(early = ''): Promise<LineClient> {
    const client = await LineClient.open(port, 'plain', early);
    clients.push(client);
    return client;
  }

  async function greeted(): Promise<LineClient> {
    const client = await open();
    await client.run('EHLO office.example');
    return client;
  }

  beforeEach(() => {
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) {
      client.close();
    }
    await host.stop();
  });

  describe('commands', () => {
    beforeEach(() => serve());

    it('S01 greets with 220 and the name of the server', async () => {
      expect((await open()).greeting).to.equal('220 mail.office.example ESMTP');
    });

    it('S02 S68 S79 lists what it can do, without CHUNKING', async () => {
      const reply = await (await open()).say('EHLO office.example');
      expect(reply.split('\n').map((line) => line.slice(4))).to.include.members([
        'PIPELINING',
        '8BITMIME',
        'SMTPUTF8',
        'ENHANCEDSTATUSCODES',
        'DSN',
        'STARTTLS',
        'SIZE 52428800',
      ]);
      expect(reply).to.not.match(/CHUNKING|REQUIRETLS/);
    });

    it('S04 serves a device that talks before the banner', async () => {
      const client = await open('EHLO printer\r\n');
      expect(await client.reply()).to.match(/^250-/);
    });

    it('S05 answers 503 to commands out of order', async () => {
      const client = await open();
      expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^503 5\./);
      await client.run('EHLO office.example');
      expect(await client.say('RCPT TO:<a@b.example>')).to.match(/^503 5\./);
      await client.run('MAIL FROM:<mail@company.com>');
      expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^503 5\./);
      expect(await client.say('DATA')).to.match(/^503 5\./);
    });

    it('S06 S07 answers RSET, NOOP, VRFY, HELP, EXPN, TURN and QUIT', async () => {
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>', 'RSET', 'MAIL FROM:<mail@company.com>', 'NOOP', 'HELP');
      expect(await client.say('VRFY andrew')).to.match(/^252 2\./);
      expect(await client.say('EXPN all')).to.match(/^502 5\./);
      expect(await client.say('TURN')).to.match(/^502 5\./);
      expect(await client.say('QUIT')).to.match(/^221 2\.0\.0 /);
      await client.ended();
    });

    it('S08 ends a session of nonsense', async () => {
      const client = await greeted();
      for (let count = 1; count < 10; count++) {
        expect(await client.say('XYZZY')).to.match(/^500 5\./);
      }
      expect(await client.say('XYZZY')).to.match(/^421 4\./);
      await client.ended();
    });

    it('S08 ends a session of wrong arguments', async () => {
      const client = await greeted();
      let last = '';
      for (let count = 0; count < 20; count++) {
        last = await client.say('RCPT TO:<>');
      }
      expect(last).to.match(/^501/);
      expect(await client.reply()).to.match(/^421 4\.7\.0/);
    });

    it('S18 S19 S78 answers 555 to unknown parameters and 501 to doubled ones', async () => {
      const client = await greeted();
      expect(await client.say('MAIL FROM:<mail@company.com> FOO=bar')).to.match(/^555 5\.5\.4 /);
      expect(await client.say('MAIL FROM:<mail@company.com> REQUIRETLS')).to.match(/^555 5\.5\.4 /);
      expect(await client.say('MAIL FROM:<mail@company.com> SIZE=1 SIZE=2')).to.match(/^501 5\./);
      await client.run('MAIL FROM:<mail@company.com> AUTH=<>');
      expect(await client.say('RCPT TO:<a@b.example> FOO')).to.match(/^555 5\.5\.4 /);
    });

    it('S20 answers 501 to DATA, RSET and QUIT with arguments', async () => {
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>');
      for (const line of ['DATA x', 'RSET x', 'QUIT x']) {
        expect(await client.say(line), line).to.match(/^501 5\.5\.4 /);
      }
      await client.run('DATA');
    });

    it('S21 ends a session whose command line never ends', async () => {
      const client = await greeted();
      client.write('x'.repeat(20_000));
      expect(await client.reply()).to.match(/^421 /);
    });

    it('S23 tolerates a command that ends in a lone LF', async () => {
      const client = await greeted();
      client.write('NOOP\n');
      expect(await client.reply()).to.match(/^250 /);
    });

    it('S75 closes on BDAT and never runs its octets as commands', async () => {
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>');
      client.write('BDAT 40 LAST\r\nMAIL FROM:<mail@company.com>\r\nNOOP\r\nNOOP\r\n');
      expect(await client.reply()).to.match(/^502 5\.5\.1 /);
      expect(await client.ended()).to.equal('');
    });
  });

  describe('messages', () => {
    beforeEach(() => serve());

    it('S33 says 250 only after the message is stored', async () => {
      let store: () => void = () => undefined;
      host.onSubmit = () =>
        new Promise((resolve) => {
          store = resolve;
        });
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<friend@example.org>', 'DATA');
      let answered = false;
      const answer = client.say('Subject: x\r\n\r\nhello\r\n.').then((reply) => {
        answered = true;
        return reply;
      });
      const other = await greeted();
      await other.run('NOOP', 'NOOP');
      expect(answered).to.equal(false);
      store();
      expect(await answer).to.match(/^250 2\.6\.0 Accepted as 1$/);
      expect(host.submitted[0]?.text).to.equal('Subject: x\r\n\r\nhello\r\n');
    });

    it('S36 S70 S71 takes pipelined transactions, an error in the first does not touch the second', async () => {
      const client = await greeted();
      client.write(
        'MAIL FROM:<stranger@example.org>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n' +
          'RSET\r\nMAIL FROM:<mail@company.com>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n',
      );
      const codes: string[] = [];
      for (let count = 0; count < 7; count++) {
        codes.push((await client.reply()).slice(0, 3));
      }
      expect(codes).to.deep.equal(['550', '503', '503', '250', '250', '250', '354']);
      client.write('one\r\n.\r\nMAIL FROM:<mail@company.com>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n');
      expect((await client.reply()).slice(0, 3)).to.equal('250');
      await client.reply();
      await client.reply();
      await client.reply();
      expect(await client.say('two\r\n.')).to.match(/^250/);
      expect(host.submitted.map(({ text }) => text)).to.deep.equal(['one\r\n', 'two\r\n']);
    });

    it('S27 is not fooled by the endings of smuggled messages', async () => {
      const endings = ['\n.\n', '\n.\r\n', '\r.\r', '\r.\r\n', '\r\n.\r', '\r\n.\n', '\n.\r', '\r.\n', '\r\n\0.\r\n', '\r\n.\0\r\n'];
      for (const ending of endings) {
        const client = await greeted();
        const text = `hello${ending}MAIL FROM:<evil@example.org>`;
        expect(await client.send(text), JSON.stringify(ending)).to.match(/^250/);
        client.close();
      }
      expect(host.submitted).to.have.lengthOf(endings.length);
      expect(host.submitted.every(({ text }) => text.includes('MAIL FROM:<evil'))).to.equal(true);
    });

    it('S34 stores nothing of a client that leaves before the final dot', async () => {
      const client = await greeted();
      const failed = new Promise<unknown>((resolve) => {
        host.onSubmit = async (source) => {
          try {
            for await (const piece of source) {
              host.activity.emit('piece', piece);
            }
          } catch (error) {
            resolve(error);
            throw error;
          }
        };
      });
      await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
      const arrived = once(host.activity, 'piece');
      client.write(`half a message${'.'.repeat(2_000)}`);
      await arrived;
      client.close();
      expect(String(await failed)).to.match(/Connection closed before the message was received in full/);
      expect(host.submitted).to.deep.equal([]);
    });

    it('S41 refuses a message that runs in a circle', async () => {
      const client = await greeted();
      expect(await client.send(`${'Received: from a by b\r\n'.repeat(101)}\r\nx`)).to.match(/^554 5\.4\.6 /);
      expect(await client.send(`${'Received: from a by b\r\n'.repeat(100)}\r\nReceived: in the body`)).to.match(/^250 /);
    });

    it('S68 S69 refuses what is too large, by its announcement and in fact, and goes on', async () => {
      await host.stop();
      await serve({ 'smtp.maxMessageBytes': 65_536 });
      const client = await greeted();
      expect(await client.say('MAIL FROM:<mail@company.com> SIZE=65537')).to.match(/^552 5\.3\.4 /);
      expect(await client.say(`MAIL FROM:<mail@company.com> SIZE=${2n ** 70n}`)).to.match(/^5/);
      expect(await client.say('MAIL FROM:<mail@company.com> SIZE=abc')).to.match(/^501 /);
      const line = `${'x'.repeat(1_022)}\r\n`;
      expect(await client.send(line.repeat(63) + 'x'.repeat(1_022))).to.match(/^250 /);
      expect(await client.send(line.repeat(63) + 'x'.repeat(1_023))).to.match(/^552 5\.3\.4 /);
      expect(await client.send('small')).to.match(/^250 /);
      expect(host.submitted.map(({ text }) => text.length)).to.deep.equal([65_536, 7]);
    });

    it('S68 answers 452 where there is no room, at MAIL and at the end', async () => {
      host.full = 'The disk is full.';
      const client = await greeted();
      expect(await client.say('MAIL FROM:<mail@company.com>')).to.equal('452 4.3.1 The disk is full.');
      host.full = undefined;
      host.onSubmit = () => Promise.reject(new PostroomError('store/full', 'The disk is full.'));
      expect(await client.send('x'.repeat(300_000))).to.equal('452 4.3.1 The disk is full.');
      host.onSubmit = () => Promise.reject(new PostroomError('store/failed', 'secret detail'));
      expect(await client.send('x')).to.match(/^451 4\.3\.0 (?!.*secret)/);
      host.onSubmit = undefined;
      expect(await client.send('x')).to.match(/^250 /);
    });

    it('S25 S26 takes 100 recipients at least, refuses the rest with 452 and delivers each once', async () => {
      await host.stop();
      await serve({ 'smtp.maxRecipients': 100 });
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>');
      for (let place = 0; place < 100; place++) {
        await client.run(`RCPT TO:<r${place}@example.org>`);
      }
      expect(await client.say('RCPT TO:<one-too-many@example.org>')).to.match(/^452 4\.5\.3 /);
      await client.run('RCPT TO:<r7@example.org>', 'DATA');
      expect(await client.say('x\r\n.')).to.match(/^250 /);
      expect(host.submitted[0]?.submission.recipients).to.have.lengthOf(100);
    });

    it('S37 S72 tells the core who sent it, and keeps 8-bit octets', async () => {
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com> BODY=8BITMIME', 'RCPT TO:<a@b.example>', 'DATA');
      client.write(Buffer.from('gr\xfc\xdfe\r\n.\r\n', 'latin1'));
      expect(await client.reply()).to.match(/^250 /);
      expect(host.submitted[0]?.text).to.equal('gr\xfc\xdfe\r\n');
      expect(host.submitted[0]?.submission.client).to.deep.equal({ helo: 'office.example', address: '127.0.0.1', protocol: 'ESMTP' });
      expect(await client.say('MAIL FROM:<mail@company.com> BODY=BINARYMIME')).to.match(/^501 /);
    });

    it('S73 takes an international address with SMTPUTF8 only', async () => {
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>');
      expect(await client.say('RCPT TO:<jürgen@example.org>')).to.match(/^553 5\.6\.7 /);
      await client.run('RSET', 'MAIL FROM:<mail@company.com> SMTPUTF8', 'RCPT TO:<jürgen@example.org>', 'DATA');
      await client.say('x\r\n.');
      expect(host.submitted[0]?.submission.recipients).to.deep.equal([{ address: 'jürgen@example.org' }]);
      expect(host.submitted[0]?.submission.client.protocol).to.equal('UTF8SMTP');
    });

    it('S77 keeps DSN parameters and checks them', async () => {
      const client = await greeted();
      expect(await client.say(`MAIL FROM:<mail@company.com> ENVID=${'x'.repeat(101)}`)).to.match(/^501 /);
      await client.run('MAIL FROM:<mail@company.com> RET=HDRS ENVID=QQ+2B1');
      expect(await client.say('RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY')).to.match(/^501 /);
      await client.run('RCPT TO:<a@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b.example', 'DATA');
      await client.say('x\r\n.');
      const { submission } = host.submitted[0] ?? {};
      expect(submission?.dsn).to.deep.equal({ ret: 'HDRS', envid: 'QQ+1' });
      expect(submission?.recipients[0]?.dsn).to.deep.equal({ notify: ['SUCCESS', 'FAILURE'], orcpt: 'rfc822;a@b.example' });
    });

    it('S11 hands mail to Postmaster without a domain to the administrator', async () => {
      const client = await greeted();
      await client.send('x', 'Postmaster');
      expect(host.submitted[0]?.submission.recipients).to.deep.equal([{ address: 'admin1@localhost' }]);
    });

    it('refuses for good what has no account to leave by', async () => {
      host.onSubmit = () => Promise.reject(new PostroomError('user/unknown', 'No account of this server sends as x.'));
      expect(await (await greeted()).send('x')).to.match(/^550 5\.7\.1 No account/);
    });

    it('S17 refuses a recipient whose domain is not full', async () => {
      const client = await greeted();
      await client.run('MAIL FROM:<mail@company.com>');
      expect(await client.say('RCPT TO:<boss@head-office>')).to.match(/^550 5\.1\.2 /);
    });
  });

  describe('senders', () => {
    it('S59 names the only user who has the address, and nobody where several share it', async () => {
      await serve();
      const client = await greeted();
      await client.send('x');
      await client.run('MAIL FROM:<LISA@works.example>', 'RCPT TO:<a@b.example>', 'DATA');
      await client.say('x\r\n.');
      await client.run('MAIL FROM:<scanner@works.example>', 'RCPT TO:<a@b.example>', 'DATA');
      await client.say('x\r\n.');
      expect(host.submitted.map(({ submission }) => submission.author)).to.deep.equal([undefined, LISA, undefined]);
    });

    it('S59 refuses a device whose sender address belongs to no account', async () => {
      await serve();
      const client = await greeted();
      expect(await client.say('MAIL FROM:<somebody@example.org>')).to.match(/^550 5\.7\.1 /);
      expect(await client.say('MAIL FROM:<>')).to.match(/^550 5\.7\.1 /);
    });

    it('S46 S60 asks strangers for a login, and offers it under TLS only', async () => {
      await serve({ 'smtp.trustedNetworks': ['192.0.2.0/24'] });
      const client = await open();
      expect(await client.say('EHLO office.example')).to.not.match(/AUTH/);
      expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^530 5\.7\.0 /);
      expect(await client.say('AUTH PLAIN AGFuZHJldwBjb3JyZWN0')).to.match(/^538 5\.7\.11 /);
      await client.startTls();
      expect(await client.say('EHLO office.example')).to.match(/AUTH PLAIN LOGIN/);
      expect(await client.say('AUTH PLAIN AGFuZHJldwBjb3JyZWN0')).to.match(/^235 2\.7\.0 /);
      expect(await client.say('MAIL FROM:<boss@company.com>')).to.match(/^550 5\.7\.1 /);
      await client.run('MAIL FROM:<>', 'RSET');
      expect(await client.send('x')).to.match(/^250 /);
      expect(host.submitted[0]?.submission.author).to.deep.equal(ANDREW);
      expect(host.submitted[0]?.submission.client).to.include({ protocol: 'ESMTPSA' });
      expect(host.submitted[0]?.submission.client.tls).to.match(/^TLSv1\.3 TLS_/);
    });
  });

  describe('connections', () => {
    it('S44 answers 421 to too many from one address that have all begun to send', async () => {
      await serve({ 'smtp.maxConnectionsPerAddress': 1 });
      const first = await greeted();
      await first.run('MAIL FROM:<mail@company.com>');
      const second = await open();
      expect(second.greeting).to.match(/^421 4\.7\.0 /);
      await second.ended();
      const closed = once(host.activity, 'session:closed');
      await first.run('QUIT');
      first.close();
      await closed;
      await greeted();
      expect(host.events.filter((event) => event.type === 'session').map((event) => event.state)).to.deep.equal(['open', 'closed', 'open']);
    });

    it('S44 lets who has neither logged in nor begun to send make room for the next, over all ports together', async () => {
      const listen = ['starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
      host = await new FakeHost({ 'smtp.listen': listen, 'smtp.maxConnections': 2 }).activate();
      const ports = (await host.start()).map((each) => each.port);
      port = ports[0] ?? 0;
      const user = await greeted();
      await user.run(`AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`);
      const idle = await greeted();
      // Never begins its handshake, on the port where that comes first.
      const mute = connect(ports[1] ?? 0, '127.0.0.1');
      await idle.ended();
      const next = await open();
      await once(mute, 'close');
      await next.run('EHLO office.example', `AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`);
      await user.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
      expect(await user.say('x\r\n.')).to.match(/^250 /);
      expect(host.logged.filter((line) => line.includes('too many wait without a login'))).to.have.length(2);
    });

    it('S44 S67 closes a handshake behind STARTTLS that has to make room, and forgets its session', async () => {
      await serve({ 'smtp.maxConnections': 1 });
      const half = await greeted();
      await half.run('STARTTLS');
      half.write(Buffer.from([0x16, 0x03, 0x01]));
      const closed = once(host.activity, 'session:closed');
      const next = await open();
      await half.ended();
      await closed;
      expect(next.greeting).to.match(/^220 /);
    });

    it('S43 says 421 to idle clients at shutdown, finishes a running message first', async () => {
      await serve();
      const idle = await greeted();
      const busy = await greeted();
      await busy.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
      const stopped = host.stop(60_000);
      expect(await idle.reply()).to.match(/^421 4\.3\.2 /);
      expect(await busy.say('x\r\n.')).to.match(/^250 /);
      expect(await busy.reply()).to.match(/^421 /);
      await stopped;
      expect(host.submitted).to.have.lengthOf(1);
    });

    it('S43 drops a message that does not end in time, without 250', async () => {
      await serve();
      const slow = await greeted();
      await slow.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
      await host.stop(1);
      expect(await slow.ended()).to.match(/^421 /);
      expect(host.submitted).to.deep.equal([]);
    });

    it('reports a port that is taken with the way out, and opens the others', async () => {
      await serve();
      const other = await new FakeHost({
        'smtp.listen': [
          { host: '127.0.0.1', port, security: 'plain' },
          { host: '127.0.0.1', port: 0, security: 'plain' },
        ],
      }).activate();
      const ports = await other.start();
      await other.stop();
      expect(ports[0]).to.deep.include({ port, security: 'plain', host: '127.0.0.1' });
      expect(ports[0]?.problem).to.match(/in use by another program.*"smtp\.listen"/);
      expect(ports[1]?.problem).to.equal(undefined);
    });
  });
});
