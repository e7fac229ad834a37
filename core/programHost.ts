// What the host gives the program that it starts: plugins, servers, logs. Each loads only when it is asked for: most commands need none of them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Program, ProgramHost } from '@postroom/sdk/services';
import { BOOT_FILE, BUNDLED_PLUGINS } from './base/places.js';
import { readBundled, withStrangers } from './plugins/manifests/discovery.js';
import { importPlugin } from './plugins/runtime/importPlugin.js';

export function programHost(bundledPlugins = BUNDLED_PLUGINS): ProgramHost {
  const bundled = readBundled(bundledPlugins);
  const createLog: ProgramHost['createLog'] = async (level, destination) => (await import('./base/log.js')).createLog(level, destination);
  const openServer: ProgramHost['openServer'] = async (options) =>
    (await import('./bootstrap.js')).openServer({ ...options, bundledPlugins });
  return {
    installed: async (dataDir) =>
      dataDir === undefined ? bundled : withStrangers(await bundled, path.join(dataDir, 'plugins'), await trustedIn(dataDir)),
    openServer,
    standalone: async (dataDir) => {
      const [{ StandaloneHost }, log] = await Promise.all([import('./plugins/start/standalone.js'), createLog('error', process.stderr)]);
      if (dataDir === undefined) return StandaloneHost.bare(log, bundledPlugins);
      return StandaloneHost.open(dataDir, log, () => openServer({ dataDir, log, serve: false }), bundledPlugins);
    },
    createLog,
    load: importPlugin,
  };
}

/** Ids, as boot.json has them. By a wrong one nobody is trusted here; what starts a server says what is wrong with it. */
async function trustedIn(dataDir: string): Promise<ReadonlySet<string>> {
  if (!existsSync(path.join(dataDir, BOOT_FILE))) return new Set();
  const { readBootFile } = await import('./plugins/start/bootFile.js');
  const boot = await readBootFile(dataDir).catch(() => undefined);
  return new Set(boot?.trusted);
}

/** Runs the program of the product; answers its exit code. */
export async function startProgram(argv: readonly string[], host: ProgramHost): Promise<number> {
  const plugin = (await host.installed()).find(({ bundled, manifest }) => bundled && manifest?.program !== undefined);
  if (plugin?.manifest?.program === undefined) {
    process.stderr.write('No plugin of the product is its program: files of Postroom are missing. Install it again.\n');
    return 1;
  }
  const { program } = (await host.load(plugin, plugin.manifest.program)) as { readonly program: Program };
  return program(argv, host);
}
