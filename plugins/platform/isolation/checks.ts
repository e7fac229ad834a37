// What the doctor says of isolation: what holds installed plugins in, and what they wait for.
import type { CheckResult } from '@postroom/sdk';
import type { PluginCatalogue } from '@postroom/sdk/services';
import type { Fences } from './fence/fences.js';
import { FENCE_NAMES } from './fence/fenceWords.js';
import type { PluginNetwork } from './network/pluginNetwork.js';

type Plugins = PluginCatalogue['plugins'];

const CHECK = 'plugin isolation';
const ALWAYS = "the allow-list of Node's modules, the permissions of Node, and the host as the only way to a network";

/** Says which fences hold on this machine, and which of them a plugin would run behind now. */
export async function checkFences(fences: Fences, plugins: Plugins): Promise<CheckResult> {
  const { fence, missing } = await fences.found();
  const refusal = await fences.refusal();
  const isUsed = isolated(plugins).length > 0;
  if (refusal !== undefined) return { check: CHECK, state: isUsed ? 'problem' : 'warning', text: `No installed plugin starts: ${refusal}` };
  const lacks = [...missing].map(([kind, why]) => `${FENCE_NAMES[kind]} ${why}`).join('; ');
  const name = FENCE_NAMES[fence.kind];
  if (fence.closed.files && fence.closed.network) {
    const text = `Installed plugins run behind ${name} (files, network and processes closed by the system), ${ALWAYS}.`;
    return { check: CHECK, state: 'well', text };
  }
  const system = fence.closed.network ? `${name} (network and processes closed by the system; files are not), ` : '';
  const text = `Installed plugins run behind ${system}${ALWAYS}${lacks === '' ? '' : `: ${lacks}`}. Install bubblewrap for a fence of the system.`;
  return { check: CHECK, state: isUsed ? 'warning' : 'well', text };
}

export function checkAgreements(network: PluginNetwork, plugins: Plugins): readonly CheckResult[] {
  return isolated(plugins).flatMap(({ id, manifest }) => {
    const waits = manifest === undefined ? [] : network.demandOf(manifest).waits;
    const text = `It waits for your agreement to connect to ${waits.join(', ')}. Agree: postroom plugins allow ${id}`;
    return waits.length === 0 ? [] : [{ check: `plugin ${id}`, state: 'warning', text }];
  });
}

function isolated(plugins: Plugins): Plugins {
  return plugins.filter(({ bundled, trusted, state }) => !bundled && !trusted && state !== 'disabled');
}
