// What a client of the manager can take of the server, with and without a login.
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { MANAGER_LIMITS } from '#plugins/admin-ui/dist/server/managerLimits.js';
import { Turnstile } from '#plugins/admin-ui/dist/server/turnstile.js';
import { Postroom } from '../../kit/postroom.js';
import { ROOT } from '../../kit/sourceFiles.js';
import { until } from '../../kit/until.js';

const MESSAGE = 'From: a@far.example\r\nTo: Andrew <mail@company.example>\r\n\r\nHello\r\n';

interface Problem {
  readonly error: { readonly code: string; readonly message: string };
}

describe('The bounds of the manager', () => {
  const leaks = leakCheck();
  let postroom: Postroom;
  let port = 0;
  let reader: Readonly<Record<string, string>> = {};

  before(async () => {
    await leaks.begin();
    postroom = await Postroom.start({ settings: { 'admin-ui.listen': [{ host: '127.0.0.1', port: 0, security: 'plain' }] } });
    port = postroom.service(Ports).ports.find(({ protocol }) => protocol === 'http')?.port ?? 0;
    const { token } = await postroom.run<{ token: string }>('admin-ui.create-token', { name: 'reader', scopes: ['read'] });
    reader = { authorization: `Bearer ${token}` };
  });
  after(async () => {
    await postroom.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  const ask = (path: string, init: RequestInit & { readonly duplex?: 'half' } = {}, headers: object = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { ...reader, ...headers } });
  const post = (path: string, body: string | Buffer, type = 'application/json'): Promise<Response> =>
    ask(path, { method: 'POST', body: body as NonNullable<RequestInit['body']> }, { 'content-type': type });
  /** What the server says to octets as they are, until it closes the connection. */
  async function raw(text: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (data) => (said += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(text);
    await new Promise((resolve) => socket.on('close', resolve));
    return said;
  }

  it('refuse JSON that is too large, too deep or too full before it is parsed, in a sentence', async () => {
    for (const [body, status, sentence] of [
      [`{"account":"company","file":"${'A'.repeat(MANAGER_LIMITS.json)}"}`, 413, /too large\. Send a file as application\/octet-stream/],
      [`{"account":"company","file":${'['.repeat(900_000)}`, 413, /is nested more than 64 deep\. Nothing was done\./],
      [`{${Array.from({ length: 60_000 }, (_, key) => `"k${key}":1`).join()}}`, 413, /holds more than 50000 values/],
      ['{"account":', 400, /./],
      ['{"__proto__":{"x":1}}', 400, /./],
    ] as const) {
      const answer = await post('/api/commands/explain', body);
      expect(answer.status, body.slice(0, 40)).to.equal(status);
      expect(((await answer.json()) as Problem).error.message).to.match(sentence);
    }
  });

  it('take a file as octets where a command has a use for one, with the other arguments in the address', async () => {
    const answer = await post('/api/commands/explain?account=company', Buffer.from(MESSAGE), 'application/octet-stream');
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.deep.include({ account: 'company', mailboxes: ['andrew'] });
    const inBase64 = await post(
      '/api/commands/explain',
      JSON.stringify({ account: 'company', file: Buffer.from(MESSAGE).toString('base64') }),
    );
    expect(await inBase64.json()).to.deep.include({ mailboxes: ['andrew'] });
    const { paths } = (await (await ask('/api/openapi.json')).json()) as {
      paths: Record<string, { post: { requestBody: { content: object } } }>;
    };
    expect(paths['/api/commands/explain']?.post.requestBody.content).to.have.keys('application/json', 'application/octet-stream');
    expect(paths['/api/commands/status']?.post.requestBody.content).to.have.keys('application/json');
  });

  it('refuse a file before it is read: from who may not send it, where nobody wants it, without its length, and too large', async () => {
    const octets = Buffer.alloc(1024);
    expect((await post('/api/commands/plugins.add', octets, 'application/octet-stream')).status, 'a token that reads').to.equal(403);
    expect((await post('/api/commands/status', octets, 'application/octet-stream')).status).to.equal(415);
    expect((await post('/api/settings/check', octets, 'application/octet-stream')).status).to.be.oneOf([400, 415]);
    expect((await post('/api/commands/explain', '<x/>', 'text/xml')).status).to.equal(415);
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(octets);
        controller.close();
      },
    });
    const type = { 'content-type': 'application/octet-stream' };
    expect((await ask('/api/commands/explain?account=company', { method: 'POST', body: stream, duplex: 'half' }, type)).status).to.equal(
      411,
    );
    const head = `POST /api/commands/explain?account=company HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${reader['authorization']}\r\n`;
    const said = await raw(`${head}Content-Type: application/octet-stream\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\nx`);
    expect(said).to.match(/^HTTP\/1\.1 413 /);
    expect(said).to.include('The file has 1000000000 octets, and at most 67108864 are taken.');
  });

  it('let other work go on while a message of many megabytes is explained', async function () {
    this.timeout(60_000);
    let turns = 0;
    let isOver = false;
    const turning = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
    })();
    // Without a header's end and with bare line ends: every octet is looked at.
    const answer = await post('/api/commands/explain?account=company', Buffer.alloc(20 * 1024 * 1024, 'x\n'), 'application/octet-stream');
    isOver = true;
    await turning;
    expect(answer.status).to.equal(200);
    expect(turns, 'pieces of 256 KB, with turns between them').to.be.above(80);
  });

  it('look at what is reached, however its address is written', async () => {
    // As somebody who is not on this machine: from there /metrics needs a token too.
    for (const target of [
      '/metrics',
      '/%6detrics',
      'http://127.0.0.1/metrics',
      '/api/commands',
      'http://127.0.0.1/api/commands',
      '/api/%63ommands',
    ]) {
      const said = await raw(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n`);
      expect(said, target).to.match(/^HTTP\/1\.1 40[14] /);
    }
  });

  it('refuse an empty name of the server, and none', async () => {
    expect(await raw('GET /api/session HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 403 .*host\/unknown/s);
    expect(await raw('GET /api/session HTTP/1.0\r\n\r\n')).to.match(/^HTTP\/1\.1 403 /);
    expect(await raw('GET /api/session HTTP/1.1\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
    expect(await raw('GET /api/session HTTP/1.1\r\nHost: localhost:8110\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 200 /);
  });

  it('cut who sends request behind request without reading, and who sends a header without an end', async () => {
    const request = `GET /api/commands/status HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${reader['authorization']}\r\n\r\n`;
    const said = await raw(request.repeat(500));
    expect(said.match(/HTTP\/1\.1 200/g) ?? []).to.have.length.below(500);
    expect(await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(MANAGER_LIMITS.header + 1)}`)).to.match(/^HTTP\/1\.1 431 /);
    expect(await raw(`GET /${'x'.repeat(MANAGER_LIMITS.header)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)).to.match(/^HTTP\/1\.1 431 /);
    // What was begun for the connection that was cut runs to its end, and counts until then.
    await until('another connection of the same reader is served', async () => (await ask('/api/commands/status')).status === 200);
  });

  it('hold no file open for who asks for the page and does not read, and nothing for who has gone', async function () {
    if (process.platform !== 'linux') return this.skip();
    const web = path.join(ROOT, 'plugins', 'admin-ui', 'web-dist');
    const largest = readdirSync(path.join(web, 'assets')).find((name) => /^settingsText.*\.js$/.test(name));
    /** Descriptors of this process that are files of the page. */
    const open = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(web);
        } catch {
          return false;
        }
      }).length;
    const request = `GET /assets/${largest} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    const deaf = Array.from({ length: 20 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    for (const socket of deaf) socket.write(request.repeat(MANAGER_LIMITS.pipelined));
    await Promise.all(deaf.map((socket) => once(socket, 'readable')));
    expect(open(), 'while they do not read').to.equal(0);
    for (const socket of deaf) socket.destroy();
    const answer = await ask(`/assets/${largest}`);
    expect(answer.headers.get('content-encoding')).to.equal('gzip');
    expect((await answer.text()).length).to.be.above(100_000);
    expect(open(), 'after they have gone').to.equal(0);
    for (const name of ['..%2findex.html', 'index.html', '', '__proto__']) {
      expect((await ask(`/assets/${name}`)).status, name).to.equal(404);
    }
  });

  it('answer requests that come together one after the other, in their order', async () => {
    const said = await raw(
      `GET /assets/none HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
    );
    expect(said.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 404', 'HTTP/1.1 200']);
  });

  it('answer a wish for another protocol as any other request, and nothing to nonsense', async () => {
    const upgrade = 'GET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    expect(await raw(upgrade)).to.match(/^HTTP\/1\.1 200 /);
    expect(await raw('CONNECT far.example:25 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')).to.equal('');
    expect(await raw('nonsense\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
  });

  it('refuse a password of a megabyte without looking at it', async () => {
    const answer = await post('/api/session', JSON.stringify({ password: 'x'.repeat(500_000) }));
    expect(answer.status).to.equal(413);
    const long = await post('/api/session', JSON.stringify({ password: 'x'.repeat(2_000) }));
    expect(long.status).to.equal(400);
  });

  it('hold so many connections of one address, the newest ones, and log what fits ten lines', async () => {
    const sockets = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    for (const socket of sockets) socket.resume();
    expect((await ask('/api/commands/status')).status).to.equal(200);
    await until('the oldest made room', () => sockets.filter(({ destroyed }) => destroyed).length >= 150);
    for (const socket of sockets) socket.destroy();
    expect(postroom.log.match(/Connection to the manager from 127\.0\.0\.1 closed/g)).to.have.length.within(1, 12);
  });

  it('give back what was taken for a request whose client goes while it is found out who asks', async () => {
    const head = `HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${reader['authorization']}\r\n`;
    const file = `POST /api/commands/explain?account=company ${head}Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nx`;
    for (const request of [file, `GET /api/events ${head}\r\n`, `GET /api/commands/status ${head}\r\n`]) {
      const gone = Array.from({ length: 120 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
      await Promise.all(gone.map((socket) => new Promise((resolve) => socket.end(request, () => resolve(socket.destroy())))));
    }
    await until('everything is taken as before', async () => {
      const answers = [
        await post('/api/commands/explain?account=company', Buffer.from(MESSAGE), 'application/octet-stream'),
        await ask('/api/commands/status'),
        await ask('/api/events'),
      ];
      for (const { body } of answers) await body?.cancel();
      return answers.every(({ status }) => status === 200);
    });
  });

  it('take so many requests of one token at a time, whatever these wait for, and others of everybody else', async () => {
    const begun = `POST /api/settings/check HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${reader['authorization']}\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n`;
    const dribbling = Array.from({ length: MANAGER_LIMITS.requests + 1 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    for (const socket of dribbling) socket.write(begun);
    const [answer] = (await Promise.race(dribbling.map((socket) => once(socket, 'data')))) as [Buffer];
    expect(String(answer)).to.match(/^HTTP\/1\.1 429 .*requests of yours wait for their answers/s);
    const { token } = await postroom.run<{ token: string }>('admin-ui.create-token', { name: 'other', scopes: ['read'] });
    expect((await ask('/api/commands/status', {}, { authorization: `Bearer ${token}` })).status).to.equal(200);
    for (const socket of dribbling) socket.write('{"text":""}');
    await Promise.all(dribbling.filter(({ bytesRead }) => bytesRead === 0).map((socket) => once(socket, 'data')));
    expect((await ask('/api/commands/status')).status, 'when they are answered').to.equal(200);
    for (const socket of dribbling) socket.destroy();
  });

  it('let a new address in where two hold every place with a token, and come again and again', async function () {
    // Where every address of 127.0.0.0/8 is this machine's.
    if (process.platform !== 'linux') return this.skip();
    const request = `GET /api/commands/status HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${reader['authorization']}\r\n\r\n`;
    const hold = async (count: number): Promise<readonly Socket[]> => {
      const held: Socket[] = [];
      for (let each = 0; each < count; each += 1) {
        const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (each % 2)}` }).on('error', () => undefined);
        held.push(socket);
        socket.write(request);
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      }
      return held;
    };
    const holders = [...(await hold(200))];
    const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.4' }).on('error', () => undefined);
    await once(other, 'connect');
    holders.push(...(await hold(40)));
    other.write('GET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    expect(String(((await once(other, 'data')) as [Buffer])[0])).to.match(/^HTTP\/1\.1 200 /);
    for (const socket of [...holders, other]) socket.destroy();
  });

  it('count what goes on for each who asks, and in all', () => {
    const turnstile = new Turnstile({ each: 2, all: 3 });
    const [one, two] = [turnstile.enter('a'), turnstile.enter('a')];
    expect(turnstile.enter('a')).to.equal(undefined);
    const three = turnstile.enter('b');
    expect(turnstile.enter('c')).to.equal(undefined);
    one?.();
    one?.();
    expect(turnstile.enter('c')).to.not.equal(undefined);
    expect(turnstile.enter('a'), 'left once').to.equal(undefined);
    for (const leave of [two, three]) leave?.();
    expect(turnstile.enter('a')).to.not.equal(undefined);
  });
});
