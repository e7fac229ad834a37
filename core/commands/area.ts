// A group of commands that belong together: a table from command to handler, whose services come by injection.
import type { CommandCall, CommandDeclaration, CommandHandler } from '@postroom/sdk';

/** One area's handlers, by command. */
export interface CommandArea {
  readonly handlers: Readonly<Record<string, CommandHandler>>;
}

/** A handler for each command that an area declares, and for no other: the compiler compares them. */
export type HandlersOf<Declared extends readonly CommandDeclaration[]> = Readonly<Record<Declared[number]['command'], CommandHandler>>;

/** Gives a handler its argument type; the registry has checked the arguments against the declaration's schema. */
export function handler<Args>(handle: (args: Args, call: CommandCall) => unknown): CommandHandler {
  return handle as CommandHandler;
}
