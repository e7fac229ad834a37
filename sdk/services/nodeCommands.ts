// Commands for one server of those on a store.
import type { CommandCall } from '../context.js';
import { createServiceId } from './createServiceId.js';

export interface NodeCommands {
  /**
   * Runs a command on the server of that name, this one or another one, and answers what it answers there. Progress of another one is not told. Rejects as the command does; with
   * `command/arguments` where there is no such server, or the command takes files of the caller; with `command/not-running` where that server ended or does not answer.
   */
  run(node: string, command: string, args: unknown, call: CommandCall): Promise<unknown>;
}
export const NodeCommands = createServiceId<NodeCommands>('NodeCommands');
