// Which build of the program runs: the few files that start quickly, or the compiler's where those are missing or older.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = path.join(ROOT, 'core', 'dist', 'program');

/** Folders of the product's plugins that have code: those in `plugins`, and those in the folder of a pack. */
export function pluginFolders() {
  const below = (folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['dist', 'node_modules'].includes(entry.name))
      .map((entry) => path.join(folder, entry.name));
  const isPlugin = (folder) => timeOf(path.join(folder, 'tsconfig.json')) > 0;
  return below(path.join(ROOT, 'plugins')).flatMap((folder) => (isPlugin(folder) ? [folder] : below(folder).filter(isPlugin)));
}

/** What the compiler wrote last for a folder: its time changes with every build that changed something. */
export function builtAt(folder) {
  return timeOf(path.join(folder, 'dist', 'tsconfig.tsbuildinfo'));
}

/** Whether the few files hold what was built and installed last. */
export function isAsBuilt() {
  const made = Math.min(...['main.js', 'testing.js'].map((name) => timeOf(path.join(PROGRAM, name))));
  const installed = timeOf(path.join(ROOT, 'node_modules', '.package-lock.json'));
  return made > Math.max(installed, builtAt(path.join(ROOT, 'core')), ...pluginFolders().map(builtAt));
}

/** The module to start: `main` is the command line, `testing` the server that plugins are tested with. */
export function program(name = 'main') {
  return new URL(`../dist/${isAsBuilt() ? 'program/' : ''}${name}.js`, import.meta.url).href;
}

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
