// Fail closed: mail does not pass by a plugin that should run and does not. Pure.
import type { PluginManifest, TapDeclaration } from '@postroom/sdk';
import type { BlockingPlugin, PluginState } from '@postroom/sdk/services';
import { OUTCOME } from '../../hooking/order.js';
import type { InstalledPlugin } from '../manifests/discovery.js';

const COMING = 'It is not on this server yet.';

/** What is known of a plugin. */
export interface PluginCondition {
  readonly installed: InstalledPlugin;
  readonly state: PluginState;
  /** Sentences, where something is wrong. */
  readonly why: string;
  /** Names of declared taps that hold on error and that it took out of their hooks while it runs. */
  readonly untapped: readonly string[];
}

/** Whether a message waits where the tap fails: onSort holds it, onDeliver defers it, but for taps that only hear what became of it. */
export function holdsOnError({ hook, stage, onError }: Pick<TapDeclaration, 'hook' | 'stage' | 'onError'>): boolean {
  return (hook === 'onSort' || hook === 'onDeliver') && stage !== OUTCOME && onError !== 'skip';
}

/** Whether mail waits while the plugin should run and does not. A manifest that cannot be read may say so, and is taken to. */
export function failsClosed(manifest: PluginManifest | undefined): boolean {
  return manifest === undefined || manifest.capabilities?.essential === true || (manifest.contributes?.taps ?? []).some(holdsOnError);
}

/**
 * The plugins that mail waits for. `wanted`: what the settings enable, as planEnablement() answers it. `known`: fail-closed plugins that have run
 * here and were not switched off since: one that was changed on disk, or is gone from it, counts all the same. `away`: those that the settings enable and that this
 * server does not have as the other servers of its store do, with why; one without a sentence may be on its way.
 */
export function blockingPlugins(
  plugins: Iterable<PluginCondition>,
  wanted: { has(id: string): boolean },
  known: ReadonlySet<string>,
  away: ReadonlyMap<string, string | undefined> = new Map(),
): readonly BlockingPlugin[] {
  const blocking: BlockingPlugin[] = [];
  const lost = new Set([...known, ...away.keys()]);
  for (const { installed, state, why, untapped } of plugins) {
    const { id, manifest, bundled } = installed;
    lost.delete(id);
    if (state === 'active' && untapped.length > 0) {
      const left = `It runs, and took its tap ${untapped.join(', ')} away.`;
      blocking.push({ id, name: manifest?.displayName ?? id, why: left, how: 'failed', isNeeded: false });
    }
    if (state === 'active' && !bundled && known.has(id) && !failsClosed(manifest)) {
      const lets = `Version ${manifest?.version ?? ''} of it does not look at mail, or lets it through where it fails; the former one held it.`;
      blocking.push({ id, name: manifest?.displayName ?? id, why: lets, how: 'lapsed', isNeeded: false });
    }
    const behind = away.get(id);
    if (state === 'active' && behind !== undefined) {
      blocking.push({ id, name: manifest?.displayName ?? id, why: behind, how: 'behind', isNeeded: false });
    }
    const isCore = bundled && manifest?.capabilities?.essential === true;
    if (state === 'active' || !(isCore || behind !== undefined || known.has(id) || (wanted.has(id) && failsClosed(manifest)))) continue;
    const how = state === 'failed' ? 'failed' : state === 'disabled' ? 'off' : 'changing';
    blocking.push({ id, name: manifest?.displayName ?? id, why: behind ?? (why || 'It is not active.'), how, isNeeded: isCore });
  }
  for (const id of lost) {
    const isComing = away.has(id) && away.get(id) === undefined;
    const why =
      away.get(id) ?? (isComing ? COMING : 'Its files are gone from the plugins folder. Install it again: postroom plugins add FILE.');
    blocking.push({ id, name: id, why, how: isComing ? 'changing' : 'gone', isNeeded: false });
  }
  return blocking;
}
