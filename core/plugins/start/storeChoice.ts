// Which of the installed stores a server keeps everything in: by the kind that its plugin's manifest declares. Pure.
import type { StoreDeclaration } from '@postroom/sdk';
import { didYouMean, shownName } from '@postroom/sdk/base';
import type { InstalledPlugin } from '../manifests/discovery.js';
import type { BootFile } from './bootFile.js';

export interface StoreChoice {
  /** The id of the plugin that has the chosen store; none where nothing is chosen, and what starts is the platform pack's. */
  readonly plugin: readonly string[];
  /** Ids of the plugins that have others. */
  readonly others: readonly string[];
  /** The address, under the key that the plugin has for it. */
  readonly properties: Readonly<Record<string, string>>;
  readonly mistakes: readonly string[];
}

interface InstalledStore {
  readonly plugin: string;
  readonly store: StoreDeclaration;
}

/** `text`: a kind, or an address whose scheme is the kind. */
export function chosenStore(text: string | undefined, boot: BootFile, installed: readonly InstalledPlugin[]): StoreChoice {
  if (text === undefined) return { plugin: [], others: [], properties: {}, mistakes: [] };
  const stores = storesOf(installed);
  const address = text.includes(':');
  const kind = address ? text.slice(0, text.indexOf(':')) : text;
  const found = stores.filter(({ plugin, store }) => store.kind === kind && !boot.disabled.includes(plugin));
  const [first, ...more] = found;
  if (first === undefined || more.some(({ plugin }) => plugin !== first.plugin)) return refused(whichStores(kind, found, stores, boot));
  const { plugin, store } = first;
  if (address && store.addressProperty === undefined) return refused(`The store ${kind} has no address: name it by "${kind}" alone.`);
  return {
    plugin: [plugin],
    others: [...new Set(stores.map((other) => other.plugin))].filter((id) => id !== plugin),
    properties: address && store.addressProperty !== undefined ? { [store.addressProperty]: text } : {},
    mistakes: [],
  };
}

/** Passwords in the file, which is not encrypted. */
export function storeMistakes(boot: BootFile, installed: readonly InstalledPlugin[]): readonly string[] {
  const keys = storesOf(installed).flatMap(({ store }) => store.addressProperty ?? []);
  const said = [['store', boot.store] as const, ...[...new Set(keys)].map((key) => [key, boot.properties[key]] as const)];
  return said
    .filter(([, value]) => typeof value === 'string' && hasPassword(value))
    .map(
      ([key]) =>
        `"${key}" holds a password, and this file is not encrypted. Take the password out; the page of the store says where it may stand, and in POSTROOM_STORE it may.`,
    );
}

function storesOf(installed: readonly InstalledPlugin[]): readonly InstalledStore[] {
  return installed.flatMap(({ id, manifest }) => (manifest?.contributes?.stores ?? []).map((store) => ({ plugin: id, store })));
}

function refused(mistake: string): StoreChoice {
  return { plugin: [], others: [], properties: {}, mistakes: [mistake] };
}

function whichStores(kind: string, found: readonly InstalledStore[], stores: readonly InstalledStore[], boot: BootFile): string {
  if (found.length > 0) {
    const plugins = found.map(({ plugin }) => plugin).join(' and ');
    return `${plugins} both have a store ${kind}. Name in "disabled" of boot.json the one that is not meant.`;
  }
  const off = stores.find(({ store, plugin }) => store.kind === kind && boot.disabled.includes(plugin));
  if (off !== undefined) return `"disabled" of boot.json has ${off.plugin}, which has the store ${kind}. Take it out there.`;
  const kinds = [...new Set(stores.map(({ store }) => store.kind))].sort();
  return `No installed plugin has a store "${shownName(kind)}"; there are ${kinds.join(', ')}.${didYouMean(kind, kinds)}`;
}

/** Several hosts may stand in an address, which is no URL then. */
function hasPassword(address: string): boolean {
  return /^[^:]+:\/\/[^@/?#]*:[^@/?#]+@|[?&]password=./.test(address);
}
