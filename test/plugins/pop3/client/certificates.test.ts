import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import type { ProbeResult } from '#plugins/pop3/dist/client/probeLogin.js';

const CLIENT = fileURLToPath(new URL('../support/trustingClient.js', import.meta.url));
const YEAR_MS = 365 * 86_400_000;

interface Case {
  readonly shows: string;
  readonly host: 'localhost' | '127.0.0.1';
  readonly commonName: string;
  readonly names?: readonly ({ type: 2; value: string } | { type: 7; ip: string })[];
  /** Milliseconds from now at which its time begins. */
  readonly from?: number;
  /** What the client says; `undefined`: it logs in. */
  readonly refuses?: RegExp;
}

/** Each certificate is trusted by the client's machine: what is wrong with it is its name or its time. */
const CASES: readonly Case[] = [
  { shows: 'its name', host: 'localhost', commonName: 'any', names: [{ type: 2, value: 'localhost' }] },
  { shows: 'its address', host: '127.0.0.1', commonName: 'any', names: [{ type: 7, ip: '127.0.0.1' }] },
  {
    shows: 'another name',
    host: 'localhost',
    commonName: 'localhost',
    names: [{ type: 2, value: 'pop.other.example' }],
    refuses: /ALTNAME/,
  },
  { shows: 'its name in the common name only', host: 'localhost', commonName: 'localhost', refuses: /names no host|ALTNAME/ },
  { shows: 'its address in the common name only', host: '127.0.0.1', commonName: '127.0.0.1', refuses: /names no host|ALTNAME/ },
  { shows: 'its address as a name', host: '127.0.0.1', commonName: 'any', names: [{ type: 2, value: '127.0.0.1' }], refuses: /ALTNAME/ },
  {
    shows: 'a time that is over',
    host: 'localhost',
    commonName: 'any',
    names: [{ type: 2, value: 'localhost' }],
    from: -2 * YEAR_MS,
    refuses: /EXPIRED/,
  },
  {
    shows: 'a time that is to come',
    host: 'localhost',
    commonName: 'any',
    names: [{ type: 2, value: 'localhost' }],
    from: YEAR_MS,
    refuses: /NOT_YET_VALID/,
  },
];

describe('POP3 client and what a trusted certificate says', function () {
  this.timeout(60_000);
  const servers: Server[] = [];
  /** What a server heard: the name that the client asked for (SNI), and its commands. */
  const heard = new Map<Case, { name: string | false | null | undefined; commands: string }>();
  const results = new Map<Case, ProbeResult>();

  async function serve(each: Case): Promise<{ readonly cert: string; readonly port: number }> {
    const begin = Date.now() + (each.from ?? -86_400_000);
    // Different subjects: a client looks for a trusted certificate by its subject.
    const subject = [
      { name: 'commonName', value: each.commonName },
      { name: 'organizationName', value: each.shows },
    ];
    const pem = await generate(subject, {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date(begin),
      notAfterDate: new Date(begin + YEAR_MS),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        ...(each.names === undefined ? [] : [{ name: 'subjectAltName' as const, altNames: [...each.names] }]),
      ],
    });
    const server = createServer({ key: pem.private, cert: pem.cert }, (socket: TLSSocket) => {
      const session = { name: socket.servername, commands: '' };
      heard.set(each, session);
      socket.on('error', () => undefined);
      socket.on('data', (octets) => {
        session.commands += octets.toString();
        socket.write(/^(?:CAPA|UIDL)/.test(octets.toString()) ? '+OK\r\n.\r\n' : '+OK 0 0\r\n');
      });
      socket.write('+OK ready\r\n');
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return { cert: pem.cert, port: (server.address() as AddressInfo).port };
  }

  before(async () => {
    const served = await Promise.all(CASES.map(serve));
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-trust-'));
    const trusted = path.join(folder, 'trusted.pem');
    await writeFile(trusted, served.map(({ cert }) => cert).join('\n'));
    const places = CASES.flatMap(({ host }, index) => [host, String(served[index]?.port)]);
    const { stdout } = await promisify(execFile)(process.execPath, [CLIENT, ...places], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
    });
    (JSON.parse(stdout) as ProbeResult[]).forEach((result, index) => {
      const each = CASES[index];
      if (each !== undefined) results.set(each, result);
    });
    await rm(folder, { recursive: true });
  });
  after(() => {
    for (const server of servers) server.close();
  });

  for (const each of CASES) {
    it(`C08 ${each.refuses === undefined ? 'logs in at' : 'sends no password to'} ${each.host} that shows ${each.shows}`, () => {
      const result = results.get(each);
      expect(result?.ok, JSON.stringify(result)).to.equal(each.refuses === undefined);
      if (each.refuses === undefined) return;
      expect(result?.problem?.code).to.equal('isp/tls');
      expect(result?.problem?.message).to.match(each.refuses);
      expect(heard.get(each)?.commands ?? '').to.equal('');
    });
  }

  it('C08 tells the server by which name it was reached, and never an address', () => {
    const named = CASES.filter(({ refuses }) => refuses === undefined).map((each) => heard.get(each)?.name);
    expect(named).to.have.length(2);
    expect(named[0]).to.equal('localhost');
    expect(named[1] || undefined).to.equal(undefined);
  });
});
