// Whose schema is being compiled or checked at the moment: such code is generated and bears no plugin's name, so that a stack cannot tell which plugin it is.

let plugin: string | undefined;

/** Does the work in a plugin's name. */
export function inTheNameOf<T>(owner: string, work: () => T): T {
  const former = plugin;
  plugin = owner;
  try {
    return work();
  } finally {
    plugin = former;
  }
}

/** The plugin that the work in progress is done for, asked in the middle of it. */
export function schemaOwner(): string | undefined {
  return plugin;
}
