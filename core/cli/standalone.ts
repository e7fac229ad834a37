// Commands that work without a server and without opening the data folder first: it may be missing, damaged, or about to be replaced.
import type { CommandCall, CommandDeclaration } from '@postroom/sdk';
import { PluginPacker } from '@postroom/sdk/services';
import { createLog } from '../base/log.js';
import { StandaloneHost } from '../host/standalone.js';

type Standalone = (args: Readonly<Record<string, unknown>>, dataDir: string, call: CommandCall) => Promise<unknown>;

/** How a command works where no server can start; `undefined` for those that need one. */
export function standalone({ command, standalone: isPlugins }: CommandDeclaration): Standalone | undefined {
  if (isPlugins !== true) return undefined;
  return async (args, dataDir, call) => (await openStandalone(dataDir)).run(command, args, call);
}

function openStandalone(dataDir: string): Promise<StandaloneHost> {
  const log = createLog('error', process.stderr);
  return StandaloneHost.open(dataDir, log, async () => (await import('../bootstrap.js')).openServer({ dataDir, serve: false, log }));
}

/** Runs a command that works on the caller's files alone. */
export async function runLocally(command: string, args: Readonly<Record<string, unknown>>, call: CommandCall): Promise<unknown> {
  return (await StandaloneHost.bare(createLog('error', process.stderr))).run(command, args, call);
}

/** A plugin's folder as one file. */
export async function packFolder(folder: string): Promise<Uint8Array> {
  const host = await StandaloneHost.bare(createLog('error', process.stderr));
  return (await host.service(PluginPacker)).pack(folder);
}
