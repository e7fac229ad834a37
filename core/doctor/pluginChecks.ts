// What holds installed plugins in, and what they wait for.

import type { CheckResult } from '@postroom/sdk';
import type { Fences } from '../host/isolated/fence/fences.js';
import { FENCE_NAMES } from '../host/isolated/fence/fenceWords.js';
import type { PluginNetwork } from '../host/network/pluginNetwork.js';
import type { PluginHost } from '../host/pluginHost.js';
import { problem, warning, well } from './checkResult.js';

const CHECK = 'plugin isolation';

/** Says which fences hold on this machine, and which of them a plugin would run behind now. */
export async function checkIsolation(fences: Fences, plugins: PluginHost): Promise<CheckResult> {
  const { fence, missing } = await fences.found();
  const refusal = await fences.refusal();
  const installed = plugins.plugins.filter(({ bundled, state }) => !bundled && state !== 'disabled').length;
  const always = "the allow-list of Node's modules, the permissions of Node, and the host as the only way to a network";
  if (refusal !== undefined) return (installed > 0 ? problem : warning)(CHECK, `No installed plugin starts: ${refusal}`);
  const lacks = [...missing].map(([kind, why]) => `${FENCE_NAMES[kind]} ${why}`).join('; ');
  if (fence.closed.files && fence.closed.network) {
    return well(
      CHECK,
      `Installed plugins run behind ${FENCE_NAMES[fence.kind]} (files, network and processes closed by the system), ${always}.`,
    );
  }
  const system = fence.closed.network ? `${FENCE_NAMES[fence.kind]} (network and processes closed by the system; files are not), ` : '';
  const text = `Installed plugins run behind ${system}${always}${lacks === '' ? '' : `: ${lacks}`}. Install bubblewrap for a fence of the system.`;
  return (installed > 0 ? warning : well)(CHECK, text);
}

export function checkAgreements(network: PluginNetwork, plugins: PluginHost): readonly CheckResult[] {
  return plugins.plugins.flatMap(({ id, bundled, state, manifest }) => {
    const waits = bundled || state === 'disabled' || manifest === undefined ? [] : network.waiting(manifest);
    const text = `It waits for your agreement to connect to ${waits.join(', ')}. Agree: postroom plugins allow ${id}`;
    return waits.length === 0 ? [] : [warning(`plugin ${id}`, text)];
  });
}
