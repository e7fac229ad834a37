import { once } from 'node:events';
import { connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, FakeHost } from '../fakeHost.js';
import { LineClient } from '../lineClient.js';
import { fingerprintOf, makeCertificate } from '../testCertificate.js';
import { describeEverywhere } from './servedHost.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const GOOD = base64('\0andrew\0correct');
const BAD = base64('\0andrew\0wrong');

/** Nobody listens there any more. */
async function expectClosed(port: number): Promise<void> {
  const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).to.equal('ECONNREFUSED');
}

describeEverywhere('logins and TLS of the submission server', (where) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let host: FakeHost;
  let clients: LineClient[];
  let starttls: number;
  let tls: number;

  beforeEach(async () => {
    clients = [];
    host = await new FakeHost(
      {
        'smtp.trustedNetworks': [],
        'smtp.listen': [
          { host: '127.0.0.1', port: 0, security: 'starttls' },
          { host: '127.0.0.1', port: 0, security: 'tls' },
        ],
      },
      where,
    ).activate();
    const ports = await host.start();
    starttls = ports[0]?.port ?? 0;
    tls = ports[1]?.port ?? 0;
  });

  afterEach(async () => {
    for (const client of clients) {
      client.close();
    }
    await host.stop();
  });

  async function secure(): Promise<LineClient> {
    const client = await LineClient.open(tls, 'tls');
    clients.push(client);
    await client.run('EHLO office.example');
    return client;
  }

  async function plain(): Promise<LineClient> {
    const client = await LineClient.open(starttls);
    clients.push(client);
    await client.run('EHLO office.example');
    return client;
  }

  it('S47 S48 S65 logs in by PLAIN, at once or after 334, and by LOGIN', async () => {
    expect(await (await secure()).say(`AUTH PLAIN ${GOOD}`)).to.match(/^235 2\.7\.0 /);
    const later = await secure();
    later.write('AUTH PLAIN\r\n');
    expect(await later.reply()).to.equal('334');
    expect(await later.say(GOOD)).to.match(/^235 /);
    const login = await secure();
    await login.run('AUTH LOGIN', base64('andrew'));
    expect(await login.say(base64('correct'))).to.match(/^235 /);
    expect(await login.send('x')).to.match(/^250 /);
    expect(host.submitted[0]?.submission.author).to.deep.equal(ANDREW);
  });

  it('S50 answers 501 to an AUTH without a mechanism and to a response that is no base64, and counts neither as a failed login', async () => {
    const client = await secure();
    expect(await client.say('AUTH')).to.match(/^501 5\.5\.4 /);
    for (const response of ['AAA=BBB', `${GOOD}=`, `${GOOD.slice(0, 8)}!${GOOD.slice(8)}`]) {
      expect(await client.say(`AUTH PLAIN ${response}`), response).to.match(/^501 5\.5\.2 /);
      await client.run('AUTH PLAIN');
      expect(await client.say(response), response).to.match(/^501 5\.5\.2 /);
      for (const command of ['AUTH LOGIN', `AUTH LOGIN ${base64('andrew')}`]) {
        await client.run(command);
        if (command === 'AUTH LOGIN') await client.run(base64('andrew'));
        expect(await client.say(response), `${command}, ${response}`).to.match(/^501 5\.5\.2 /);
      }
    }
    expect(await client.say(`AUTH PLAIN ${GOOD}`)).to.match(/^235 /);
  });

  it('S49 S50 S51 S52 S53 S54 answers what is wrong with an AUTH', async () => {
    const client = await secure();
    await client.run('AUTH PLAIN');
    expect(await client.say('*')).to.match(/^501 5\./);
    expect(await client.say('AUTH PLAIN !!!')).to.match(/^501 5\./);
    expect(await client.say('AUTH PLAIN =')).to.match(/^501 5\./);
    expect(await client.say('AUTH CRAM-MD5')).to.match(/^504 5\.5\.4 /);
    await client.run(`AUTH PLAIN ${GOOD}`);
    expect(await client.say(`AUTH PLAIN ${GOOD}`)).to.match(/^503 5\./);
    await client.run('MAIL FROM:<mail@company.com>');
    expect(await client.say(`AUTH PLAIN ${GOOD}`)).to.match(/^503 5\./);
  });

  it('S55 takes a login line of 12,288 octets', async () => {
    const client = await secure();
    client.write(`AUTH PLAIN ${base64(`\0andrew\0${'p'.repeat(9_000)}`)}\r\n`);
    await host.clock.fire(1_000);
    expect(await client.reply()).to.match(/^535 5\.7\.8 /);
  });

  it('S56 S57 delays failed logins more and more, and ends the session at the third', async () => {
    const client = await secure();
    for (const delay of [1_000, 2_000]) {
      client.write(`AUTH PLAIN ${BAD}\r\n`);
      await host.clock.fire(delay);
      expect(await client.reply()).to.match(/^535 5\.7\.8 /);
    }
    client.write(`AUTH PLAIN ${BAD}\r\n`);
    await host.clock.fire(3_000);
    expect(await client.reply()).to.match(/^421 4\.7\.0 /);
    await client.ended();
  });

  it('S57 waits for no client that leaves before its failed login is answered, or while it is checked', async () => {
    for (const when of ['delayed', 'checked'] as const) {
      const client = await secure();
      let check: () => void = () => undefined;
      const asked = new Promise<void>((resolve) => {
        host.loginResult = () => {
          resolve();
          return when === 'delayed'
            ? { ok: false, reason: 'wrong' }
            : (new Promise((done) => (check = () => done({ ok: false, reason: 'wrong' }))) as never);
        };
      });
      client.write(`AUTH PLAIN ${BAD}\r\n`);
      await asked;
      if (when === 'delayed') await host.clock.isSet(1_000);
      const closed = once(host.activity, 'session:closed');
      client.close();
      await closed;
      check();
      await new Promise((resolve) => setImmediate(resolve));
      expect(host.clock.waiting, when).to.equal(0);
    }
  });

  it('S56 S57 says 454 where the login is not looked at or cannot be checked', async () => {
    const client = await secure();
    host.loginResult = () => ({ ok: false, reason: 'wait' });
    client.write(`AUTH PLAIN ${GOOD}\r\n`);
    await host.clock.fire(1_000);
    expect(await client.reply()).to.match(/^454 4\.7\.0 /);
    host.loginResult = () => {
      throw new Error('database is locked');
    };
    expect(await client.say(`AUTH PLAIN ${GOOD}`)).to.match(/^454 4\.7\.0 (?!.*database)/);
  });

  it('S58 refuses to act for somebody else', async () => {
    const client = await secure();
    client.write(`AUTH PLAIN ${base64('greg\0andrew\0correct')}\r\n`);
    await host.clock.fire(1_000);
    expect(await client.reply()).to.match(/^535 /);
    await client.run(`AUTH PLAIN ${base64('andrew\0andrew\0correct')}`);
  });

  it('writes no password to the log', async () => {
    const client = await secure();
    client.write(`AUTH PLAIN ${base64('\0andrew\0hunter2')}\r\n`);
    await host.clock.fire(1_000);
    await client.reply();
    expect(host.logged.join('\n')).to.not.match(/hunter2|aHVudGVyMg/);
  });

  it('S61 S62 S64 forgets everything at STARTTLS and offers it once', async () => {
    const client = await plain();
    expect(await client.say('STARTTLS x')).to.match(/^501 /);
    await client.startTls();
    expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^503 /);
    expect(await client.say('EHLO office.example')).to.not.match(/STARTTLS/);
    expect(await client.say('STARTTLS')).to.match(/^503 /);
  });

  it('S63 drops commands that were injected behind STARTTLS', async () => {
    const client = await plain();
    client.write('STARTTLS\r\nEHLO injected.example\r\nNOOP\r\n');
    expect(await client.reply()).to.match(/^220 /);
    await client.secure();
    expect(await client.say('RSET')).to.match(/^250 2\.0\.0 Flushed/);
    expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^503 /);
  });

  it('S66 refuses TLS 1.1, and shows the own certificate, the new one after it was renewed', async () => {
    const old = await plain();
    await old.run('STARTTLS');
    let failure: unknown;
    await old.secure('TLSv1.1').catch((error: unknown) => {
      failure = error;
    });
    expect(String(failure)).to.match(/version|protocol/i);

    const shown = async (): Promise<string> => {
      const client = await secure();
      return client.socket instanceof TLSSocket ? client.socket.getPeerCertificate().fingerprint256 : '';
    };
    expect(await shown()).to.equal(fingerprintOf(host.pem));
    const renewed = await makeCertificate('renewed');
    host.renewCertificate(renewed);
    expect(await shown()).to.equal(fingerprintOf(renewed));
  });

  it('S67 gives a TLS handshake thirty seconds, however it trickles', async () => {
    const socket = connect(tls, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(Buffer.from([0x16, 0x03, 0x01]));
    await host.clock.fire(30_000);
    await closed;
    await secure();
  });

  it('S67 gives the handshake behind STARTTLS thirty seconds as well, and one that ends in time no limit', async () => {
    const client = await plain();
    await client.run('STARTTLS');
    const closed = new Promise((resolve) => client.socket.once('close', resolve));
    client.write(Buffer.from([0x16, 0x03, 0x01]));
    await host.clock.fire(30_000);
    await closed;
    const other = await plain();
    await other.startTls();
    expect(await other.say('EHLO office.example')).to.match(/^250/);
    expect(host.clock.isSetNow(30_000)).to.equal(false);
  });

  it('S67 stops while handshakes are under way, and while connections have just come', async () => {
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(tls, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      if (count % 2 === 0) socket.write(Buffer.from([0x16, 0x03, 0x01]));
      await once(socket, 'connect');
    }
    await host.stop();
    await expectClosed(tls);
  });

  it('S67 survives garbage instead of a handshake', async () => {
    const socket = connect(tls, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    await secure();
  });
});
