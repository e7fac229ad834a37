// `npm run dev`: builds what changed and starts the server again, with a data folder that no git knows. Ctrl+C ends everything.
//   --data FOLDER   another data folder than data-dev
//   --inspect       a debugger can attach to the server, at 127.0.0.1:9229
//   --log           every line of the program log, not only warnings and what plugins print
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Builder } from './dev/builder.mjs';
import { actionsFor } from './dev/changes.mjs';
import { openIsp, setUpOffice } from './dev/office.mjs';
import { DevServer } from './dev/server.mjs';
import { watchFolders } from './dev/watchFolders.mjs';
import { shownLine } from './dev/words.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** An editor writes a file in several steps, and several files at a time. */
const SETTLE_MS = 30;

const { values } = parseArgs({
  options: { data: { type: 'string' }, inspect: { type: 'boolean', default: false }, log: { type: 'boolean', default: false } },
});
const dataDir = path.resolve(values.data ?? path.join(root, 'data-dev'));
const say = (text) => process.stdout.write(`${text}\n`);
const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

const isp = await openIsp(say);
if (!existsSync(path.join(dataDir, 'settings.json'))) await setUpOffice(root, dataDir, say);

/** Files that changed since the last start, and when the first of them did. */
let changed = new Set();
let since = performance.now();
let settling;
let ending = false;

const builder = new Builder(root, {
  failed: (output) => say(`${output.trimEnd()}\nNot built. The server goes on as it was.`),
  built: () => restart(),
});
const server = new DevServer(root, dataDir, {
  inspect: values.inspect,
  line: (line) => {
    const shown = shownLine(line, values.log);
    if (shown !== undefined) say(shown);
  },
  ended: (code) => say(`The server ended by itself (${code}). It starts again with the next change.`),
});

async function restart() {
  if (ending) return;
  const [files, from, builtAfter] = [[...changed], since, seconds(since)];
  changed = new Set();
  if (files.length > 0)
    say(`${files.slice(0, 5).join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}: built in ${builtAfter}`);
  const ready = await server.restart();
  if (ready !== undefined) say(`Up ${files.length > 0 ? `${seconds(from)} after the change` : `in ${seconds(from)}`}: ${ready}`);
}

function onChange(file) {
  const actions = actionsFor(root, file);
  if (actions === undefined || ending) return;
  if (changed.size === 0) since = performance.now();
  changed.add(file);
  builder.note(actions);
  clearTimeout(settling);
  settling = setTimeout(() => builder.build(), SETTLE_MS);
}

const watched = watchFolders(root, ['core', 'sdk', 'plugins'], onChange);
await builder.start();
await restart();
say('Watching core, sdk and plugins.');

async function end() {
  if (ending) return;
  ending = true;
  clearTimeout(settling);
  watched.dispose();
  builder.dispose();
  await server.dispose();
  await isp?.stop();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
