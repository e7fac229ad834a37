// A plugin as discovery finds it, without files: for rules that are worked out from manifests.
import type { PluginManifest } from '@postroom/sdk';
import type { InstalledPlugin } from '#core/plugins/manifests/discovery.js';

/** `a.NAME`, one of the product's, with `more` in its manifest. */
export function installedPlugin(name: string, more: Partial<PluginManifest> = {}, problems: readonly string[] = []): InstalledPlugin {
  const manifest: PluginManifest = {
    name,
    publisher: 'a',
    version: '1.0.0',
    type: 'module',
    displayName: name,
    description: name,
    engines: { postroom: '*' },
    ...more,
  };
  return { id: `a.${name}`, folder: `/${name}`, manifest, bundled: true, trusted: false, problems };
}
