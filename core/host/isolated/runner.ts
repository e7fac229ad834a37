// The plugin's side of the pipe: imports the plugin, calls its activate(), and answers the host's calls. This file runs in the plugin's own
// process and nowhere else.
import { Socket } from 'node:net';
import { type Activate, type Deactivate, PostroomError, sentenceOf } from '@postroom/sdk';
import { DisposableStack } from '../../base/disposables.js';
import { ChildCommands, createContext } from './childContext.js';
import { ChildSettings } from './childSettings.js';
import { ChildTaps } from './childTaps.js';
import { disarm } from './disarm.js';
import { Peer } from './peer.js';
import {
  type Activation,
  type CommandRequest,
  type DeliverCall,
  FROM_HOST,
  type ScheduleCall,
  type SettingsSnapshot,
  type SortCall,
} from './protocol.js';

/** File descriptor of the pipe, as the host opens it. */
const PIPE = 3;
/** Calls of the host that may be open at a time: messages that are sorted side by side. */
const MOST_CALLS = 100_000;

disarm();
/** Kept before the plugin's code could put another one in its place. */
const resident = process.memoryUsage.rss.bind(process.memoryUsage);
const stack = new DisposableStack();
const settings = new ChildSettings();
let deactivate: Deactivate | undefined;

const pipe = new Socket({ fd: PIPE, readable: true, writable: true });
const peer: Peer = new Peer(pipe, {
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
    memory: () => ({ data: { megabytes: resident() / 2 ** 20 } }),
    onSort: (data, header, signal) => taps.sort(data as SortCall, header, { signal }),
    onDeliver: (data, header, signal) => taps.deliver(data as DeliverCall, header, { signal }),
    onSchedule: (data, _octets, signal) => taps.schedule(data as ScheduleCall, { signal }),
    command: (data, _octets, signal) => commands.run(data as CommandRequest, signal),
    deactivate: async () => ({ data: await end() }),
  },
  onBreach: () => process.exit(1),
});
const taps = new ChildTaps(peer);
const commands = new ChildCommands(peer);
// Without its host a plugin has nothing to do.
pipe.on('close', () => process.exit(0));

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
