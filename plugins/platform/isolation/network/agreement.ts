// `plugins allow`: what a plugin asks to connect to, and the administrator's agreement to it.

import { type PluginManifest, PostroomError } from '@postroom/sdk';
import { unknownPlugin } from '@postroom/sdk/base';
import { names, parseTarget, type Target, targetName } from '@postroom/sdk/network';
import type { PluginCatalogue, SettingsService } from '@postroom/sdk/services';
import { editBy } from '@postroom/sdk/settings';
import { AGREED, type PluginNetwork } from './pluginNetwork.js';

export interface Agreement {
  readonly plugin: string;
  readonly places?: readonly string[];
  readonly yes: boolean;
  readonly revoke: boolean;
}

interface Parts {
  readonly catalogue: PluginCatalogue;
  readonly settings: SettingsService;
  readonly network: PluginNetwork;
}

export async function agree(
  { plugin, places, yes, revoke }: Agreement,
  author: string,
  { catalogue, settings, network }: Parts,
): Promise<object> {
  const status = catalogue.plugins.find(({ id }) => id === plugin);
  if (status === undefined) {
    throw unknownPlugin(
      plugin,
      catalogue.plugins.map(({ id }) => id),
    );
  }
  const { manifest } = status;
  if (manifest === undefined || status.bundled || status.trusted) {
    const why = status.bundled
      ? "it is one of the product's own"
      : status.trusted
        ? 'boot.json trusts it, and it is not isolated'
        : 'its manifest cannot be read';
    throw new PostroomError('command/arguments', `${plugin} needs no agreement: ${why}.`);
  }
  const agreed = network.agreedFor(plugin);
  const save = (change: (agreed: readonly string[]) => readonly string[]): Promise<object> =>
    editBy(settings, author, () => {
      const { [plugin]: _former, ...others } = network.agreements;
      const next = change(network.agreedFor(plugin));
      const value = { ...others, ...(next.length > 0 && { [plugin]: next }) };
      return [{ path: [AGREED], value: Object.keys(value).length === 0 ? undefined : value }];
    });
  if (revoke) {
    const taken = places === undefined ? agreed : agreed.filter((each) => places.includes(each));
    await save((now) => now.filter((each) => !taken.includes(each)));
    return { plugin, revoked: taken, asks: asksOf(manifest, network) };
  }
  const wanted =
    places === undefined ? network.demandOf(manifest).waits : places.map((place) => askedFor(place, manifest, plugin, network));
  if (yes && wanted.length > 0) {
    await save((now) => [...new Set([...now, ...wanted])]);
    return { plugin, agreed: wanted, asks: asksOf(manifest, network) };
  }
  return {
    plugin,
    asks: asksOf(manifest, network),
    ...(wanted.length > 0 && {
      next: `postroom plugins allow ${[plugin, ...(places ?? [])].join(' ')} --yes`,
      confirm: `Let ${plugin} connect to ${wanted.join(', ')}?`,
    }),
  };
}

function asksOf(manifest: PluginManifest, network: PluginNetwork): readonly object[] {
  const dns = manifest.capabilities?.network?.includes('dns') === true;
  return [
    ...network.entriesOf(manifest).map(({ entry, means, agreed, waits, own }) => ({
      'asks for': entry,
      means: means.join(', ') || '(nothing, by its settings)',
      state: own.length > 0 ? `refused: ${own.join(', ')} is Postroom itself` : stateOf(means, agreed, waits),
    })),
    ...(dns ? [{ 'asks for': 'dns', means: 'questions to the name service', state: 'allowed' }] : []),
  ];
}

function stateOf(means: readonly string[], agreed: readonly string[], waits: readonly string[]): string {
  if (means.length === 0) return 'not used';
  if (waits.length > 0) return 'waits for your agreement';
  return agreed.length > 0 ? 'you agreed' : 'allowed: on the internet';
}

/** Throws for what its manifest does not ask for: agreeing to it would change nothing. */
function askedFor(place: string, manifest: PluginManifest, plugin: string, network: PluginNetwork): string {
  const target = parseTarget(place);
  const asked = network.rulesFor(manifest).asked;
  if (target !== undefined && asked.some((entry) => covers(entry, target))) return targetName(target);
  throw new PostroomError(
    'command/arguments',
    `${plugin} does not ask for ${place}. It asks for ${(manifest.capabilities?.network ?? []).join(', ') || 'nothing'}.`,
  );
}

/** Its own wildcards may be agreed to as they are; an address behind a name by itself. */
function covers(entry: Target, target: Target): boolean {
  if (names(entry, target)) return true;
  return entry.kind === 'host' && target.kind === 'host' && entry.port === target.port;
}
