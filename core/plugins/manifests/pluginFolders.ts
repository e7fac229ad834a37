// Where plugins lie, and how a stranger's plugin changes its place on disk so that a crash in between leaves the old one or the new one.
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '@postroom/sdk/base';
import type { PlacedFolder, PluginReader, PluginReading } from '@postroom/sdk/services';
import { discoverPlugins, type InstalledPlugin, readPlugin } from './discovery.js';

const INCOMING = '.incoming-';
const FORMER = '.former-';

export class PluginFolders implements PluginReader {
  constructor(
    /** The product's own. */
    private readonly bundled: string,
    /** Installed ones, in the data folder. */
    private readonly strangers: string,
    /** Ids of those that boot.json trusts. */
    private readonly trusted: ReadonlySet<string>,
  ) {}

  /** What is installed, read again. */
  discover(): Promise<readonly InstalledPlugin[]> {
    return discoverPlugins(this.bundled, this.strangers, this.trusted);
  }

  read(folder: string): Promise<PluginReading> {
    return readPlugin(folder, false, this.trusted);
  }

  /** A new empty folder beside the plugins, which discovery does not see. */
  async makeIncoming(): Promise<string> {
    await makeFolder(this.strangers);
    return mkdtemp(path.join(this.strangers, INCOMING));
  }

  /** Puts `incoming` in the place of `folder`, by default of the one named after the plugin. */
  async place(incoming: string, plugin: string, folder = path.join(this.strangers, plugin)): Promise<PlacedFolder> {
    const former = path.join(path.dirname(folder), `${FORMER}${path.basename(folder)}`);
    await rm(former, { recursive: true, force: true });
    const had = await rename(folder, former).then(
      () => true,
      () => false,
    );
    await rename(incoming, folder);
    return {
      undo: async () => {
        await rm(folder, { recursive: true, force: true });
        if (had) await rename(former, folder);
      },
      keep: () => rm(former, { recursive: true, force: true }),
    };
  }

  /** After a crash: former folders whose successor is missing come back, everything else that was under way goes. Answers whether there was anything. */
  async tidy(): Promise<boolean> {
    const entries = await readdir(this.strangers).catch((): string[] => []);
    const left = entries.filter((entry) => entry.startsWith(FORMER) || entry.startsWith(INCOMING));
    for (const entry of left) {
      const aside = path.join(this.strangers, entry);
      const name = entry.startsWith(FORMER) ? entry.slice(FORMER.length) : undefined;
      if (name !== undefined && !entries.includes(name)) await rename(aside, path.join(this.strangers, name));
      else await rm(aside, { recursive: true, force: true });
    }
    return left.length > 0;
  }
}
