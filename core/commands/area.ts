// A group of commands that belong together: a table from command to handler, whose services come by injection.
import type { CommandCall, CommandHandler } from '@postroom/sdk';

/** One area's handlers, by command. */
export interface CommandArea {
  readonly handlers: Readonly<Record<string, CommandHandler>>;
}

/** Gives a handler its argument type; the registry has checked the arguments against the declaration's schema. */
export function handler<Args>(handle: (args: Args, call: CommandCall) => unknown): CommandHandler {
  return handle as CommandHandler;
}
