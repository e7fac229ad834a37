// Which build of the program runs: the few files that start quickly, or the core's own where those are missing or older.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FEW_FILES = new URL('../dist/program/', import.meta.url);
/** What they are made from changes with every build that changed something, and with every installation of packages. */
const SOURCES = [
  new URL('../dist/tsconfig.tsbuildinfo', import.meta.url),
  new URL('../../node_modules/.package-lock.json', import.meta.url),
];

/** Whether the few files hold what was built and installed last. */
export function isAsBuilt() {
  return Math.min(...['main.js', 'testing.js'].map((name) => timeOf(new URL(name, FEW_FILES)))) > Math.max(...SOURCES.map(timeOf));
}

/** The module to start: `main` is the command line, `testing` the server that plugins are tested with. */
export function program(name = 'main') {
  return new URL(`${name}.js`, isAsBuilt() ? FEW_FILES : new URL('../dist/', import.meta.url)).href;
}

function timeOf(file) {
  return statSync(fileURLToPath(file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
