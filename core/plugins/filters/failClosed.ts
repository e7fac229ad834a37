// Fail closed: mail does not pass by a plugin that should run and does not. Pure.
import type { PluginManifest, TapDeclaration } from '@postroom/sdk';
import type { BlockingPlugin, PluginState } from '@postroom/sdk/services';
import { OUTCOME } from '../../hooking/order.js';
import type { InstalledPlugin } from '../manifests/discovery.js';

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
 * here and were not switched off since: one that was changed on disk, or is gone from it, counts all the same.
 */
export function blockingPlugins(
  plugins: Iterable<PluginCondition>,
  wanted: { has(id: string): boolean },
  known: ReadonlySet<string>,
): readonly BlockingPlugin[] {
  const blocking: BlockingPlugin[] = [];
  const lost = new Set(known);
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
    const isCore = bundled && manifest?.capabilities?.essential === true;
    if (state === 'active' || !(isCore || known.has(id) || (wanted.has(id) && failsClosed(manifest)))) continue;
    const how = state === 'failed' ? 'failed' : state === 'disabled' ? 'off' : 'changing';
    blocking.push({ id, name: manifest?.displayName ?? id, why: why || 'It is not active.', how, isNeeded: isCore });
  }
  for (const id of lost) {
    const why = 'Its files are gone from the plugins folder. Install it again: postroom plugins add FILE.';
    blocking.push({ id, name: id, why, how: 'gone', isNeeded: false });
  }
  return blocking;
}
