// What a changed file asks for: which project is built, and whether the manager's page is.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Folders that builds and installations write. */
export const OUTPUT = new Set(['dist', 'node_modules', 'web-dist']);
const PAGE = /^plugins\/admin-ui\/web\//;
const READ_AT_START = /\.(json|sql|mjs|js)$/;

/**
 * `undefined` for files that no server reads; `project` is the folder of the project to build, none for files that are read as they are.
 * `file` is below `root`, with slashes.
 */
export function actionsFor(root, file) {
  if (file.split('/').some((part) => OUTPUT.has(part))) return undefined;
  if (PAGE.test(file)) return { page: true };
  if (!file.endsWith('.ts')) return READ_AT_START.test(file) ? {} : undefined;
  const project = projectOf(root, file);
  return project === undefined ? undefined : { project };
}

/** The nearest folder above a file that is a project. */
function projectOf(root, file) {
  for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) {
    if (isProject(root, folder)) return folder;
  }
  return undefined;
}

/** The folders of all projects below a folder. */
export function projectsBelow(root, folder) {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !OUTPUT.has(entry.name),
  );
  const folders = entries.map((entry) => path.posix.join(folder, entry.name));
  return folders.flatMap((each) => (isProject(root, each) ? [each] : projectsBelow(root, each)));
}

function isProject(root, folder) {
  return existsSync(path.join(root, folder, 'tsconfig.json'));
}
