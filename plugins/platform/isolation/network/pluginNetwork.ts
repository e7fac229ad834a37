// Which network each plugin has: what its manifest names, with its settings put in, and what the administrator agreed to in plugins.network.
import type { PluginManifest } from '@postroom/sdk';
import { ownAddresses } from '@postroom/sdk/base';
import { askedEntries, asksForDns, canonicalAddress, names, parseTarget, type Target, targetName } from '@postroom/sdk/network';
import type { DataFolder, NetworkDemand, PortCatalogue, SettingsService } from '@postroom/sdk/services';
import { isPostroom, type NetworkRules, needsAgreement, type OwnPlaces } from './networkRules.js';

/** The administrator's agreement: a setting with lists of places by plugin. */
export const AGREED = 'plugins.network';

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

/** Places by the plugin's id. */
export type Agreements = Readonly<Record<string, readonly string[]>>;

export class PluginNetwork {
  constructor(
    private readonly settings: SettingsService,
    private readonly ports: PortCatalogue,
    private readonly folder: DataFolder,
  ) {}

  rulesFor(manifest: PluginManifest): NetworkRules {
    return {
      dns: asksForDns(manifest),
      asked: askedEntries(manifest, this.settings.value).flatMap(({ targets }) => targets),
      agreed: this.#agreedBy(manifest),
    };
  }

  /** Asked with every connection: addresses and ports come and go. */
  own(): OwnPlaces {
    const addresses = new Set(ownAddresses().map(canonicalAddress));
    return { addresses, ports: new Set(this.ports.ports.map(({ port }) => port)), dataDir: this.folder.path };
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

  demandOf(manifest: PluginManifest): NetworkDemand {
    const entries = this.entriesOf(manifest);
    return {
      asks: entries.flatMap(({ entry, means }) => (means.length === 0 ? [entry] : means)),
      waits: [...new Set(entries.flatMap(({ waits }) => waits))],
    };
  }

  /** What the administrator agreed to for a plugin, as it stands in the settings. */
  agreedFor(plugin: string): readonly string[] {
    return Object.hasOwn(this.agreements, plugin) ? (this.agreements[plugin] ?? []) : [];
  }

  get agreements(): Agreements {
    return (this.settings.value[AGREED] ?? {}) as Agreements;
  }

  #agreedBy({ publisher, name }: PluginManifest): readonly Target[] {
    return this.agreedFor(`${publisher}.${name}`).flatMap((text) => parseTarget(text) ?? []);
  }
}
