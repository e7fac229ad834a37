// Every door out of a plugin's process, under every fence that this machine has: the allow-list holds alone, and the system's fence holds what it
// is for where the allow-list is not there at all.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type FenceKind, NO_FENCE, type PluginFence } from '#plugins/platform/isolation/dist/fence/fence.js';
import { findFence } from '#plugins/platform/isolation/dist/fence/findFence.js';
import { DoorWorld } from './doorWorld.js';
import { FIXTURES } from './villains.js';

type Closes = 'files' | 'network' | 'processes' | 'self';

const { DOORS } = (await import(pathToFileURL(path.join(FIXTURES, 'reaches-out', 'doors.js')).href)) as {
  readonly DOORS: Readonly<Record<string, { readonly closes: Closes }>>;
};

interface Mode {
  readonly title: string;
  readonly kind: FenceKind;
  /** With the allow-list. */
  readonly closed: boolean;
  readonly closes: readonly Closes[];
  /** Ports that it does not shut. */
  readonly without?: readonly string[];
}

/** A Unix socket is a file: no namespace of networks closes it. */
const UNIX_SOCKETS = ['net.connect to a Unix socket', 'a native socket: standard output', 'a native socket: handles of the process'];

const MODES: readonly Mode[] = [
  { title: 'by the allow-list alone', kind: 'none', closed: true, closes: ['files', 'network', 'processes', 'self'] },
  { title: 'by the allow-list within namespaces', kind: 'namespaces', closed: true, closes: ['files', 'network', 'processes', 'self'] },
  { title: 'by the allow-list within bubblewrap', kind: 'bubblewrap', closed: true, closes: ['files', 'network', 'processes', 'self'] },
  { title: 'by bubblewrap alone', kind: 'bubblewrap', closed: false, closes: ['files', 'network'] },
  { title: 'by namespaces alone', kind: 'namespaces', closed: false, closes: ['network'], without: UNIX_SOCKETS },
];

/** Open in a process that nothing but the system fences in, and harmless there. */
const WITHIN: readonly string[] = [
  // What it is told of the machine, not the machine.
  ...['dns.lookup', 'dns.lookupService', 'tls: a key from an engine', 'crypto: an engine'],
  // A port that nobody outside reaches.
  ...[
    'a port: net',
    'a port: http',
    'a port: https',
    'a port: tls',
    'a port: http2',
    'a port: by the native handle',
    'a port: the debugger',
  ],
  // Its own folders, its own files, hooks in its own modules.
  ...[
    'wasi: the whole disk',
    'process.chdir',
    'v8: coverage',
    'module: hooks',
    'module: synchronous hooks',
    'module: a cache of compiled code',
  ],
  // The name that its own program has.
  'fs: readlink',
  // A link that leads to what is not there.
  'fs: promises.symlink',
  // Sent to nobody.
  'dgram.send',
];

/** Of every kind some: a door that leads nowhere would be shut whatever holds it. */
const LEADING_OUT: readonly string[] = [
  ...['fs: a file outside', 'fs: by a FileHandle', 'fs: written', 'fs: renamed out', 'fs: a link to outside, made and read'],
  ...['net.connect', 'net.connect to a Unix socket', 'http.get', 'fetch', 'dgram.send', 'a port: net', 'a port: the debugger'],
  ...['a native socket: below TLS', 'a native socket: standard output', 'a native socket: process.binding'],
  ...['child_process.spawnSync', 'process.kill the server', 'a worker thread', 'the debugger, from within', 'node:v8, every way'],
  // The process may not survive it.
  'v8: a trace of the compiler',
];

describe('a door out of the process of a plugin is a door', function () {
  this.timeout(60_000);
  let world: DoorWorld;
  before(async () => {
    world = await DoorWorld.make({ fence: NO_FENCE, closed: false });
  });
  after(() => world.remove());

  for (const door of LEADING_OUT) {
    it(`where nothing shuts it: ${door}`, async () => {
      const { got, said } = await world.reach(door);
      expect(
        [got, ...(await world.touched())].filter((each) => each !== undefined),
        said,
      ).to.not.deep.equal([]);
    });
  }
});

describe('a door out of the process of a plugin is shut', function () {
  this.timeout(60_000);

  for (const { title, kind, closed, closes, without = [] } of MODES) {
    describe(title, () => {
      let world: DoorWorld;
      before(async function () {
        const fence: PluginFence = kind === 'none' ? NO_FENCE : (await findFence([kind])).fence;
        if (fence.kind !== kind) return this.skip();
        world = await DoorWorld.make({ fence, closed });
      });
      after(() => world?.remove());

      const open = [...without, ...(closed ? [] : WITHIN)];
      for (const door of Object.keys(DOORS).filter((name) => closes.includes(DOORS[name]?.closes ?? 'self') && !open.includes(name))) {
        it(door, async () => {
          const reached = await world.reach(door);
          expect(reached).to.not.have.property('got');
          expect(await world.touched()).to.deep.equal([]);
        });
      }
    });
  }
});
