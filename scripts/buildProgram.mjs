// Puts the core, and each plugin of the product, into few files: Node reads those in half the time that the compiler's and the packages' 1,000 take.
// The SDK stays outside: there is one for everybody. Plugins stay apart from the core and from each other.
// A stack trace in terms of the sources: NODE_OPTIONS=--enable-source-maps. By itself Node would read the maps at every start.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtAt, isAsBuilt, pluginFolders } from '../core/bin/program.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const core = path.join(root, 'core', 'dist');
const sdk = JSON.parse(readFileSync(path.join(root, 'sdk', 'package.json'), 'utf8'));
// `sqlite3` finds its binary from where it lies.
const OUTSIDE = ['sqlite3', ...Object.keys(sdk.exports).map((entry) => path.posix.join(sdk.name, entry))];

/** The maps that the compiler made lead on to the sources. */
const mapsOfTheCompiler = {
  name: 'maps-of-the-compiler',
  load: (id) =>
    id.startsWith(root) && !id.includes('node_modules') && id.endsWith('.js')
      ? { code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) }
      : undefined,
};

/** What the manifest names for the host, the command line and door threads to import, by its name without the ending. */
function modulesOf(folder) {
  const { main, program, contributes } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const contributed = [...(contributes?.programs ?? []), ...(contributes?.doors ?? [])].map(({ module }) => module);
  const named = [main, program, ...contributed].filter((module) => module !== undefined);
  return Object.fromEntries(named.map((module) => [path.basename(module, '.js'), path.join(folder, module)]));
}

async function put(input, outDir) {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [mapsOfTheCompiler],
    ssr: { noExternal: true, external: OUTSIDE },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input,
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        checks: { pluginTimings: false },
      },
    },
  });
}

if (!isAsBuilt() || process.argv.includes('--force')) {
  process.stderr.write('Putting the program into few files.\n');
  for (const folder of pluginFolders().filter((each) => builtAt(each) > 0)) {
    await put(modulesOf(folder), path.join(folder, 'dist', 'bundle'));
  }
  // Last: its time says that all of them are there. The command line, and the server that authors of plugins test with.
  await put({ main: path.join(core, 'main.js'), testing: path.join(core, 'testing.js') }, path.join(core, 'program'));
}
