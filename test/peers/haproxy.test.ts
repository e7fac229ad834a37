// Two servers on one PostgreSQL behind HAProxy, with the file of docs/scaling.md, which names its clients by the PROXY protocol: version 1 to one of them, 2 to the other.
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { doorThreads } from '../kit/doorThreads.js';
import { Office } from '../kit/office.js';
import type { ClusterDatabase } from '../kit/postgres/database.js';
import { testCluster } from '../kit/postgres/testCluster.js';
import { eventually } from './eventually.js';
import { type Backend, freeServicePorts, Haproxy, type ServicePorts } from './haproxy.js';
import { program, succeed } from './program.js';
import { PASSWORD } from './settings.js';
import { makeWorkFolder, obstacle, type WorkFolder } from './workFolder.js';

const COMPANY = 'mail@company.example';
const SCANNER = '127.0.0.2';
const STRANGER = '127.0.0.3';
const BALANCER = '127.0.0.1';

function listen(ports: ServicePorts): object {
  const port = (number: number, security: string): object => ({ host: BALANCER, port: number, security, proxies: [BALANCER] });
  return {
    'pop3.listen': [port(ports.pop3, 'starttls'), port(ports.pop3s, 'tls')],
    'smtp.listen': [port(ports.smtp, 'starttls'), port(ports.smtps, 'tls')],
    'admin-ui.listen': [port(ports.https, 'tls')],
    ...doorThreads(),
  };
}

describe('two servers behind HAProxy', function () {
  this.timeout(180_000);
  let work: WorkFolder;
  let database: ClusterDatabase;
  let device: Server;
  let haproxy: Haproxy;
  let a: Office;
  let b: Office;

  before(async function () {
    if (obstacle() !== undefined) this.skip();
    database = await (await testCluster(this)).database();
    work = await makeWorkFolder();
    device = createServer((socket) => socket.destroy()).listen(0, BALANCER);
    await once(device, 'listening');
    const backends: readonly Backend[] = [
      { name: 'front-1', ports: await freeServicePorts(), header: 'send-proxy' },
      { name: 'front-2', ports: await freeServicePorts(), header: 'send-proxy-v2 proxy-v2-options crc32c' },
    ];
    const isp = {
      'pop3.host': BALANCER,
      'pop3.port': 9,
      'pop3.security': 'plain',
      'smtp.host': BALANCER,
      'smtp.port': 9,
      'smtp.security': 'plain',
    };
    const settings = {
      'plugins.enabled': ['postroom.licensing-pro'],
      'server.name': 'post.office.example',
      'licensing.device.address': BALANCER,
      'licensing.device.port': (device.address() as AddressInfo).port,
      'timer.everyMinutes': 0,
      'timer.outboxCount': 0,
      'smtp.trustedNetworks': [SCANNER],
      accounts: { company: { kind: 'regular', address: COMPANY, ...isp, users: { andrew: {} } } },
      nodes: Object.fromEntries(backends.map(({ name, ports }) => [name, listen(ports)])),
    };
    const office = async (node: string): Promise<Office> => {
      const folder = path.join(work.path, node);
      await mkdir(folder);
      await writeFile(path.join(folder, 'boot.json'), JSON.stringify({ store: database.url(), node }));
      return Office.make(folder, settings);
    };
    a = await office('front-1');
    await a.start();
    b = await office('front-2');
    await copyFile(path.join(a.dataDir, 'secret.key'), path.join(b.dataDir, 'secret.key'));
    await b.start();
    await a.command(['users', 'set-password', 'company', 'andrew'], `${PASSWORD}\n`);
    haproxy = await Haproxy.start(work, backends);
    // A mailbox has one session at a time.
    for (const turn of ['one', 'the other']) await eventually(`HAProxy reaches ${turn}`, () => read('starttls').catch(() => undefined));
  });

  after(async () => {
    await haproxy?.stop();
    await a?.stop();
    await b?.stop();
    device?.close();
    await work?.remove();
    await database?.drop();
  });

  const swaks = (from: string, tls: 'starttls' | 'tls', subject: string): ReturnType<typeof program> => {
    const [port, flag] = tls === 'tls' ? ([haproxy.ports.smtps, '--tlsc'] as const) : ([haproxy.ports.smtp, '--tls'] as const);
    const way = ['--local-interface', from, '--server', BALANCER, '--port', String(port), flag, '--helo', 'scanner.office.example'];
    return program('swaks', [
      ...way,
      '--from',
      COMPANY,
      '--to',
      'andrew@localhost',
      '--header',
      `Subject: ${subject}`,
      '--header',
      `To: Andrew <${COMPANY}>`,
    ]);
  };
  const read = async (tls: 'starttls' | 'tls'): Promise<readonly string[]> => {
    const base = tls === 'tls' ? `pop3s://${BALANCER}:${haproxy.ports.pop3s}` : `pop3://${BALANCER}:${haproxy.ports.pop3}`;
    const common = ['-sS', '-k', '--interface', SCANNER, '--user', `andrew:${PASSWORD}`, ...(tls === 'tls' ? [] : ['--ssl-reqd'])];
    const list = (await succeed('curl', [...common, `${base}/`])).toString();
    const numbers = [...list.matchAll(/^(\d+) \d+/gm)].map(([, number]) => number);
    const letters: string[] = [];
    for (const number of numbers) letters.push((await succeed('curl', [...common, `${base}/${number}`])).toString('latin1'));
    return letters;
  };

  it("write the client's own address into Received, whichever of them takes the letter", async () => {
    for (const tls of ['starttls', 'tls'] as const) {
      for (const turn of [1, 2, 3, 4]) {
        const sent = await swaks(SCANNER, tls, `${tls} ${turn}`);
        expect(sent.code, sent.out.toString()).to.equal(0);
      }
    }
    const letters = await read('tls');
    expect(letters).to.have.length(8);
    for (const letter of letters) expect(letter).to.match(/^Received: from scanner\.office\.example \(\[127\.0\.0\.2\]\)/m);
    for (const letter of await read('starttls')) expect(letters).to.include(letter);
  });

  it('refuse a client whose own address is not trusted, and name that address in answer and log', async () => {
    for (const turn of [1, 2]) {
      const refused = await swaks(STRANGER, 'starttls', `refused ${turn}`);
      expect(refused.code).to.not.equal(0);
      expect(refused.out.toString()).to.include(`adds its address, ${STRANGER}, to the setting smtp.trustedNetworks`);
    }
    for (const office of [a, b])
      await eventually('its log has the address', async () => office.log.includes(`Mail from ${STRANGER} was refused`) || undefined);
  });

  it('serve the manager', async () => {
    for (const turn of [1, 2]) {
      const page = await succeed('curl', ['-sS', '-k', '--interface', SCANNER, `https://${BALANCER}:${haproxy.ports.https}/`]);
      expect(page.toString(), String(turn)).to.include('<html');
    }
  });

  it("have no line of HAProxy's health checks in their logs", () => {
    for (const office of [a, b]) expect(office.log).to.not.match(/PROXY|proxies|"peer":"127\.0\.0\.1"/);
  });

  it('go on as one where the other is killed', async () => {
    a.signal('SIGKILL');
    await a.ended();
    const sent = await eventually('a letter is taken again', async () => {
      const { code } = await swaks(SCANNER, 'starttls', 'after the end');
      return code === 0 ? true : undefined;
    });
    expect(sent).to.equal(true);
    const letters = await eventually('the mailbox is read again', () => read('tls').catch(() => undefined));
    expect(letters.filter((letter) => letter.includes('Subject: after the end'))).to.have.length(1);
    expect(letters).to.have.length(9);
  });
});
