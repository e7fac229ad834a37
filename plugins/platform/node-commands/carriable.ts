// Which commands can be carried to another server. Pure.
import { type CommandDeclaration, fileArguments, PostroomError } from '@postroom/sdk';

/** Throws `command/arguments` for one that takes something of the machine on which it is asked. */
export function mustBeCarriable(node: string, declaration: CommandDeclaration, args: unknown): void {
  const properties = (declaration.arguments?.['properties'] ?? {}) as Readonly<Record<string, { readonly path?: unknown }>>;
  const given = Object.keys((args ?? {}) as object);
  const path = Object.keys(properties).find((name) => properties[name]?.path === true && given.includes(name));
  const what = fileArguments(declaration).length > 0 ? 'takes a file' : path === undefined ? undefined : `names a path (${path})`;
  if (what === undefined) return;
  throw new PostroomError(
    'command/arguments',
    `${declaration.command.replace('.', ' ')} ${what} of the machine on which it is asked, and is not carried to another server. Run it on ${node} itself, without --node.`,
  );
}
