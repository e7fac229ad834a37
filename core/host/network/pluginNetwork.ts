// Which network each plugin has: what its manifest names, with its settings put in, and what the administrator agreed to in plugins.network.
import type { PluginManifest } from '@postroom/sdk';
import { ownAddresses } from '@postroom/sdk/base';
import { createServiceId, DataFolder } from '@postroom/sdk/services';
import { SettingsService } from '../../configuration/inForce/settingsService.js';
import { Doors } from '../doors.js';
import { pluginId } from '../manifestReader.js';
import { canonicalAddress } from './addressKind.js';
import { askedEntries, asksForDns } from './manifestNetwork.js';
import { isPostroom, type NetworkRules, needsAgreement, type OwnPlaces } from './networkRules.js';
import { names, parseTarget, type Target, targetName } from './target.js';

/** One entry of a manifest's capabilities.network, as the administrator sees it. */
export interface NetworkEntry {
  /** As the manifest has it: `${clamav.host}:${clamav.port}`. */
  readonly entry: string;
  /** What it comes to at the moment: `127.0.0.1:3310`. */
  readonly means: readonly string[];
  /** Of those, what the administrator agreed to. */
  readonly agreed: readonly string[];
  /** Of those, what works only when the administrator agrees. */
  readonly waits: readonly string[];
  /** Of those, what is Postroom itself, which no agreement makes reachable. */
  readonly own: readonly string[];
}

export interface PluginNetwork {
  rulesFor(manifest: PluginManifest): NetworkRules;
  /** Asked anew for every connection: addresses and ports come and go. */
  own(): OwnPlaces;
  entriesOf(manifest: PluginManifest): readonly NetworkEntry[];
  /** What waits for the administrator's agreement. */
  waiting(manifest: PluginManifest): readonly string[];
}
export const PluginNetwork = createServiceId<PluginNetwork>('PluginNetwork');

export class SettingsPluginNetwork implements PluginNetwork {
  constructor(
    @SettingsService private readonly settings: SettingsService,
    @Doors private readonly doors: Doors,
    @DataFolder private readonly folder: DataFolder,
  ) {}

  rulesFor(manifest: PluginManifest): NetworkRules {
    return {
      dns: asksForDns(manifest),
      asked: askedEntries(manifest, this.settings.value).flatMap(({ targets }) => targets),
      agreed: this.#agreedBy(manifest),
    };
  }

  own(): OwnPlaces {
    return {
      addresses: new Set(ownAddresses().map(canonicalAddress)),
      ports: new Set(this.doors.ports.map(({ port }) => port)),
      dataDir: this.folder.path,
    };
  }

  entriesOf(manifest: PluginManifest): readonly NetworkEntry[] {
    const [agreed, own] = [this.#agreedBy(manifest), this.own()];
    const isOwn = (target: Target): boolean => isPostroom(target, own);
    const isAgreed = (target: Target): boolean => agreed.some((entry) => names(entry, target));
    return askedEntries(manifest, this.settings.value).map(({ entry, targets }) => ({
      entry,
      means: targets.map(targetName),
      agreed: targets.filter(isAgreed).map(targetName),
      waits: targets.filter((target) => needsAgreement(target, own.addresses) && !isAgreed(target) && !isOwn(target)).map(targetName),
      own: targets.filter(isOwn).map(targetName),
    }));
  }

  waiting(manifest: PluginManifest): readonly string[] {
    return [...new Set(this.entriesOf(manifest).flatMap(({ waits }) => waits))];
  }

  #agreedBy(manifest: PluginManifest): readonly Target[] {
    const all = this.settings.get<Readonly<Record<string, readonly string[]>>>('plugins.network');
    const id = pluginId(manifest);
    return (Object.hasOwn(all, id) ? (all[id] ?? []) : []).flatMap((text) => parseTarget(text) ?? []);
  }
}
