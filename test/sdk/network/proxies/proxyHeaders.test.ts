// What stands between a port and its server, with real sockets. The balancer of these tests is 127.0.0.1, other clients come from 127.0.0.2.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { OpenFilePool } from '@postroom/sdk';
import { HEADER_MS, MOST_WITHOUT_HEADER, ProxyHeaders } from '@postroom/sdk/network';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { addressed, binary, line } from '../../../kit/proxies/writtenHeader.js';
import { testCertificate } from '../../../plugins/smtp/testCertificate.js';

const PROXIES = ['127.0.0.1'];
const LETTER = Buffer.from('EHLO office.example\r\nMAIL FROM:<>\r\n\0\xff end.', 'latin1');

describe('a port behind a load balancer', () => {
  const leaks = leakCheck();
  let clock: VirtualClock;
  let headers: ProxyHeaders;
  let server: Server;
  let warned: string[];
  const clients: Socket[] = [];

  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));
  beforeEach(() => {
    clock = new VirtualClock(new Date('2026-11-23T09:00:00Z'));
    warned = [];
    headers = new ProxyHeaders({
      name: 'POP3',
      setting: 'pop3.listen',
      clock,
      log: { warn: (text) => void warned.push(text), debug: () => undefined },
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    headers.dispose();
    server.close();
    await once(server, 'close');
  });

  /** Says to each client from where it comes, then sends back what it sends. */
  const echo = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.write(`${socket.remoteAddress} ${socket.remotePort} ${headers.isBehindProxy(socket)}\n`);
    socket.pipe(socket);
  };
  const open = async (made: Server): Promise<void> => {
    server = made;
    headers.standBefore(server, PROXIES);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  };
  const port = (): number => (server.address() as AddressInfo).port;
  const client = async (from = '127.0.0.1'): Promise<Socket> => {
    const socket = connect({ port: port(), host: '127.0.0.1', localAddress: from, noDelay: true });
    socket.on('error', () => undefined);
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const all = async (socket: Socket): Promise<string> => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    await once(socket, 'close');
    return Buffer.concat(pieces).toString('latin1');
  };

  it("bears the client's address, and loses no octet behind the header, wherever the stream is cut", async () => {
    await open(createServer({ allowHalfOpen: true }, echo));
    for (const header of [line('198.51.100.7', 40_001), addressed('2001:db8::7', 40_001)]) {
      const stream = Buffer.concat([header, LETTER]);
      const said = `${header[0] === 0x50 ? '198.51.100.7' : '2001:db8::7'} 40001 true\n${LETTER.toString('latin1')}`;
      for (let cut = 0; cut <= stream.length; cut += 1) {
        const socket = await client();
        const answer = all(socket);
        socket.write(stream.subarray(0, cut));
        // A turn of both ends: the first piece is read by itself.
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        socket.end(stream.subarray(cut));
        expect(await answer, `cut at ${cut}`).to.equal(said);
      }
    }
  }).timeout(60_000);

  it('takes a stream of single octets', async () => {
    await open(createServer({ allowHalfOpen: true }, echo));
    const socket = await client();
    const answer = all(socket);
    for (const octet of Buffer.concat([addressed('198.51.100.7', 40_001), LETTER])) {
      socket.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end();
    expect(await answer).to.equal(`198.51.100.7 40001 true\n${LETTER.toString('latin1')}`);
  });

  it('gives TLS and HTTP their first octets in one segment with the header, and the address to sockets of TLS', async () => {
    await open(createTlsServer({ ...(await testCertificate()), allowHalfOpen: true }, echo));
    const plain = await client();
    plain.cork();
    plain.write(addressed('198.51.100.7', 40_001));
    const secure = connectTls({ socket: plain, rejectUnauthorized: false });
    clients.push(secure);
    process.nextTick(() => plain.uncork());
    secure.end(LETTER);
    expect(await all(secure)).to.equal(`198.51.100.7 40001 true\n${LETTER.toString('latin1')}`);
    server.close();
    await once(server, 'close');

    await open(createHttpServer((request, response) => response.end(`${request.socket.remoteAddress} ${request.url}`)));
    const socket = await client();
    const answer = all(socket);
    socket.write(
      Buffer.concat([
        line('198.51.100.7', 1),
        Buffer.from('GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
      ]),
    );
    expect(await answer).to.match(/198\.51\.100\.7 \/one[\s\S]*198\.51\.100\.7 \/two/);
  });

  it('looks for no header in what others send', async () => {
    await open(createServer({ allowHalfOpen: true }, echo));
    const socket = await client('127.0.0.2');
    const answer = all(socket);
    const forged = line('192.0.2.1', 7);
    socket.end(forged);
    expect(await answer)
      .to.match(/^127\.0\.0\.2 \d+ false\n/)
      .and.to.include(forged.toString());
  });

  it('keeps the address of the connection where the balancer speaks for itself, and knows that it is one', async () => {
    await open(createServer({ allowHalfOpen: true }, echo));
    for (const header of [binary(0x20, 0, Buffer.alloc(0)), Buffer.from('PROXY UNKNOWN\r\n')]) {
      const socket = await client();
      const answer = all(socket);
      socket.end(header);
      expect(await answer).to.match(/^127\.0\.0\.1 \d+ true\n$/);
    }
    expect(warned).to.deep.equal([]);
  });

  it('lets a balancer on another machine name no address of this one', async () => {
    server = createServer({ allowHalfOpen: true }, echo);
    headers.standBefore(server, ['198.51.100.80']);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // The connection of a balancer elsewhere.
    const accept = server.listeners('connection')[0] as (socket: Socket) => void;
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: '198.51.100.80', configurable: true });
      accept(socket);
    });
    for (const [said, counts] of [
      ['127.0.0.1', '198.51.100.80'],
      ['::1', '198.51.100.80'],
      ['::ffff:127.0.0.1', '198.51.100.80'],
      ['10.0.0.7', '10.0.0.7'],
    ] as const) {
      const socket = await client();
      const answer = all(socket);
      socket.end(line(said, 7));
      expect((await answer).split(' ')[0], said).to.equal(counts);
    }
  });

  it('closes what does not begin with a header, and says so once for each address', async () => {
    await open(createServer(echo));
    for (const octets of ['EHLO office.example\r\n', 'PROXY TCP4 x y 1 2\r\n', '\x16\x03\x01']) {
      const socket = await client();
      socket.write(octets, 'latin1');
      expect(await all(socket)).to.equal('');
    }
    expect(warned).to.have.length(1);
    expect(warned[0]).to.equal(
      'A connection to the POP3 port from 127.0.0.1 was closed: "proxies" in pop3.listen names that address, and what it sent first is no PROXY header (it begins otherwise). Let the load balancer send one (HAProxy: send-proxy-v2), or take its address out. It is said once for each address.',
    );
  });

  it('closes what has not said a whole header after five seconds, however slowly it goes on', async () => {
    await open(createServer(echo));
    const accepted = once(server, 'connection');
    const socket = await client();
    const answer = all(socket);
    socket.write('PROXY ');
    await accepted;
    await clock.advance(HEADER_MS - 1);
    socket.write('TCP4 ');
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).to.deep.equal([]);
    await clock.advance(1);
    expect(await answer).to.equal('');
    expect(warned[0]).to.include('it sent no whole PROXY header within 5 s.');
  });

  it('says nothing of a balancer that only looks whether the port is open', async () => {
    await open(createServer(echo));
    for (const leave of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      const accepted = once(server, 'connection');
      const socket = await client();
      const [other] = (await accepted) as [Socket];
      leave(socket);
      await new Promise((resolve) => other.once('close', resolve));
    }
    expect(warned).to.deep.equal([]);
  });

  it('bounds the connections whose header has not come, gives their descriptors back, and closes them with the port', async () => {
    const share = new OpenFilePool(4096).share('pop3');
    let taken = 0;
    const counted = {
      take: () => {
        const isTaken = share.take();
        if (isTaken) taken += 1;
        return isTaken;
      },
      giveBack: () => {
        taken -= 1;
        share.giveBack();
      },
    };
    headers = new ProxyHeaders({
      name: 'POP3',
      setting: 'pop3.listen',
      clock,
      log: { warn: () => undefined, debug: () => undefined },
      share: counted,
    });
    await open(createServer(echo));
    const first = await client();
    const firstClosed = once(first, 'close');
    const others: Socket[] = [];
    for (let count = 0; count < MOST_WITHOUT_HEADER; count += 1) others.push(await client());
    await firstClosed;
    expect(taken).to.equal(MOST_WITHOUT_HEADER);
    const [said] = others;
    said?.write(line('198.51.100.7', 7));
    await once(said as Socket, 'data');
    expect(taken).to.equal(MOST_WITHOUT_HEADER - 1);
    const closed = others.slice(1).map((each) => once(each, 'close'));
    headers.dispose();
    await Promise.all(closed);
    expect(taken).to.equal(0);
  }).timeout(30_000);
});
