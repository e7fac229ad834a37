// Which fence of the system a plugin runs behind: one that works and closes what it says, as a try shows.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { PRODUCT_FOLDER } from '#core/base/places.js';
import { bubblewrapCommand } from '#plugins/platform/isolation/dist/fence/bubblewrap.js';
import { type Closed, NO_FENCE } from '#plugins/platform/isolation/dist/fence/fence.js';
import { strictRefusal } from '#plugins/platform/isolation/dist/fence/fenceWords.js';
import { findFence } from '#plugins/platform/isolation/dist/fence/findFence.js';
import { limited } from '#plugins/platform/isolation/dist/fence/limits.js';
import { ProcessTree } from '#plugins/platform/isolation/dist/process/processTree.js';
import { OnePlugin } from '../onePlugin.js';
import { FIXTURES } from '../villains.js';

const run = promisify(execFile);
const ALL: Closed = { files: true, network: true, processes: true };

describe('the fence of the system around plugins', function () {
  this.timeout(60_000);
  let folder: string;
  const { PATH } = process.env;
  before(async function () {
    if (process.platform !== 'linux') this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-fences-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  /** A program of that name that is found first; `without`: and nothing else is found. */
  async function fake(name: string, script: string, without = false): Promise<void> {
    const bin = path.join(folder, `bin-${name}`);
    await mkdir(bin, { recursive: true });
    await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(bin, name), 0o755);
    process.env['PATH'] = without ? bin : `${bin}${path.delimiter}${PATH}`;
  }

  for (const [kind, closed] of [
    ['bubblewrap', ALL],
    ['namespaces', { files: false, network: true, processes: true }],
  ] as const) {
    it(`closes what was tried: ${kind}`, async function () {
      const { fence } = await findFence([kind]);
      if (fence.kind !== kind) return this.skip();
      expect(fence.closed).to.deep.equal(closed);
    });
  }

  it('is passed over where it does not work here, and says why', async () => {
    await fake('bwrap', 'echo "bwrap: No permissions to create new namespace" >&2; exit 1');
    const { fence, missing } = await findFence();
    expect(fence.kind).to.not.equal('bubblewrap');
    expect(missing.get('bubblewrap')).to.equal('does not work here (bwrap: No permissions to create new namespace)');
  });

  it('is not believed: one that closes nothing is none', async () => {
    await fake('bwrap', 'while [ "$1" != "--" ]; do shift; done; shift; exec "$@"', true);
    const { fence, missing } = await findFence();
    expect(fence).to.equal(NO_FENCE);
    expect(missing.get('bubblewrap')).to.equal('does not close the network');
  });

  it('is none where nothing is installed', async () => {
    process.env['PATH'] = path.join(folder, 'nowhere');
    const { fence, missing } = await findFence();
    expect(fence).to.equal(NO_FENCE);
    expect([...missing]).to.deep.equal([
      ['bubblewrap', 'is not installed'],
      ['namespaces', 'is not installed'],
    ]);
  });

  it('is enough for "strict" only where it closes files, network and processes', () => {
    const search = (closed: Closed): string | undefined =>
      strictRefusal({ fence: { kind: 'namespaces', closed, wrap: NO_FENCE.wrap }, missing: new Map([['bubblewrap', 'is not installed']]) });
    expect(search(ALL)).to.equal(undefined);
    expect(search({ ...ALL, files: false })).to.equal(
      'plugins.isolation is "strict", and on this machine the system does not close files to plugins: bubblewrap is not installed. ' +
        'Install bubblewrap (Debian, Ubuntu: apt install bubblewrap), or set plugins.isolation to "auto".',
    );
    expect(search({ files: false, network: false, processes: false })).to.include('files and the network and processes');
  });

  it('binds one folder to be written to, and no more of this machine than a plugin needs', () => {
    const command = { program: '/usr/bin/node', args: ['runner.js'], readable: ['/opt/plugin'], writable: '/srv/storage/x' };
    const { program, args } = bubblewrapCommand(command, { bwrap: '/usr/bin/bwrap', plain: false });
    const text = args.join(' ');
    expect(program).to.equal('/usr/bin/bwrap');
    expect(text.match(/--bind \S+ \S+/g)).to.deep.equal(['--bind /srv/storage/x /srv/storage/x']);
    expect(text).to.match(
      /--ro-bind-try \/opt\/plugin \/opt\/plugin .*--remount-ro \/ --chdir \/srv\/storage\/x -- \/usr\/bin\/node runner\.js$/,
    );
    const places = args.filter((_, index) => args[index - 1]?.startsWith('--ro-bind') === true);
    const own = ['/', '/etc', '/home', '/root', '/var', '/run', '/tmp', '/etc/ssl', '/dev', '/usr', '/usr/bin'];
    expect(places.filter((place) => own.includes(place))).to.deep.equal([]);
  });

  it('keeps core dumps and files beyond a size away by the shell', async () => {
    const { program, args } = limited(
      { program: '/bin/sh', args: ['-c', 'ulimit -f; ulimit -c; echo "$0" "$1"', 'a b', "c'd"] },
      1_048_576,
    );
    const { stdout } = await run(program, [...args]);
    expect(stdout).to.match(/^(2048|1024)\n0\na b c'd\n$/);
  });

  it('ends with all that it holds', async function () {
    const { fence } = await findFence();
    if (fence.kind === 'none') return this.skip();
    const plugin = await OnePlugin.start('return process.pid;', { fence });
    const started = plugin.process.pid ?? 0;
    const node = await new ProcessTree(started).node();
    expect(node).to.not.equal(started);
    expect(await readFile(`/proc/${node}/comm`, 'utf8')).to.match(/node/);
    await plugin.end();
    // It is the kernel that ends it: a moment later at most.
    while ((await readFile(`/proc/${node}/stat`, 'utf8').catch(() => '')) !== '' && !(await isZombie(node)))
      await new Promise(setImmediate);
  });

  it('refuses to start a plugin where the administrator asks for one that is not there, and says so everywhere', async () => {
    const data = path.join(folder, 'data');
    await mkdir(path.join(data, 'plugins'), { recursive: true });
    await cp(path.join(FIXTURES, 'neighbour'), path.join(data, 'plugins', 'neighbour'), { recursive: true });
    let programs: string | undefined = path.join(folder, 'nowhere');
    const cli = async (...args: readonly string[]): Promise<string> => {
      const env = { ...process.env, PATH: programs };
      const { stdout } = await run(
        process.execPath,
        [path.join(PRODUCT_FOLDER, 'core/bin/postroom.mjs'), ...args, '--data', data, '--json'],
        { env },
      ).catch((error: { readonly stdout: string }) => error);
      return stdout;
    };
    const strict = JSON.stringify({ 'plugins.enabled': ['decent.neighbour'], 'plugins.isolation': 'strict' });
    await writeFile(path.join(data, 'settings.json'), strict);
    const [row] = (
      JSON.parse(await cli('plugins', 'list')) as readonly {
        readonly plugin: string;
        readonly state: string;
        readonly problems: readonly string[];
      }[]
    ).filter(({ plugin }) => plugin === 'decent.neighbour');
    expect(row?.state).to.equal('failed');
    expect(row?.problems.join()).to.match(/plugins\.isolation is "strict".*bubblewrap is not installed\. Install bubblewrap/);
    const findings = JSON.parse(await cli('doctor')) as readonly {
      readonly check: string;
      readonly state: string;
      readonly text: string;
    }[];
    expect(findings.find(({ check }) => check === 'plugin isolation')).to.include({ state: 'problem' });
    await writeFile(
      path.join(data, 'settings.json'),
      JSON.stringify({ 'plugins.enabled': ['decent.neighbour'], 'plugins.isolation': 'auto' }),
    );
    const finding = (JSON.parse(await cli('doctor')) as typeof findings).find(({ check }) => check === 'plugin isolation');
    expect(finding?.state).to.equal('warning');
    expect(finding?.text).to.match(/^Installed plugins run behind the allow-list .*: bubblewrap is not installed; .*Install bubblewrap/);
    const active = /"plugin": "decent\.neighbour",[^}]*"state": "active"/;
    expect(await cli('plugins', 'list')).to.match(active);
    if (!(await findFence()).fence.closed.files) return;
    programs = PATH;
    await writeFile(path.join(data, 'settings.json'), strict);
    expect(await cli('plugins', 'list')).to.match(active);
  });
});

async function isZombie(pid: number): Promise<boolean> {
  return / Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}
