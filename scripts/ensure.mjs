// Makes a fresh checkout ready to run: installs what is missing, builds what has changed, and says what it is doing.
// Plain JavaScript without dependencies: it runs before there are any.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const quiet = process.argv.includes('--quiet');

function say(text) {
  process.stderr.write(`${text}\n`);
}

function run(command, args, what) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', quiet ? 'ignore' : 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    say(`${what} failed (${command} ${args.join(' ')}). The lines above say why.`);
    process.exit(1);
  }
}

function isInstalled() {
  const lock = path.join(root, 'package-lock.json');
  const done = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(done) || !existsSync(path.join(root, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node'))) {
    return false;
  }
  return !existsSync(lock) || statSync(done).mtimeMs >= statSync(lock).mtimeMs || samePackages(lock, done);
}

/** A fresh checkout gives the lock file a new time; what counts is what it lists. */
function samePackages(lock, done) {
  const versions = (file) =>
    Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)
      .filter(([name, entry]) => name.startsWith('node_modules/') && !entry.optional && !entry.link)
      .map(([name, entry]) => `${name}@${entry.version}`)
      .sort()
      .join('\n');
  return versions(lock) === versions(done);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Postroom needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}
if (!isInstalled()) {
  say('Installing what Postroom is built from. sqlite3 is compiled for this machine, which takes two to three minutes, once.');
  // Not `npm ci`: it gives up where a registry lacks the packages of other platforms, which are not needed here.
  run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'], 'The installation');
}
if (!existsSync(path.join(root, 'core', 'dist', 'main.js'))) {
  say('Building.');
}
run(process.execPath, [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], 'The build');
run(process.execPath, [path.join(root, 'scripts', 'buildProgram.mjs')], 'Putting the program into few files');
run(process.execPath, [path.join(root, 'scripts', 'buildWeb.mjs')], "The build of the manager's page");
