// Which build of the program runs: the few files that start quickly, or the core's own where those are missing or older.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FEW_FILES = new URL('../dist/program/main.js', import.meta.url);
/** What they are made from changes with every build that changed something, and with every installation of packages. */
const SOURCES = [
  new URL('../dist/tsconfig.tsbuildinfo', import.meta.url),
  new URL('../../node_modules/.package-lock.json', import.meta.url),
];

/** Whether the few files hold what was built and installed last. */
export function isAsBuilt() {
  return timeOf(FEW_FILES) > Math.max(...SOURCES.map(timeOf));
}

/** The module to start. */
export function program() {
  return (isAsBuilt() ? FEW_FILES : new URL('../dist/main.js', import.meta.url)).href;
}

function timeOf(file) {
  return statSync(fileURLToPath(file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
