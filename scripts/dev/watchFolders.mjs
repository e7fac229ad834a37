// Hears of changed files below some folders, new folders included. What builds write is left out: a watch on it would wake at every build.
import { readdirSync, watch } from 'node:fs';
import path from 'node:path';
import { OUTPUT } from './changes.mjs';

/** Calls `changed` with the file's path below `root`, with slashes. Nothing else of the change is known: the file may be gone. */
export function watchFolders(root, folders, changed) {
  const watchers = new Map();
  const drop = (folder) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const add = (folder) => {
    const entries = entriesOf(path.join(root, folder));
    // A file, or gone.
    if (entries === undefined) return drop(folder);
    if (!watchers.has(folder)) {
      const watcher = watch(path.join(root, folder), (_event, name) => {
        if (name === null || OUTPUT.has(name)) return;
        const file = path.posix.join(folder, name);
        add(file);
        changed(file);
      });
      watcher.on('error', () => drop(folder));
      watchers.set(folder, watcher);
    }
    for (const entry of entries) if (entry.isDirectory() && !OUTPUT.has(entry.name)) add(path.posix.join(folder, entry.name));
  };
  for (const folder of folders) add(folder);
  return { dispose: () => [...watchers.keys()].forEach(drop) };
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
