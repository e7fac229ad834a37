// The device behind a real cable: found by the system's ping, by TCP and in the neighbour table, in network namespaces that the test makes.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DEVICE } from './cable.js';
import type { Order, Seen } from './namespaceOffice.js';

const PROGRAM = fileURLToPath(new URL('./namespaceOffice.js', import.meta.url));
const OTHER_MAC = '00:80:c8:65:43:21';
const MINUTE = 60_000;
const WORKS = { seen: true, granted: true, reason: '', ports: 2 };

/** Why this machine can't run these tests; `undefined` where it can. */
function obstacle(): string | undefined {
  for (const program of ['ip', 'nsenter']) {
    if (spawnSync(program, ['-V']).error !== undefined) return `the program ${program} is not installed`;
  }
  const { status, stderr, error } = spawnSync('unshare', ['--net', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : `no network namespace can be made here, root may: ${error?.message ?? stderr.trim()}`;
}

describe('the network device on a network of its own', function () {
  this.timeout(120_000);
  const leaks = leakCheck();
  let office: ChildProcess;

  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    await leaks.begin();
    office = fork(PROGRAM, { execPath: 'unshare', execArgv: ['--net', process.execPath] });
    const died = once(office, 'exit').then(() => Promise.reject(new Error('The office in the namespace ended before it was ready.')));
    expect(await Promise.race([once(office, 'message'), died])).to.deep.include({ answer: 'ready' });
  });
  after(async () => {
    if (office === undefined) return;
    const ended = once(office, 'exit');
    office.disconnect();
    await ended;
    expect(await leaks.end()).to.deep.equal([]);
  });

  async function ask<T>(order: Order): Promise<T> {
    const answered = once(office, 'message');
    office.send(order);
    const [word] = (await answered) as [{ readonly answer?: T; readonly problem?: string }];
    if (word.problem !== undefined) throw new Error(word.problem);
    return word.answer as T;
  }
  const look = (): Promise<Seen> => ask({ order: 'look' });
  const device = (settings: { address?: string; port?: number; mac?: string }): Promise<void> =>
    ask({ order: 'set', settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`licensing.device.${key}`, value])) });

  it('has a cable to the device, and no way out', async () => {
    expect(await ask({ order: 'interfaces' })).to.deep.equal(['lo', 'office']);
  });

  it('is not seen by TCP while it is off, and seen as soon as it is on', async () => {
    await device({ address: DEVICE.address, port: DEVICE.port });
    const before = await look();
    expect(before).to.include({ seen: false, granted: false, ports: 0 });
    expect(before.reason).to.match(
      /192\.0\.2\.77 \(TCP port 8080\) (did not answer within 2 seconds|could not be reached \(EHOSTUNREACH\))/,
    );
    await ask({ order: 'plug' });
    expect(await look()).to.deep.equal(WORKS);
  });

  it('is seen with the hardware address that the neighbour table has', async () => {
    await device({ mac: DEVICE.mac });
    expect(await look()).to.deep.equal(WORKS);
  });

  it('is refused with another hardware address, at once', async () => {
    await device({ mac: OTHER_MAC });
    const other = await look();
    expect(other).to.include({ seen: false, granted: false, ports: 0 });
    expect(other.reason).to.include(`answered with the hardware address ${DEVICE.mac}, where licensing.device.mac is ${OTHER_MAC}`);
    await device({ mac: DEVICE.mac });
    expect(await look()).to.deep.equal(WORKS);
  });

  it("is seen by the system's ping", async function () {
    if (spawnSync('ping', ['-V']).error !== undefined) {
      console.log('    skipped: the program ping is not installed');
      this.skip();
    }
    await device({ port: 0 });
    expect(await look()).to.deep.equal(WORKS);
  });

  it('is not seen at a port where nothing listens', async () => {
    await device({ port: DEVICE.port + 1 });
    expect((await look()).reason).to.include('192.0.2.77 (TCP port 8081) could not be reached (ECONNREFUSED)');
    await device({ port: DEVICE.port });
    expect(await look()).to.deep.equal(WORKS);
  });

  it('may be gone for the grace, then the service stops; it goes on when the device is back', async () => {
    await ask({ order: 'unplug' });
    await ask({ order: 'advance', ms: MINUTE });
    expect(await look()).to.deep.equal({ ...WORKS, seen: false });
    await ask({ order: 'advance', ms: 9 * MINUTE });
    const gone = await look();
    expect(gone).to.include({ seen: false, granted: false, ports: 0 });
    expect(gone.reason).to.match(/needs to see the network device .* and does not: 192\.0\.2\.77 .* It was last seen 10 minutes ago\.$/);
    await ask({ order: 'plug' });
    await ask({ order: 'advance', ms: MINUTE });
    expect(await look()).to.deep.equal(WORKS);
  });
});
