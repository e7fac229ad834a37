// Puts the program into few files: Node reads those in half the time that the core's and its packages' 700 take.
// Plugins and the SDK stay outside: there is one SDK for everybody.
// A stack trace in terms of the sources: NODE_OPTIONS=--enable-source-maps. By itself Node would read the maps at every start.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAsBuilt } from '../core/bin/program.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = path.join(root, 'core', 'dist');
const target = path.join(source, 'program');

/** The maps that the compiler made lead on to the sources. */
const mapsOfTheCompiler = {
  name: 'maps-of-the-compiler',
  load: (id) =>
    id.startsWith(source) ? { code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) } : undefined,
};

if (!isAsBuilt() || process.argv.includes('--force')) {
  process.stderr.write('Putting the program into few files.\n');
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [mapsOfTheCompiler],
    // `sqlite3` finds its binary from where it lies.
    ssr: {
      noExternal: true,
      external: [
        'sqlite3',
        '@postroom/sdk',
        '@postroom/sdk/base',
        '@postroom/sdk/mail',
        '@postroom/sdk/network',
        '@postroom/sdk/services',
        '@postroom/sdk/testing',
      ],
    },
    build: {
      ssr: true,
      outDir: target,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        // The command line, and the server that authors of plugins test with.
        input: { main: path.join(source, 'main.js'), testing: path.join(source, 'testing.js') },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        checks: { pluginTimings: false },
      },
    },
  });
}
