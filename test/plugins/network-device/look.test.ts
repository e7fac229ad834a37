import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { look } from '#plugins/network-device/dist/look.js';
import { pingAnswered, pingCommand } from '#plugins/network-device/dist/ping.js';
import { type Run, runProgram } from '#plugins/network-device/dist/run.js';

/** The system's programs as a test wants them; notes what was run. */
function programs(outputs: Readonly<Record<string, { readonly exitCode: number; readonly output: string }>>): {
  readonly run: Run;
  readonly ran: string[];
} {
  const ran: string[] = [];
  const run: Run = (program, args) => {
    ran.push([program, ...args].join(' '));
    return Promise.resolve(outputs[program] ?? 'missing');
  };
  return { run, ran };
}

const NEIGHBOUR = { exitCode: 0, output: '127.0.0.1 dev lo lladdr 00:80:c8:12:34:56 REACHABLE\n' };

describe('a look at the device by ping', () => {
  const device = { address: '127.0.0.1', port: 0, mac: '' };

  it('sees it where ping ends with 0, and asks nobody else', async () => {
    const { run, ran } = programs({ ping: { exitCode: 0, output: '1 received' } });
    expect(await look(device, run, 'linux')).to.deep.equal({ seen: true });
    expect(ran).to.deep.equal(['ping -n -c 1 -W 2 127.0.0.1']);
  });

  it('does not see it where ping ends with 1', async () => {
    const { run } = programs({ ping: { exitCode: 1, output: '0 received' } });
    expect(await look(device, run, 'linux')).to.deep.equal({ seen: false, why: 'did not answer ping within 2 seconds' });
  });

  it('says what to do where there is no ping program', async () => {
    const sight = await look(device, programs({}).run, 'linux');
    expect(sight).to.include({ seen: false });
    expect(sight).to.have.property('why').that.contains("no program 'ping'").and.contains('licensing.device.port');
  });

  it('uses the flags of each platform', () => {
    expect(pingCommand('win32', '192.0.2.1').args).to.deep.equal(['-n', '1', '-w', '2000', '192.0.2.1']);
    expect(pingCommand('darwin', '192.0.2.1').args).to.deep.equal(['-n', '-c', '1', '-W', '2000', '192.0.2.1']);
    expect(pingCommand('darwin', '2001:db8::1').program).to.equal('ping6');
    expect(pingCommand('linux', '192.0.2.1').args).to.deep.equal(['-n', '-c', '1', '-W', '2', '192.0.2.1']);
  });

  it("does not take a router's answer on Windows for the device's", () => {
    const unreachable = 'Reply from 192.0.2.50: Destination host unreachable.';
    const reply = 'Antwort von 192.0.2.1: Bytes=32 Zeit<1ms TTL=64';
    expect([pingAnswered('win32', '192.0.2.1', 0, unreachable), pingAnswered('win32', '192.0.2.1', 0, reply)]).to.deep.equal([false, true]);
    expect(pingAnswered('linux', '192.0.2.1', 0, '')).to.equal(true);
  });
});

describe('a look at the device by TCP', () => {
  const leaks = leakCheck();
  let isp: PracticeIsp;

  before(() => leaks.begin());
  beforeEach(async () => {
    isp = await PracticeIsp.start();
  });
  afterEach(() => isp.stop());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('sees the device while its port answers', async () => {
    const device = { address: '127.0.0.1', port: isp.device.port, mac: '' };
    expect(await look(device)).to.deep.equal({ seen: true });
    await isp.device.switchOff();
    expect(await look(device)).to.deep.equal({ seen: false, why: 'could not be reached (ECONNREFUSED)' });
  });

  it('sees it by name', async () => {
    expect(await look({ address: 'localhost', port: isp.device.port, mac: '' })).to.deep.equal({ seen: true });
  });

  it('compares the hardware address where one is set', async () => {
    const device = { address: '127.0.0.1', port: isp.device.port, mac: '00:80:c8:12:34:56' };
    expect(await look(device, programs({ ip: NEIGHBOUR }).run, 'linux')).to.deep.equal({ seen: true });
    expect(await look(device, programs({ arp: NEIGHBOUR }).run, 'linux')).to.deep.equal({ seen: true });
    const other = await look({ ...device, mac: '00:00:00:00:00:01' }, programs({ ip: NEIGHBOUR }).run, 'linux');
    expect(other).to.have.property('why').that.contains('00:80:c8:12:34:56').and.contains('licensing.device.mac');
    const none = await look(device, programs({ ip: { exitCode: 0, output: '' } }).run, 'linux');
    expect(none).to.have.property('why').that.contains('not in the neighbour table');
  });
});

describe('a program of the system', () => {
  it('answers its exit code and output', async () => {
    expect(await runProgram(process.execPath, ['-e', 'process.stdout.write("seen"); process.exitCode = 3'])).to.deep.equal({
      exitCode: 3,
      output: 'seen',
    });
  });

  it('gets its arguments as they are: there is no shell', async () => {
    const result = await runProgram(process.execPath, ['-p', 'process.argv[1]', '127.0.0.1; echo more']);
    expect(result).to.deep.equal({ exitCode: 0, output: '127.0.0.1; echo more\n' });
  });

  it('may be missing', async () => {
    expect(await runProgram('no-such-program-here', [])).to.equal('missing');
  });

  it('is missing too where the system only says that it may not be run', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-path-'));
    await writeFile(path.join(folder, 'ping-for-others'), '', { mode: 0o644 });
    const { PATH = '' } = process.env;
    process.env['PATH'] = `${folder}${path.delimiter}${PATH}`;
    try {
      expect(await runProgram('ping-for-others', [])).to.equal('missing');
    } finally {
      process.env['PATH'] = PATH;
      await rm(folder, { recursive: true });
    }
  });
});
