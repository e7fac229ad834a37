import { PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { STRAY_END_MS } from '#plugins/smtp/dist/submission/front/lineEnds.js';
import { FakeHost } from '../fakeHost.js';
import { LineClient } from '../lineClient.js';
import { describeEverywhere } from './servedHost.js';

const PORT = { 'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'starttls' }], 'smtp.trustedNetworks': ['127.0.0.1'] };
const FROM = 'MAIL FROM:<mail@company.com>';

describeEverywhere('a submission session in its details', (where) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let host: FakeHost;
  let port: number;
  let clients: LineClient[];

  beforeEach(async () => {
    clients = [];
    host = await new FakeHost(PORT, where).activate();
    port = (await host.start())[0]?.port ?? 0;
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await host.stop();
  });

  async function greeted(): Promise<LineClient> {
    const client = await LineClient.open(port);
    clients.push(client);
    await client.run('EHLO office.example');
    return client;
  }

  /** The recipients of a message that went through, as the store got them. */
  async function recipients(...paths: readonly string[]): Promise<readonly string[]> {
    const client = await greeted();
    await client.run(FROM, ...paths.map((path) => `RCPT TO:${path}`), 'DATA');
    await client.say('x\r\n.');
    return host.submitted.at(-1)?.submission.recipients.map(({ address }) => address) ?? [];
  }

  it('S03 takes the odd names that devices say in EHLO, and answers 501 to none, to several words and to control characters', async () => {
    const client = await greeted();
    for (const name of ['[127.0.0.1]', '[IPv6:::1]', 'localhost', 'my_pc', '192.0.2.1', 'x'.repeat(255)]) {
      expect(await client.say(`EHLO ${name}`), name).to.match(/^250/);
    }
    for (const line of ['EHLO', 'HELO', 'EHLO HP LaserJet', 'EHLO a\0b']) expect(await client.say(line), line).to.match(/^501 /);
  });

  it('S02 answers HELO in one line and forgets a transaction at EHLO', async () => {
    const client = await greeted();
    await client.run(FROM);
    expect(await client.say('HELO office.example')).to.match(/^250 (?!.*\n)/);
    await client.run(FROM);
    await client.run('EHLO office.example');
    expect(await client.say('RCPT TO:<a@b.example>')).to.match(/^503 /);
  });

  it('S09 takes verbs in any case and keeps the case of local parts', async () => {
    const client = await greeted();
    await client.run('mail from:<mail@company.com>', 'rCpT tO:<Anna.B@example.org>', 'data');
    await client.say('x\r\n.');
    expect(host.submitted[0]?.submission.recipients).to.deep.equal([{ address: 'Anna.B@example.org' }]);
  });

  it('S10 S14 takes the empty path from senders who logged in, and from no recipient', async () => {
    const client = await greeted();
    await client.run(`AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`, 'MAIL FROM:<>');
    expect(await client.say('RCPT TO:<>')).to.match(/^501 5\./);
    await client.run('RCPT TO:<a@b.example>', 'DATA');
    await client.say('x\r\n.');
    expect(host.submitted[0]?.submission.from).to.equal('');
  });

  it('S11 S12 S13 S15 reads Postmaster, source routes, quoted local parts and domain literals', async () => {
    expect(
      await recipients('<@a.example,@b.example:u@d.example>', '<"a b"@d.example>', '<"a>b@c"@d.example>', '<u@[192.0.2.1]>'),
    ).to.deep.equal(['u@d.example', '"a b"@d.example', '"a>b@c"@d.example', 'u@[192.0.2.1]']);
    expect(await recipients('<POSTMASTER>')).to.deep.equal(['admin1@localhost']);
  });

  it('S16 takes local parts of 64 octets and paths of 256, and answers 501 to longer ones', async () => {
    const client = await greeted();
    await client.run(FROM, `RCPT TO:<${'l'.repeat(64)}@example.org>`);
    const label = `${'d'.repeat(60)}.`;
    const domain = `${label.repeat(3)}${'e'.repeat(254 - 2 - label.length * 3)}`;
    await client.run(`RCPT TO:<l@${domain.slice(0, 245)}.org>`);
    expect(await client.say(`RCPT TO:<l@${label.repeat(5)}org>`)).to.match(/^501 /);
  });

  it('S19 answers 501 to a parameter that stands twice, for recipients too', async () => {
    const client = await greeted();
    await client.run(FROM);
    expect(await client.say('RCPT TO:<a@b.example> NOTIFY=NEVER NOTIFY=NEVER')).to.match(/^501 /);
    expect(await client.say('RCPT TO:<a@b.example> NOTIFY=FAILURE,FAILURE')).to.match(/^501 /);
  });

  it('S21 takes a command of 512 octets and one of 16 KB, and answers 421 to more', async () => {
    const client = await greeted();
    expect(await client.say(`NOOP ${'x'.repeat(505)}`)).to.match(/^250 /);
    expect(await client.say(`NOOP ${'x'.repeat(16_000)}`)).to.match(/^250 /);
    expect(await client.say(`NOOP ${'x'.repeat(17_000)}`)).to.match(/^421 /);
    await client.ended();
  });

  it('S22 refuses NUL and control characters in a command', async () => {
    const client = await greeted();
    for (const line of ['MAIL FROM:<mail@company.com\0>', 'MAIL FROM:<mail@com\x01pany.com>', 'MAIL FROM:<mail@company.com> ENVID=a+0Db']) {
      expect(await client.say(line), JSON.stringify(line)).to.match(/^501 /);
    }
    await client.run(FROM);
    expect(await client.say('RCPT TO:<a@b.example>\rRCPT TO:<evil@e.example>')).to.match(/^501 /);
  });

  it('S23 runs no command that the end of the connection cut off', async () => {
    const client = await greeted();
    await client.run(FROM, 'RCPT TO:<a@b.example>', 'DATA');
    await client.say('x\r\n.');
    await client.run(FROM);
    client.socket.end('RCPT TO:<a@b.exam');
    expect(await client.ended()).to.equal('');
  });

  it('S24 S32 takes text lines of 1,000 and of 100,000 octets as they are: nothing is cut or folded', async () => {
    const client = await greeted();
    const text = `${'a'.repeat(1_000)}\r\n${'b'.repeat(100_000)}\r\nno more`;
    expect(await client.send(text)).to.match(/^250 /);
    expect(host.submitted[0]?.text).to.equal(`${text}\r\n`);
  });

  it('S29 takes a dot off behind CRLF only', async () => {
    const client = await greeted();
    await client.send('..one\r\n.two\r\nthree\n..four\r..five\r\n...');
    expect(host.submitted[0]?.text).to.equal('.one\r\ntwo\r\nthree\n..four\r..five\r\n..\r\n');
  });

  it('S31 takes an empty message', async () => {
    const client = await greeted();
    await client.run(FROM, 'RCPT TO:<a@b.example>', 'DATA');
    expect(await client.say('.')).to.match(/^250 /);
    expect(host.submitted[0]?.text).to.equal('');
  });

  it('S35 stores a message once whose client is gone before the 250; its resend is another message, as RFC 5321 section 6.1 accepts', async () => {
    let store: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      host.onSubmit = () => {
        resolve();
        return new Promise((done) => {
          store = done;
        });
      };
    });
    const gone = await greeted();
    await gone.run(FROM, 'RCPT TO:<a@b.example>', 'DATA');
    gone.write('Message-ID: <1@x>\r\n\r\nx\r\n.\r\n');
    await reached;
    const closed = new Promise((resolve) => host.activity.once('session:closed', resolve));
    gone.close();
    await closed;
    store();
    host.onSubmit = undefined;
    const again = await greeted();
    expect(await again.send('Message-ID: <1@x>\r\n\r\nx')).to.match(/^250 /);
    expect(host.submitted).to.have.lengthOf(2);
  });

  it('S42 says 421 to a client that is silent for five minutes, counted from its last command', async () => {
    const client = await greeted();
    await client.run(FROM, 'RSET');
    await host.clock.fire(300_000);
    expect(await client.reply()).to.match(/^421 4\.4\.2 /);
    await client.ended();
  });

  it('S42 says 421 to a client that trickles: before it begins, in a command and in a message', async () => {
    const nothing = await greeted();
    await nothing.run('NOOP');
    nothing.write('NO');
    await host.clock.fire(120_000);
    expect(await nothing.reply()).to.match(/^421 4\.4\.2 /);
    const command = await greeted();
    await command.run(FROM);
    command.write('RCPT TO:<a');
    await host.clock.fire(300_000);
    expect(await command.reply()).to.match(/^421 4\.4\.2 /);
    const text = await greeted();
    await text.run(FROM, 'RCPT TO:<a@b.example>', 'DATA');
    text.write(`${'x'.repeat(10_000)}\n.\n`);
    // All of it has been read.
    await host.clock.isSet(STRAY_END_MS);
    await host.clock.fire(300_000);
    text.write('y');
    await text.run();
    await host.clock.fire(300_000);
    expect(await text.reply()).to.match(/^421 4\.4\.2 /);
    expect(host.submitted).to.deep.equal([]);
  });

  it('S42 waits as long as the message is being stored', async () => {
    let store: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      host.onSubmit = async (source) => {
        for await (const piece of source) host.activity.emit('piece', piece);
        resolve();
        await new Promise<void>((done) => {
          store = done;
        });
      };
    });
    const client = await greeted();
    await client.run(FROM, 'RCPT TO:<a@b.example>', 'DATA');
    const answer = client.say('x\r\n.');
    await reached;
    await host.clock.fire(300_000);
    await host.clock.fire(300_000);
    store();
    expect(await answer).to.match(/^250 /);
  });

  it('S45 asks no resolver for the name of a client: Received shows its address', async () => {
    const client = await greeted();
    await client.send('x');
    expect(host.submitted[0]?.submission.client).to.deep.equal({ helo: 'office.example', address: '127.0.0.1', protocol: 'ESMTP' });
  });

  it('S74 keeps UTF-8 in header fields, with and without SMTPUTF8', async () => {
    const text = 'Subject: grüße ✓\r\n\r\nx\r\n';
    const client = await greeted();
    await client.run('MAIL FROM:<mail@company.com> SMTPUTF8', 'RCPT TO:<a@b.example>', 'DATA');
    await client.say(`${text}.`);
    await client.run('MAIL FROM:<mail@company.com> BODY=8BITMIME', 'RCPT TO:<a@b.example>', 'DATA');
    await client.say(`${text}.`);
    expect(host.submitted.map((each) => Buffer.from(each.text, 'latin1').toString('utf8'))).to.deep.equal([text, text]);
  });

  it('S76 does not announce CHUNKING, so BDAT 0 LAST and BDAT in a transaction end the connection and store nothing', async () => {
    for (const line of ['BDAT 0 LAST', 'BDAT 5', 'BDAT 99999999999999999999 LAST']) {
      const client = await greeted();
      await client.run(FROM, 'RCPT TO:<a@b.example>');
      expect(await client.say(line)).to.match(/^502 5\.5\.1 /);
      await client.ended();
    }
    expect(host.submitted).to.deep.equal([]);
  });

  it('S79 S80 gives each reply but greeting and EHLO an enhanced code of its class, and each line of a reply the same code', async () => {
    const client = await greeted();
    const ehlo = await client.say('EHLO office.example');
    expect(ehlo.split('\n').every((line, at, all) => line.startsWith(at < all.length - 1 ? '250-' : '250 '))).to.equal(true);
    const said = [];
    for (const line of [
      'NOOP',
      'HELP',
      'VRFY x',
      'RSET',
      FROM,
      'RCPT TO:<>',
      'RCPT TO:<a@b.example>',
      'FOO',
      'RSET x',
      'EXPN x',
      'STARTTLS x',
      'AUTH FOO',
    ]) {
      said.push(await client.say(line));
    }
    await client.run('DATA');
    said.push(await client.say('x\r\n.'), await client.say('QUIT'));
    for (const reply of said) {
      for (const line of reply.split('\n')) expect(line).to.match(/^([245])\d\d[- ]\1\.\d{1,3}\.\d{1,3} /);
    }
  });

  it('S81 does not announce REQUIRETLS, which the ISP would have to honour, and refuses it with 555', async () => {
    const client = await greeted();
    expect(await client.say('EHLO office.example')).to.not.match(/REQUIRETLS/);
    expect(await client.say(`${FROM} REQUIRETLS`)).to.match(/^555 /);
  });

  it('S82 keeps the text of a refusal on one line, whatever stands in it', async () => {
    host.onSubmit = () => Promise.reject(new PostroomError('user/unknown', 'no\r\n250 2.0.0 forged\x00'));
    const client = await greeted();
    expect(await client.send('x')).to.match(/^550 5\.7\.1 no {2}250 2\.0\.0 forged/);
    expect(await client.say('NOOP')).to.match(/^250 2\.0\.0/);
  });
});
