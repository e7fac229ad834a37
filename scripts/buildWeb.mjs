// Builds the manager's page where it is missing or older than its sources, and packs its files for browsers that take gzip.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = path.join(root, 'plugins', 'admin-ui', 'web');
const target = path.join(root, 'plugins', 'admin-ui', 'web-dist');

function newestIn(folder) {
  const times = readdirSync(folder, { recursive: true }).map((file) => statSync(path.join(folder, file)).mtimeMs);
  return Math.max(statSync(folder).mtimeMs, ...times);
}

function isBuilt() {
  const page = path.join(target, 'index.html');
  return existsSync(page) && statSync(page).mtimeMs >= Math.max(newestIn(source), statSync(fileURLToPath(import.meta.url)).mtimeMs);
}

if (!isBuilt() || process.argv.includes('--force')) {
  process.stderr.write("Building the manager's page.\n");
  // Loaded only when it is needed: the check above is all that most runs do.
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: target,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
  const assets = path.join(target, 'assets');
  for (const file of readdirSync(assets).filter((name) => /\.(js|css)$/.test(name))) {
    writeFileSync(path.join(assets, `${file}.gz`), gzipSync(readFileSync(path.join(assets, file)), { level: 9 }));
  }
}
