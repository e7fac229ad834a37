// What starts before the settings: what boot.json says, held against the plugins that are installed, and what the environment says instead.
import { hostname } from 'node:os';
import path from 'node:path';
import { nodeNameProblem } from '@postroom/sdk/settings';
import { BOOT_FILE } from '../../base/places.js';
import type { InstalledPlugin } from '../manifests/discovery.js';
import { platformPacks } from '../services/servicePlan.js';
import { type BootFile, checkBootFile, wrongBoot } from './bootFile.js';
import { chosenStore, storeMistakes } from './storeChoice.js';

/** Variables of the environment, as `process.env` has them. They count before the file. */
export type BootEnvironment = Readonly<Record<string, string | undefined>>;

export interface BootPlan {
  /** Ids that are wanted whatever the settings say. */
  readonly wanted: readonly string[];
  /** Ids that don't start, of those too. */
  readonly off: readonly string[];
  /** Values of properties of scope `boot`, by key. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** This server's name among those on its store. */
  readonly node: string;
}

/** Throws `settings/invalid` with a sentence for each mistake, and where it stands. `chosen`: the store, whatever file and environment say. */
export async function planBoot(
  dataDir: string,
  boot: BootFile,
  installed: readonly InstalledPlugin[],
  environment: BootEnvironment = process.env,
  chosen?: string,
): Promise<BootPlan> {
  await checkBootFile(dataDir, boot, installed);
  const file = path.join(dataDir, BOOT_FILE);
  const refuse = (place: string, mistakes: readonly string[]): void => {
    if (mistakes.length > 0) throw wrongBoot(place, mistakes);
  };
  const said = (variable: string, inFile: string | undefined): { readonly text: string | undefined; readonly place: string } => {
    const text = environment[variable];
    return text === undefined || text === '' ? { text: inFile, place: file } : { text, place: variable };
  };
  const store = chosen === undefined ? said('POSTROOM_STORE', boot.store) : { text: chosen, place: 'The store that was named' };
  const node = said('POSTROOM_NODE', boot.node);
  refuse(node.place, nodeMistakes(node.text));
  refuse(file, storeMistakes(boot, installed));
  const { plugin, others, properties, mistakes } = chosenStore(store.text, boot, installed);
  refuse(store.place, mistakes);
  return {
    wanted: [...platformPacks(installed), ...boot.enabled, ...plugin],
    off: [...boot.disabled, ...others],
    properties: { ...boot.properties, ...properties },
    node: node.text ?? hostNode(),
  };
}

function nodeMistakes(name: string | undefined): readonly string[] {
  return name === undefined ? [] : [nodeNameProblem(name) ?? []].flat();
}

/** A host may be called anything. */
function hostNode(): string {
  const name = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63);
  return nodeNameProblem(name) === undefined ? name : 'node';
}
