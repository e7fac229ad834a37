// What a token may do: commands, by what they do or by name. Pure.

/** `read`, `write`, a command's name, or an area as in `outbox.*`. */
export type Scope = string;

export interface ScopedCommand {
  readonly command: string;
  readonly reads?: boolean | undefined;
}

/** Whether the scopes cover a command. `write` covers everything, `read` what changes nothing, `outbox.*` an area. */
export function covers(scopes: readonly Scope[], command: ScopedCommand): boolean {
  return scopes.some((scope) => {
    if (scope === 'write' || scope === command.command) {
      return true;
    }
    return scope === 'read' ? command.reads === true : scope.endsWith('.*') && command.command.startsWith(scope.slice(0, -1));
  });
}

/** Whether the holder of `scopes` may grant this one: nothing that it covers may be beyond them, whatever plugins come later. */
export function isWithin(scope: Scope, scopes: readonly Scope[], declarations: readonly ScopedCommand[]): boolean {
  if (scopes.includes('write') || scopes.includes(scope)) return true;
  if (scope === 'write' || scope === 'read' || scope.endsWith('.*')) return false;
  return covers(scopes, declarations.find(({ command }) => command === scope) ?? { command: scope });
}
