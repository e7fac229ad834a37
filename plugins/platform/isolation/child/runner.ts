// The plugin's side of the pipe: closes the process in, imports the plugin, calls its activate(), and answers the host's calls. This file runs in
// the plugin's process and nowhere else. It imports no module of the network: those are made for the plugin when it asks for one.
import { createRequire } from 'node:module';
import type * as Net from 'node:net';
import { type Activate, type Deactivate, PostroomError, sentenceOf } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import { closeDoors } from '../allowList/closeDoors.js';
import { openNetwork } from '../network/openNetwork.js';
import { Peer } from '../pipe/peer.js';
import {
  type Activation,
  type CommandRequest,
  type DeliverCall,
  FROM_HOST,
  type RunnerOptions,
  type ScheduleCall,
  type SettingsSnapshot,
  type SortCall,
  TO_HOST_PIPE,
  TO_PLUGIN_PIPE,
} from '../pipe/protocol.js';
import { ChildCommands, createContext } from './childContext.js';
import { ChildSettings } from './childSettings.js';
import { ChildTaps } from './childTaps.js';

/** Calls of the host that may be open at a time: messages that are sorted side by side. */
const MOST_CALLS = 100_000;

const options = JSON.parse(process.argv[2] ?? '{}') as RunnerOptions;
/** Kept before the plugin's code could put another one in its place. */
const resident = process.memoryUsage.rss.bind(process.memoryUsage);
const exit = process.exit.bind(process);
const stack = new DisposableStack();
const settings = new ChildSettings();
let deactivate: Deactivate | undefined;

const { Socket } = createRequire(import.meta.url)('node:net') as typeof Net;
const pipes = {
  reads: new Socket({ fd: TO_PLUGIN_PIPE, readable: true, writable: false }),
  writes: new Socket({ fd: TO_HOST_PIPE, readable: false, writable: true }),
};
const budget = options.closed
  ? closeDoors({
      plugin: options.plugin,
      openNetwork,
      storage: { octets: options.storage, ask: (wanted) => peer.note('storage.ask', { wanted }) },
    })
  : undefined;
const peer: Peer = new Peer(pipes, {
  limits: FROM_HOST,
  mostCalls: MOST_CALLS,
  oneByOne: true,
  handlers: {
    activate: async (data) => {
      await activate(data as Activation);
      return undefined;
    },
    settings: (data) => {
      settings.set(data as SettingsSnapshot);
      return undefined;
    },
    storage: (data) => {
      budget?.set((data as { readonly octets: number }).octets);
      return undefined;
    },
    memory: () => ({ data: { megabytes: resident() / 2 ** 20 } }),
    onSort: (data, header, signal) => taps.sort(data as SortCall, header, { signal }),
    onDeliver: (data, header, signal) => taps.deliver(data as DeliverCall, header, { signal }),
    onSchedule: (data, _octets, signal) => taps.schedule(data as ScheduleCall, { signal }),
    command: (data, _octets, signal) => commands.run(data as CommandRequest, signal),
    deactivate: async () => ({ data: await end() }),
  },
  onBreach: () => exit(1),
});
const taps = new ChildTaps(peer);
const commands = new ChildCommands(peer);
// Without its host a plugin has nothing to do.
pipes.reads.on('close', () => exit(0));

async function activate(activation: Activation): Promise<void> {
  settings.set(activation.settings);
  const plugin = (await import(activation.main)) as { readonly activate?: Activate; readonly deactivate?: Deactivate };
  if (typeof plugin.activate !== 'function') {
    throw new PostroomError(
      'plugin/failed',
      `${activation.id} exports no activate() from ${activation.manifest.main ?? 'its main module'}.`,
    );
  }
  deactivate = plugin.deactivate;
  await plugin.activate(createContext(activation, { peer, settings, taps, commands, stack }));
}

async function end(): Promise<readonly string[]> {
  const problems: string[] = [];
  try {
    await deactivate?.();
  } catch (error) {
    problems.push(`deactivate() failed: ${sentenceOf(error)}`);
  }
  return [...problems, ...(await stack.disposeAll())];
}
