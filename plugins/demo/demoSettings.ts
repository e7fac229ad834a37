// Settings of the demo, as the product's own plugins have them in their manifests. Pure.
import type { PluginManifest } from '@postroom/sdk';

/** What the demo sets before it starts, and what after its first round; the product's own plugins say so in `contributes.setup`. */
export function demoSettings(manifests: readonly PluginManifest[]): {
  readonly first: Readonly<Record<string, unknown>>;
  readonly later: Readonly<Record<string, unknown>>;
} {
  const demos = manifests.flatMap(({ contributes }) =>
    (contributes?.setup ?? []).flatMap(({ property, demo }) => (demo === undefined ? [] : [{ property, demo }])),
  );
  return {
    first: Object.fromEntries(demos.map(({ property, demo }) => [property, demo.value])),
    later: Object.fromEntries(demos.flatMap(({ property, demo }) => (demo.later === undefined ? [] : [[property, demo.later]]))),
  };
}
