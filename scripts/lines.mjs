// How large the house is: lines of TypeScript in each room of the core, in the SDK and in each plugin. Printed, never failed: the number is a mirror.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pluginFolders } from '../core/bin/program.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What hosts plugins, without what mail is about. */
const HOST = ['base', 'hooking', 'hooks', 'plugins', '.'];
const GOALS = { host: 3_500, core: 10_000 };

/** Files and lines below a folder, without what is built, and without the manager's page. */
function sizeOf(folder, isDeep = true) {
  const files = readdirSync(folder, { recursive: isDeep, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !/(^|\/)(dist|web|node_modules|testing)(\/|\.ts$)/.test(name),
  );
  const lines = files.map((name) => readFileSync(path.join(folder, name), 'utf8').split('\n').length - 1);
  return { files: files.length, lines: lines.reduce((sum, each) => sum + each, 0) };
}

function row(name, { files, lines }, note = '') {
  return `${name.padEnd(34)} ${String(lines).padStart(6)} lines ${String(files).padStart(4)} files ${note}`.trimEnd();
}

function sum(sizes) {
  return sizes.reduce((all, each) => ({ files: all.files + each.files, lines: all.lines + each.lines }), { files: 0, lines: 0 });
}

const core = path.join(root, 'core');
const rooms = readdirSync(core, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['dist', 'bin', 'node_modules'].includes(entry.name))
  .map(({ name }) => ({ name, size: sizeOf(path.join(core, name)) }));
rooms.push({ name: '.', size: sizeOf(core, false) });
const plugins = pluginFolders().map((folder) => ({ name: path.relative(root, folder), size: sizeOf(folder) }));
const goal = (lines) => `(goal ${lines})`;

process.stdout.write(
  `${[
    ...rooms.map(({ name, size }) => row(`core/${name}`, size)),
    row('core: the host', sum(rooms.filter(({ name }) => HOST.includes(name)).map(({ size }) => size)), goal(GOALS.host)),
    row('core', sum(rooms.map(({ size }) => size)), goal(GOALS.core)),
    row('sdk', sizeOf(path.join(root, 'sdk'))),
    ...plugins.map(({ name, size }) => row(name, size)),
    row('plugins', sum(plugins.map(({ size }) => size))),
  ].join('\n')}\n`,
);
