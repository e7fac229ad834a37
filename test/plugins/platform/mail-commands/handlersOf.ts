// Runs handlers of an area by themselves, without a server.
import type { CommandCall, CommandHandler } from '@postroom/sdk';

const CALL: CommandCall = { author: 'cli', signal: new AbortController().signal, progress: () => undefined };

export interface Area {
  readonly handlers: Readonly<Record<string, CommandHandler>>;
}

export function handlersOf({ handlers }: Area): { run(command: string, args?: object): Promise<unknown> } {
  return { run: async (command, args = {}) => handlers[command]?.(args as never, CALL) };
}
