// Isolation: what runs plugins that are not the product's own, apart from the host and closed in.
import type { PluginContext } from '@postroom/sdk';
import { Clock, DataFolder, IsolatedModules, PluginCatalogue, PortCatalogue, SettingsService } from '@postroom/sdk/services';
import { checkAgreements, checkFences } from './checks.js';
import { Fences } from './fence/fences.js';
import { type Agreement, agree } from './network/agreement.js';
import { PluginNetwork } from './network/pluginNetwork.js';
import { type IsolationParts, ProcessModule } from './processModule.js';

export function activate(context: PluginContext): void {
  const settings = context.get(SettingsService);
  const catalogue = context.get(PluginCatalogue);
  const fences = new Fences(context.settings, context.log);
  const network = new PluginNetwork(settings, context.get(PortCatalogue), context.get(DataFolder));
  const parts: IsolationParts = { clock: context.get(Clock), limits: context.settings, settings, fences, network };
  context.provide(IsolatedModules, {
    load: (plugin, host) => new ProcessModule(plugin, host, parts),
    networkOf: (manifest) => network.demandOf(manifest),
  });
  context.commands.register('plugins.allow', (given: Agreement, { author }) => agree(given, author, { catalogue, settings, network }));
  context.commands.register('isolation.check', async () => [
    await checkFences(fences, catalogue.plugins),
    ...checkAgreements(network, catalogue.plugins),
  ]);
}
