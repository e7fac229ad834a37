// The victim and the product's plugins, each in one file. Finding and opening 900 modules is more than half of what a start costs, and a kill
// costs a start; the code is the same.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

const BUILT = fileURLToPath(new URL('./', import.meta.url));
const PLUGINS = fileURLToPath(new URL('../../../plugins/', import.meta.url));
/** No port of theirs is looked at here, and they load much. */
const LEFT_OUT = new Set(['admin-ui', 'practice-isp']);

export interface BundledVictim {
  readonly program: string;
  /** Folder of the plugins, for `ServerOptions.bundledPlugins`. */
  readonly plugins: string;
  remove(): Promise<void>;
}

/** Bundles what is built now, in two seconds. */
export async function bundleVictim(): Promise<BundledVictim> {
  // Below the checkout, so that sqlite3, which can't be bundled, is found.
  const folder = await mkdtemp(path.join(BUILT, 'bundle-'));
  const entries = new Map([['victim', path.join(BUILT, 'victim.js')]]);
  for (const [name, manifest] of await manifests()) {
    if (manifest.includes('"main":')) entries.set(`plugins/${name}/dist/plugin`, path.join(PLUGINS, name, 'dist', 'plugin.js'));
    await mkdir(path.join(folder, 'plugins', name), { recursive: true });
    await writeFile(path.join(folder, 'plugins', name, 'package.json'), manifest);
  }
  await build({
    configFile: false,
    root: BUILT,
    logLevel: 'error',
    plugins: [ownPlaces],
    ssr: { noExternal: true, external: ['sqlite3'] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rolldownOptions: { input: Object.fromEntries(entries), output: { format: 'esm', entryFileNames: '[name].js' } },
    },
  });
  return {
    program: path.join(folder, 'victim.js'),
    plugins: path.join(folder, 'plugins'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** By folder: those in `plugins`, and those in the folder of the platform. */
async function manifests(): Promise<readonly (readonly [string, string])[]> {
  const below = async (folder: string): Promise<readonly string[]> =>
    (await readdir(path.join(PLUGINS, folder))).filter((name) => !LEFT_OUT.has(name)).map((name) => path.join(folder, name));
  const folders = [...(await below('')), ...(await below('platform'))];
  const read = (name: string): Promise<string | undefined> =>
    readFile(path.join(PLUGINS, name, 'package.json'), 'utf8').catch(() => undefined);
  const found = await Promise.all(folders.map(async (name) => [name, await read(name)] as const));
  return found.flatMap(([name, manifest]) => (manifest === undefined ? [] : [[name, manifest] as const]));
}

/** Modules that look for files beside themselves go on to find them. */
const ownPlaces: Plugin = {
  name: 'own-places',
  transform: (code, id) =>
    code.includes('import.meta.url') ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)) : undefined,
};
