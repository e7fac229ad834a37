// Where plugins lie, and how a strangers' plugin changes its place on disk so that a crash in between leaves the old one or the new one.
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '@postroom/sdk/base';
import { createServiceId, type PlacedFolder } from '@postroom/sdk/services';

export interface PluginFolders {
  /** The product's own. */
  readonly bundled: string;
  /** Installed ones, in the data folder. */
  readonly strangers: string;
  /** Ids of those that boot.json trusts. */
  readonly trusted: ReadonlySet<string>;
}
export const PluginFolders = createServiceId<PluginFolders>('PluginFolders');

const INCOMING = '.incoming-';
const FORMER = '.former-';

/** A new empty folder beside the plugins, which discovery does not see. */
export async function makeIncoming(strangers: string): Promise<string> {
  await makeFolder(strangers);
  return mkdtemp(path.join(strangers, INCOMING));
}

/** Puts `incoming` in the place of `folder`. */
export async function swapFolder(incoming: string, folder: string): Promise<PlacedFolder> {
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
      if (had) {
        await rename(former, folder);
      }
    },
    keep: () => rm(former, { recursive: true, force: true }),
  };
}

/**
 * After a crash: former folders whose successor is missing come back, everything else that was under way goes. Answers whether there was anything.
 */
export async function tidyFolders(strangers: string): Promise<boolean> {
  const entries = await readdir(strangers).catch((): string[] => []);
  const left = entries.filter((entry) => entry.startsWith(FORMER) || entry.startsWith(INCOMING));
  for (const entry of left) {
    const aside = path.join(strangers, entry);
    if (entry.startsWith(FORMER) && !entries.includes(entry.slice(FORMER.length))) {
      await rename(aside, path.join(strangers, entry.slice(FORMER.length)));
    } else {
      await rm(aside, { recursive: true, force: true });
    }
  }
  return left.length > 0;
}
