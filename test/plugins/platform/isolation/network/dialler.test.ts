// A plugin's network over real sockets: the host dials for it what it may reach, with every module that Node has for that.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer as createWebServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createSecureWebServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseTarget, type Target } from '@postroom/sdk/network';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import type { DiallerOptions } from '#plugins/platform/isolation/dist/network/dialler.js';
import type { NetworkRules } from '#plugins/platform/isolation/dist/network/networkRules.js';
import { closedPort } from '../../../../kit/closedPort.js';
import { OnePlugin } from '../onePlugin.js';

/** What the plugin does with `args`: one client after the other. */
const CLIENTS = `
  const [net, tls, http, https, http2, dns] = await Promise.all(['net', 'tls', 'http', 'https', 'http2', 'dns'].map((name) => import('node:' + name)));
  const { once } = await import('node:events');
  const { buffer, text } = await import('node:stream/consumers');
  const { port, host = '127.0.0.1', ca, size } = args;
  const get = (module, options) => new Promise((resolve, reject) => module.get({ host, port, ...options }, (response) => resolve(text(response))).on('error', reject));
  switch (args.client) {
    case 'fetch': return (await fetch('http://' + host + ':' + port + '/', { method: 'POST', body: Buffer.alloc(size) })).text();
    case 'http': {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const answers = [await get(http, { agent, path: '/1' }), await get(http, { agent, path: '/2' })];
      agent.destroy();
      return answers;
    }
    case 'https': return get(https, { ca });
    case 'https without trust': return get(https, {});
    case 'http2': {
      const session = http2.connect('https://' + host + ':' + port, { ca });
      const answer = await text(session.request({ ':path': '/' }));
      session.close();
      return answer;
    }
    case 'tls': {
      const socket = tls.connect(port, host, { ca });
      await once(socket, 'secureConnect');
      socket.write('GET / HTTP/1.0\\r\\n\\r\\n');
      return [socket.authorized, socket.remoteAddress, socket instanceof net.Socket, (await text(socket)).includes('secure')];
    }
    case 'tls over a socket': {
      const below = net.connect(port, host);
      await once(below, 'connect');
      const socket = tls.connect({ socket: below, ca, servername: host });
      await once(socket, 'secureConnect');
      socket.write('GET / HTTP/1.0\\r\\n\\r\\n');
      return (await text(socket)).includes('secure');
    }
    case 'echo': {
      const socket = net.connect({ host, port });
      const sent = Buffer.alloc(size, 'abc');
      socket.end(sent);
      const back = await buffer(socket);
      return [back.equals(sent), socket.bytesRead, socket.bytesWritten];
    }
    case 'slow reader': {
      const socket = new net.Socket().connect(port, host);
      await once(socket, 'connect');
      await new Promise((resolve) => setTimeout(resolve, 100));
      return (await buffer(socket)).length;
    }
    case 'connect': {
      const socket = args.path === undefined ? net.connect({ host, port }) : net.connect(args.path);
      await once(socket, 'connect');
      (globalThis.kept ??= []).push(socket);
      return [socket.remoteAddress, socket.remoteFamily, socket.readyState];
    }
    case 'closed by the other side': {
      const socket = net.connect({ host, port });
      await once(socket, 'close');
      return socket.destroyed;
    }
    case 'idle': {
      const socket = net.connect({ host, port, timeout: 20 });
      await once(socket, 'timeout');
      socket.destroy();
      return 'idle';
    }
    case 'look up, then dial': {
      const { address } = await dns.promises.lookup(host);
      const socket = net.connect({ host: address, port });
      await once(socket, 'connect');
      socket.destroy();
      return address;
    }
    case 'look up': return dns.promises.lookup(host);
    case 'look up, called back': return new Promise((resolve, reject) => dns.lookup(host, { all: true }, (error, all) => (error ? reject(error) : resolve(all))));
    case 'resolve': return dns.promises.resolve4(host);
    case 'garbage': {
      (await import('node:fs')).writeSync(4, Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]));
      return new Promise(() => undefined);
    }
  }
`;

describe('the network of a plugin', function () {
  this.timeout(60_000);
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let rules: NetworkRules = { dns: false, asked: [], agreed: [] };
  let ownPorts: readonly number[] = [];
  let dataDir = '/srv/postroom';
  let lookups: string[] = [];
  let lookup: NonNullable<DiallerOptions['lookup']> = async () => [];
  let plugin: OnePlugin;
  let certificate: { readonly cert: string; readonly key: string };
  const ports: Record<string, number> = {};
  const unix = path.join(tmpdir(), `postroom-dialler-${process.pid}.sock`);

  async function listen(name: string, server: Server, at: number | string = 0): Promise<void> {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    await once(typeof at === 'string' ? server.listen(at) : server.listen(at, '127.0.0.1'), 'listening');
    if (typeof at === 'number') ports[name] = (server.address() as AddressInfo).port;
  }

  /** Named in the manifest, and agreed to unless said otherwise. */
  function allow(asked: readonly string[], agreed: readonly string[] = asked, dns = false): void {
    const read = (texts: readonly string[]): readonly Target[] => texts.flatMap((text) => parseTarget(text) ?? []);
    rules = { dns, asked: read(asked), agreed: read(agreed) };
  }

  before(async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    certificate = { cert: made.cert, key: made.private };
    const web = createWebServer((request, response) => void buffer(request).then((body) => response.end(`${request.url} ${body.length}`)));
    await listen('web', web);
    await listen(
      'secure',
      createSecureWebServer(certificate, (_request, response) => response.end('secure')),
    );
    await listen(
      'http2',
      createSecureServer(certificate, (_request, response) => response.end('secure')),
    );
    await listen(
      'echo',
      createServer((socket) => socket.pipe(socket)),
    );
    await listen(
      'flood',
      createServer((socket) => socket.end(Buffer.alloc(5_000_000))),
    );
    await listen('silent', createServer());
    await listen(
      'hangs up',
      createServer((socket) => socket.destroy()),
    );
    await listen('unix', createServer(), unix);
    plugin = await OnePlugin.start(CLIENTS, {
      network: {
        rules: () => rules,
        own: () => ({ addresses: new Set(), ports: new Set(ownPorts), dataDir }),
        lookup: (name) => {
          lookups.push(name);
          return lookup(name);
        },
      },
    });
  });
  after(async () => {
    await plugin.end();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await rm(unix, { force: true });
  });
  beforeEach(() => {
    lookups = [];
    ownPorts = [];
    dataDir = '/srv/postroom';
    lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    allow(Object.values(ports).flatMap((port) => [`127.0.0.1:${port}`, `localhost:${port}`]));
  });

  for (const [client, to, args, answer] of [
    ['fetch', 'web', { size: 3_000_000 }, '/ 3000000'],
    ['http', 'web', {}, ['/1 0', '/2 0']],
    ['https', 'secure', { host: 'localhost' }, 'secure'],
    ['http2', 'http2', { host: 'localhost' }, 'secure'],
    ['tls', 'secure', { host: 'localhost' }, [true, '127.0.0.1', true, true]],
    ['tls over a socket', 'secure', { host: 'localhost' }, true],
    ['echo', 'echo', { size: 3_000_000 }, [true, 3_000_000, 3_000_000]],
    ['slow reader', 'flood', {}, 5_000_000],
    ['connect', 'silent', {}, ['127.0.0.1', 'IPv4', 'open']],
    ['closed by the other side', 'hangs up', {}, true],
    ['idle', 'silent', {}, 'idle'],
    ['look up', 'web', { host: 'localhost' }, { address: '127.0.0.1', family: 4 }],
    ['look up, called back', 'web', { host: 'localhost' }, [{ address: '127.0.0.1', family: 4 }]],
    ['look up, then dial', 'web', { host: 'localhost' }, '127.0.0.1'],
  ] as const) {
    it(`is there for what may be reached: ${client}`, async () => {
      expect(await plugin.run({ client, port: ports[to], ca: certificate.cert, ...args })).to.deep.equal({ answer });
    });
  }

  it('ends TLS in the plugin: a certificate that it does not trust is refused there', async () => {
    const { code } = await plugin.run({ client: 'https without trust', host: 'localhost', port: ports['secure'] });
    expect(code).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('reaches a Unix socket that is named and agreed to', async () => {
    allow([`unix:${unix}`]);
    expect((await plugin.run({ client: 'connect', path: unix })).answer).to.be.an('array');
    allow([`unix:${unix}`], []);
    expect(await plugin.run({ client: 'connect', path: unix })).to.include({ code: 'EACCES' });
  });

  it('says that nobody listens as Node says it', async () => {
    const { port, release } = await closedPort();
    allow([`127.0.0.1:${port}`]);
    expect(await plugin.run({ client: 'connect', port })).to.include({ code: 'ECONNREFUSED' });
    release();
  });

  it('is refused to what the manifest does not name, without a question to the name service', async () => {
    allow(['other.example:443']);
    const { code, failed } = await plugin.run({ client: 'connect', host: 'localhost', port: ports['web'] });
    expect(code).to.equal('EACCES');
    expect(failed).to.match(/test\.one may not connect to localhost:\d+: its manifest does not name it in capabilities\.network/);
    expect(lookups).to.deep.equal([]);
  });

  it('is refused to this machine before the administrator agrees, also where the name led elsewhere a moment ago', async () => {
    allow([`api.example.com:${ports['web']}`], []);
    const { code, failed } = await plugin.run({ client: 'connect', host: 'api.example.com', port: ports['web'] });
    expect(code).to.equal('EACCES');
    expect(failed).to.include(`postroom plugins allow test.one api.example.com:${ports['web']}`);
    expect(lookups).to.deep.equal(['api.example.com']);
  });

  it('dials exactly the addresses that it judged: the name is looked up once', async () => {
    const answers = [[{ address: '127.0.0.1', family: 4 }], [{ address: '10.255.255.1', family: 4 }]];
    lookup = async () => answers.shift() ?? [];
    allow([`scan.example:${ports['silent']}`]);
    expect((await plugin.run({ client: 'connect', host: 'scan.example', port: ports['silent'] })).answer).to.deep.equal([
      '127.0.0.1',
      'IPv4',
      'open',
    ]);
    expect(lookups).to.deep.equal(['scan.example']);
  });

  it('leaves out addresses of a name that may not be reached', async () => {
    lookup = async () => [
      { address: '169.254.169.254', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    allow([`scan.example:${ports['silent']}`]);
    expect((await plugin.run({ client: 'connect', host: 'scan.example', port: ports['silent'] })).answer).to.deep.equal([
      '127.0.0.1',
      'IPv4',
      'open',
    ]);
  });

  it("is refused to Postroom's own ports, whatever was agreed to", async () => {
    ownPorts = [ports['web'] ?? 0];
    const { code, failed } = await plugin.run({ client: 'connect', port: ports['web'] });
    expect([code, failed]).to.deep.equal(['EACCES', `test.one may not connect to 127.0.0.1:${ports['web']}, which is Postroom itself.`]);
  });

  it("is refused to Postroom's own sockets, whichever way their folder is called", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-data-'));
    const [real, link] = [path.join(folder, 'real'), path.join(folder, 'link')];
    await mkdir(real);
    await symlink(real, link);
    dataDir = link;
    await listen('own socket', createServer(), path.join(real, 'socket'));
    for (const place of [path.join(real, 'socket'), path.join(link, 'socket')]) {
      allow([`unix:${place}`]);
      const { failed } = await plugin.run({ client: 'connect', path: place });
      expect(failed).to.match(/which is Postroom itself/);
    }
    await rm(folder, { recursive: true });
  });

  it('asks the name service about anything only with "dns" in the manifest', async () => {
    expect(await plugin.run({ client: 'look up', host: 'secret.evil.example' })).to.include({ code: 'EACCES' });
    expect((await plugin.run({ client: 'resolve', host: 'localhost' })).failed).to.match(
      /its manifest has no "dns" in capabilities\.network/,
    );
    expect(lookups).to.deep.equal([]);
    allow([], [], true);
    expect((await plugin.run({ client: 'look up', host: 'any.example' })).answer).to.deep.equal({ address: '127.0.0.1', family: 4 });
  });

  it('asks the name service one question at a time, which leaves room for those of the server', async () => {
    let [open, most] = [0, 0];
    lookup = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    allow(Array.from({ length: 10 }, (_none, index) => `slow-${index}.example:${ports['silent']}`));
    const results = await Promise.all(
      ['look up', 'connect'].flatMap((client) =>
        Array.from({ length: 10 }, (_none, index) => plugin.run({ client, host: `slow-${index}.example`, port: ports['silent'] })),
      ),
    );
    expect(results.filter(({ answer }) => answer === undefined)).to.deep.equal([]);
    expect(most).to.equal(1);
  });

  it('holds 64 connections at a time, and closes them with the process', async () => {
    const crowd = await OnePlugin.start(CLIENTS, {
      network: { rules: () => rules, own: () => ({ addresses: new Set(), ports: new Set(), dataDir: '/' }) },
    });
    const gone: Promise<unknown>[] = [];
    let counter = createServer();
    const all = new Promise<void>((resolve) => {
      counter = createServer((socket) => {
        socket.resume();
        if (gone.push(once(socket, 'close')) === 64) resolve();
      });
    });
    await listen('counter', counter);
    allow([`127.0.0.1:${ports['counter']}`]);
    const results = await Promise.all(Array.from({ length: 66 }, () => crowd.run({ client: 'connect', port: ports['counter'] })));
    expect(results.filter(({ code }) => code === 'EMFILE')).to.have.lengthOf(2);
    await all;
    await crowd.end();
    await Promise.all(gone);
  });

  it('is the end of a process that speaks nonsense to it', async () => {
    const villain = await OnePlugin.start(CLIENTS);
    void villain.run({ client: 'garbage' }).catch(() => undefined);
    expect((await villain.process.ended).reason).to.match(/^was killed: it sent a frame of \d+ \+ 0 octets; at most/);
    await villain.end();
  });
});
