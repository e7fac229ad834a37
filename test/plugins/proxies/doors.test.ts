// The doors of a whole server behind a load balancer, which is 127.0.0.1 here: what limits, delays, trusts and logs has the client's own address.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { Postroom } from '../../kit/postroom.js';
import { addressed, binary, line } from '../../kit/proxies/writtenHeader.js';
import { PASSWORD } from '../../kit/quickPasswords.js';
import { until } from '../../kit/until.js';
import { answered } from '../tls/doors.js';

const PROXIES = ['127.0.0.1'];
const PORTS = ['plain', 'starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security, proxies: PROXIES }));
/** In one segment with whatever follows. */
const CLIENT = '198.51.100.7';
const HEADER = addressed(CLIENT, 40_001);
const LETTER = 'From: mail@company.example\r\nTo: andrew@company.example\r\nSubject: from afar\r\n\r\nHello\r\n.\r\n';

type Security = 'plain' | 'starttls' | 'tls';

describe('the doors behind a load balancer', function () {
  this.timeout(60_000);
  let postroom: Postroom;
  const sockets: Socket[] = [];

  before(async () => {
    postroom = await Postroom.start({
      settings: {
        'pop3.listen': PORTS,
        'smtp.listen': PORTS,
        'admin-ui.listen': [
          { host: '127.0.0.1', port: 0, security: 'plain', proxies: PROXIES },
          { host: '127.0.0.1', port: 0, security: 'tls', proxies: PROXIES },
        ],
        'smtp.plaintextNetworks': [],
        'smtp.trustedNetworks': ['198.51.100.20', '127.0.0.1'],
        'smtp.maxConnectionsPerAddress': 2,
      },
    });
  });
  after(() => postroom.stop());
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const port = (protocol: string, security: Security): number =>
    postroom.service(Ports).ports.find((each) => each.protocol === protocol && each.security === security)?.port ?? 0;
  const open = async (protocol: string, security: Security, header: Buffer): Promise<Socket> => {
    const socket = connect({ port: port(protocol, security), host: '127.0.0.1' });
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(header);
    return socket;
  };
  const secured = (plain: Socket): Socket => {
    const socket = connectTls({ socket: plain, rejectUnauthorized: false });
    sockets.push(socket);
    socket.on('error', () => undefined);
    return socket;
  };
  const ask = (socket: Socket, say: string, answer: RegExp): Promise<string> => {
    const reply = answered(socket, answer);
    socket.write(say);
    return reply;
  };
  const ready = async (protocol: 'pop3' | 'smtp', security: Security, header = HEADER): Promise<Socket> => {
    const socket = await open(protocol, security, header);
    if (security === 'tls') {
      const secure = secured(socket);
      await answered(secure, /\r\n$/);
      return secure;
    }
    await answered(socket, /\r\n$/);
    if (security === 'plain') return socket;
    if (protocol === 'smtp') await ask(socket, 'EHLO a.example\r\n', /^250 /m);
    await ask(socket, protocol === 'smtp' ? 'STARTTLS\r\n' : 'STLS\r\n', /\r\n$/);
    socket.removeAllListeners('data');
    return secured(socket);
  };

  for (const security of ['starttls', 'tls'] as const) {
    it(`let a client log in by POP3 under its own address (${security})`, async () => {
      const before = postroom.events.length;
      const socket = await ready('pop3', security);
      await ask(socket, `USER andrew\r\nPASS ${PASSWORD}\r\nSTAT\r\n`, /\+OK \d+ \d+\r\n$/);
      const session = postroom.events.slice(before).find((event) => event.type === 'session');
      expect(session).to.include({ protocol: 'pop3', peer: CLIENT });
    });

    it(`write the client's address into Received, and take its letter (${security})`, async () => {
      const socket = await ready('smtp', security);
      await ask(socket, 'EHLO desk.office.example\r\n', /^250 /m);
      const login = Buffer.from(`\0andrew\0${PASSWORD}`).toString('base64');
      await ask(socket, `AUTH PLAIN ${login}\r\n`, /^235/m);
      await ask(socket, 'MAIL FROM:<mail@company.example>\r\nRCPT TO:<lisa@works.example>\r\nDATA\r\n', /^354/m);
      await ask(socket, LETTER, /^250 /m);
      const [letter] = (await lettersOf('lisa')).slice(-1);
      expect(letter).to.match(/^Received: from desk\.office\.example \(\[198\.51\.100\.7\]\)/m);
    });
  }

  const lettersOf = async (user: string): Promise<readonly string[]> => {
    const socket = await ready('pop3', 'tls');
    await ask(socket, `USER ${user}\r\nPASS ${PASSWORD}\r\n`, /\+OK[\s\S]*\+OK[^\n]*\r\n$/);
    const count = Number(/^\+OK (\d+)/.exec(await ask(socket, 'STAT\r\n', /\r\n$/))?.[1]);
    const letters: string[] = [];
    for (let number = 1; number <= count; number += 1) letters.push(await ask(socket, `RETR ${number}\r\n`, /\r\n\.\r\n$/));
    await ask(socket, 'QUIT\r\n', /\r\n$/);
    return letters;
  };

  it("trust a device by its own address, not by the balancer's", async () => {
    const device = await ready('smtp', 'plain', line('198.51.100.20', 9));
    await ask(device, 'EHLO scanner\r\n', /^250 /m);
    expect(await ask(device, 'MAIL FROM:<mail@company.example>\r\n', /\r\n$/)).to.match(/^250/);
    const stranger = await ready('smtp', 'plain', line('198.51.100.21', 9));
    await ask(stranger, 'EHLO scanner\r\n', /^250 /m);
    expect(await ask(stranger, 'MAIL FROM:<mail@company.example>\r\n', /\r\n$/)).to.match(/^530 5\.7\.0 .*198\.51\.100\.21/);
  });

  it('count connections by client', async () => {
    await ready('smtp', 'plain', line('198.51.100.30', 1));
    await ready('smtp', 'plain', line('198.51.100.30', 2));
    const first = sockets.at(-2) as Socket;
    const closed = once(first, 'close');
    await ready('smtp', 'plain', line('198.51.100.31', 1));
    // The third of one address takes the place of its own first one.
    await ready('smtp', 'plain', line('198.51.100.30', 3));
    await closed;
  });

  it('make a client wait who failed to log in, and nobody else', async () => {
    const login = async (from: string, password: string): Promise<string> => {
      const socket = await ready('pop3', 'tls', line(from, 1));
      return ask(socket, `USER john\r\nPASS ${password}\r\n`, /(?:\+OK|-ERR)[^\n]*\n(?:\+OK|-ERR)[^\n]*\n$/);
    };
    for (let attempt = 0; attempt < 6; attempt += 1) await login('198.51.100.40', 'guess');
    expect(await login('198.51.100.40', PASSWORD)).to.include('-ERR [AUTH] Too many failed logins');
    expect(await login('198.51.100.41', PASSWORD))
      .to.match(/\+OK[^\n]*\n$/)
      .and.not.to.include('-ERR');
  });

  for (const security of ['plain', 'tls'] as const) {
    it(`show the manager the client's address, and give no client the rights of this computer (${security})`, async () => {
      const request = async (header: Buffer, head: string, body = ''): Promise<string> => {
        const socket = await open('http', security, header);
        const stream = security === 'tls' ? secured(socket) : socket;
        const length = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
        return ask(stream, `${head} HTTP/1.1\r\nHost: localhost\r\n${length}Connection: close\r\n\r\n${body}`, /\r\n\r\n[\s\S]+$/);
      };
      for (const header of [HEADER, binary(0x20, 0, Buffer.alloc(0)), Buffer.from('PROXY UNKNOWN\r\n'), line('127.0.0.1', 9)]) {
        expect(await request(header, 'GET /metrics'), header.toString('latin1')).to.match(/^HTTP\/1\.1 401/);
      }
      const body = JSON.stringify({ password: PASSWORD });
      expect(await request(HEADER, 'POST /api/session', body)).to.match(/^HTTP\/1\.1 200/);
      const sessions = await postroom.run<readonly { readonly address: string }[]>('admin-ui.sessions');
      expect(sessions.at(-1)?.address).to.equal(CLIENT);
    });
  }

  it('close a client that names nobody, and say so once', async () => {
    for (const security of ['plain', 'tls'] as const) {
      const socket = await open('pop3', security, Buffer.from('CAPA\r\n'));
      await once(socket, 'close');
    }
    await until('it is logged', () => postroom.log.includes('A connection to the POP3 port from 127.0.0.1 was closed'));
    expect(postroom.log.match(/"level":"warn"[^\n]*A connection to the POP3 port/g) ?? []).to.have.length(1);
  });

  it('end with connections that have said nothing yet', async () => {
    const socket = await open('smtp', 'plain', Buffer.from('PROXY TCP4 '));
    const closed = once(socket, 'close');
    await postroom.run('config.set', { key: 'smtp.listen', value: JSON.stringify(PORTS.slice(0, 2)) });
    await closed;
  });
});
