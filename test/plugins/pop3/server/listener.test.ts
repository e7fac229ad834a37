import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { portProblem } from '#plugins/pop3/dist/server/portProblem.js';
import { certificate } from '../support/fakeHost.js';
import { RawClient } from '../support/rawClient.js';
import { PLACES, ServedHost, until } from '../support/servedHost.js';

for (const place of PLACES) {
  describe(`POP3 ports, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put('A: 1\r\n\r\nhi\r\n');
    });
    afterEach(() => served.stop());

    it('P79 P81 starts TLS once, before the login only, and forgets the name given before', async () => {
      const client = await served.client();
      await client.line();
      expect(await client.ask('STLS x')).to.match(/^-ERR/);
      await client.ask('USER andrew');
      expect(await client.ask('STLS')).to.match(/^\+OK/);
      await client.secure();
      expect(await client.ask('PASS open sesame')).to.match(/^-ERR/);
      expect(await client.askMultiline('CAPA')).not.to.include('STLS');
      expect(await client.ask('STLS')).to.match(/^-ERR/);
      await client.ask('USER andrew');
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
      expect(await client.askMultiline('RETR 1')).to.equal('A: 1\r\n\r\nhi\r\n');
    });

    it('P80 closes a connection that sends octets behind STLS in one segment', async () => {
      const client = await served.client();
      await client.line();
      client.send('STLS\r\nUSER andrew\r\n');
      expect(await client.rest()).not.to.match(/\+OK Send/);
      await until(() => served.host.log.some(({ message }) => message.includes('behind STLS')));
    });

    it('P83 closes after a failed handshake and serves the others', async () => {
      const other = await served.andrewsClient();
      const client = await served.client();
      await client.line();
      await client.ask('STLS');
      client.send('this is no handshake\r\n'.repeat(10));
      await client.rest();
      expect(await other.ask('STAT')).to.match(/^\+OK/);
    });

    it('P84 P79 offers no STLS on a plain port', async () => {
      await served.stop();
      served = await ServedHost.start(place, ['plain', 'starttls']);
      const { RawClient } = await import('../support/rawClient.js');
      const client = await RawClient.connect(served.port('plain'));
      await client.line();
      expect(await client.askMultiline('CAPA')).not.to.include('STLS');
      expect(await client.ask('STLS')).to.match(/^-ERR/);
      client.destroy();
    });

    it('P85 P86 speaks TLS first on a tls port, in version 1.2 or later, and ends it properly', async () => {
      const client = await served.tlsClient();
      expect(await client.line()).to.match(/^\+OK/);
      expect((client.socket as TLSSocket).getProtocol()).to.match(/^TLSv1\.[23]$/);
      expect(await client.ask('USER andrew')).to.match(/^\+OK/);
      expect(await client.ask('PASS open sesame')).to.match(/^\+OK/);
      expect(await client.ask('QUIT')).to.match(/^\+OK/);
      expect(await client.rest()).to.equal('');
    });

    it('P86 refuses TLS 1.1', async () => {
      const socket = connectTls({
        port: served.port('tls'),
        host: '127.0.0.1',
        rejectUnauthorized: false,
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.message).to.match(/alert|version|protocol|ECONNRESET/i);
      socket.destroy();
    });

    it('P88 shows a replaced certificate to new connections', async () => {
      const replacement = await certificate();
      const before = await served.tlsClient();
      const first = (before.socket as TLSSocket).getPeerCertificate().fingerprint256;
      served.host.certificates.replace(replacement);
      const after = await served.tlsClient();
      expect((after.socket as TLSSocket).getPeerCertificate().fingerprint256).not.to.equal(first);
    });

    it('reports a port that is in use and opens the others', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      await served.stop();
      served = await ServedHost.start(place, ['starttls'], (host) => {
        host.values['pop3.listen'] = [
          { host: '127.0.0.1', port, security: 'tls' },
          { host: '127.0.0.1', port: 0, security: 'starttls' },
        ];
      });
      expect(served.ports[0]).to.include({ protocol: 'pop3', port, security: 'tls' });
      expect(served.ports[0]?.problem)
        .to.match(/is in use by another program/)
        .and.to.include(String(port));
      expect(served.ports[1]?.problem).to.equal(undefined);
      expect(await (await served.client()).line()).to.match(/^\+OK/);
      taken.close();
    });

    it('opens the ports without TLS where there is no certificate yet, and says why the others stay closed', async () => {
      await served.stop();
      served = await ServedHost.start(place, ['tls', 'plain', 'starttls'], ({ certificates }) => {
        certificates.current = () => {
          throw new PostroomError('data/missing', 'The key is missing. Ports with TLS stay closed.');
        };
      });
      expect(served.ports.map(({ security, problem }) => [security, problem])).to.deep.equal([
        ['tls', 'The key is missing. Ports with TLS stay closed.'],
        ['plain', undefined],
        ['starttls', 'The key is missing. Ports with TLS stay closed.'],
      ]);
      const client = await RawClient.connect(served.port('plain'));
      expect(await client.line()).to.match(/^\+OK/);
      expect(await client.askMultiline('CAPA')).to.not.include('STLS');
      client.destroy();
    });

    it('says what a port below 1024 needs', () => {
      const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
      expect(portProblem(error, undefined, 110)).to.match(/^Port 110 needs .*CAP_NET_BIND_SERVICE/);
    });

    it('ends the idle sessions when it stops, and takes nothing new', async () => {
      const client = await served.andrewsClient();
      const port = served.port('starttls');
      await served.host.listener?.stop(5000);
      expect(await client.rest()).to.equal('');
      const { connect } = await import('node:net');
      const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
      expect(error.code).to.equal('ECONNREFUSED');
    });

    it('lets the command in flight end when it stops', async () => {
      const client = await served.andrewsClient();
      let release = (): void => {};
      served.andrew.gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      await client.ask('DELE 1');
      const answer = client.ask('QUIT');
      await until(() => served.andrew.removals === 1);
      const stopped = served.host.listener?.stop(5000);
      release();
      expect(await answer).to.match(/^\+OK/);
      await stopped;
      expect(served.andrew.mail).to.have.length(0);
    });

    it('cuts what does not end within the time that stopping gives', async () => {
      const client = await served.andrewsClient();
      let release = (): void => {};
      served.andrew.gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      await client.ask('DELE 1');
      client.send('QUIT\r\n');
      await until(() => served.andrew.removals === 1);
      await served.host.listener?.stop(20);
      expect(await client.rest()).to.equal('');
      release();
      await until(() => !served.andrew.isOpen);
    });
  });
}
