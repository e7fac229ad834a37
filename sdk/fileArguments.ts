// Arguments of commands that are files.
import type { CommandDeclaration } from './manifest.js';

/** Names of those that take octets, which JSON can hold in base64 only. */
export function fileArguments({ arguments: schema }: Pick<CommandDeclaration, 'arguments'>): readonly string[] {
  const properties = (schema?.['properties'] ?? {}) as Readonly<Record<string, { readonly contentEncoding?: unknown } | undefined>>;
  return Object.keys(properties).filter((name) => properties[name]?.contentEncoding === 'base64');
}
