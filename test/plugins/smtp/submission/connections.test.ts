import { once } from 'node:events';
import { connect } from 'node:net';
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { FakeHost } from '../fakeHost.js';
import { describeEverywhere, servedHost } from './servedHost.js';

describeEverywhere('the connections of submission', (where) => {
  const at = servedHost(where);

  it('S44 answers 421 to too many from one address that have all begun to send', async () => {
    await at.serve({ 'smtp.maxConnectionsPerAddress': 1 });
    const first = await at.greeted();
    await first.run('MAIL FROM:<mail@company.com>');
    const second = await at.open();
    expect(second.greeting).to.match(/^421 4\.7\.0 /);
    await second.ended();
    const closed = once(at.host.activity, 'session:closed');
    await first.run('QUIT');
    first.close();
    await closed;
    await at.greeted();
    expect(at.host.events.filter((event) => event.type === 'session').map((event) => event.state)).to.deep.equal([
      'open',
      'closed',
      'open',
    ]);
  });

  it('S44 lets who has neither logged in nor begun to send make room for the next, over all ports together', async () => {
    const listen = ['starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
    at.host = await new FakeHost(
      { 'smtp.listen': listen, 'smtp.maxConnections': 2, 'smtp.plaintextNetworks': ['127.0.0.1'] },
      where,
    ).activate();
    const ports = (await at.host.start()).map((each) => each.port);
    at.port = ports[0] ?? 0;
    const user = await at.greeted();
    await user.run(`AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`);
    const idle = await at.greeted();
    // Never begins its handshake, on the port where that comes first.
    const mute = connect(ports[1] ?? 0, '127.0.0.1');
    await idle.ended();
    const next = await at.open();
    await once(mute, 'close');
    await next.run('EHLO office.example', `AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`);
    await user.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
    expect(await user.say('x\r\n.')).to.match(/^250 /);
    expect(at.host.logged.filter((line) => line.includes('too many wait without a login'))).to.have.length(2);
  });

  it('S44 S67 closes a handshake behind STARTTLS that has to make room, and forgets its session', async () => {
    await at.serve({ 'smtp.maxConnections': 1 });
    const half = await at.greeted();
    await half.run('STARTTLS');
    half.write(Buffer.from([0x16, 0x03, 0x01]));
    const closed = once(at.host.activity, 'session:closed');
    const next = await at.open();
    await half.ended();
    await closed;
    expect(next.greeting).to.match(/^220 /);
  });

  it('are those of ports without TLS where there is no certificate yet, which the others say', async () => {
    const listen = ['tls', 'plain', 'starttls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
    at.host = await new FakeHost({ 'smtp.listen': listen, 'smtp.trustedNetworks': ['127.0.0.1'] }, where).activate();
    at.host.noCertificate = new PostroomError('data/missing', 'The key is missing. Ports with TLS stay closed.');
    const ports = await at.host.start();
    expect(ports.map(({ security, problem }) => [security, problem])).to.deep.equal([
      ['tls', 'The key is missing. Ports with TLS stay closed.'],
      ['plain', undefined],
      ['starttls', 'The key is missing. Ports with TLS stay closed.'],
    ]);
    at.port = ports[1]?.port ?? 0;
    const client = await at.open();
    expect(await client.run('EHLO office.example')).to.not.include('STARTTLS');
  });

  it('S43 says 421 to idle clients at shutdown, finishes a running message first', async () => {
    await at.serve();
    const idle = await at.greeted();
    const busy = await at.greeted();
    await busy.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
    const stopped = at.host.stop(60_000);
    expect(await idle.reply()).to.match(/^421 4\.3\.2 /);
    expect(await busy.say('x\r\n.')).to.match(/^250 /);
    expect(await busy.reply()).to.match(/^421 /);
    await stopped;
    expect(at.host.submitted).to.have.lengthOf(1);
  });

  it('S43 drops a message that does not end in time, without 250', async () => {
    await at.serve();
    const slow = await at.greeted();
    await slow.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
    await at.host.stop(1);
    expect(await slow.ended()).to.match(/^421 /);
    expect(at.host.submitted).to.deep.equal([]);
  });

  it('reports a port that is taken with the way out, and opens the others', async () => {
    await at.serve();
    const other = await new FakeHost(
      {
        'smtp.listen': [
          { host: '127.0.0.1', port: at.port, security: 'plain' },
          { host: '127.0.0.1', port: 0, security: 'plain' },
          // TEST-NET-1 (RFC 5737): the address of no machine.
          { host: '192.0.2.1', port: 0, security: 'plain' },
        ],
      },
      where,
    ).activate();
    const ports = await other.start();
    await other.stop();
    expect(ports[0]).to.deep.include({ port: at.port, security: 'plain', host: '127.0.0.1' });
    expect(ports[0]?.problem).to.match(/in use by another program.*"smtp\.listen"/);
    expect(ports[0]?.problem).to.include(`Port ${at.port} at 127.0.0.1 `);
    expect(ports[1]?.problem).to.equal(undefined);
    expect(ports[2]?.problem).to.match(/^A free port at 192\.0\.2\.1 cannot be opened: this computer does not have that address\./);
  });
});
