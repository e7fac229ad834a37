// A process of server.mjs: loads the packages that the product depends on, waits until it is told, and is the program from then on.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const manifest = process.argv[2];
const packages = Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies);
const require = createRequire(manifest);
const told = once(process, 'message');
// Parents that end without a word are followed.
process.once('disconnect', () => process.exit());
for (const name of packages) {
  // The program says better what is wrong with one.
  await import(pathToFileURL(require.resolve(name)).href).catch(() => undefined);
}

const [{ program, args, inspect }] = await told;
process.removeAllListeners('disconnect');
process.disconnect();
if (inspect) inspector.open(9229, '127.0.0.1');
process.argv = [process.argv[0], program, ...args];
await import(pathToFileURL(program).href);
