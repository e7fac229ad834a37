// Metrics: counts how busy the server is and how it copes, and writes it down for Prometheus, with what other plugins count.
import type { PluginContext } from '@postroom/sdk';
import {
  Clock,
  CommandCatalogue,
  ContributedEntries,
  Events,
  Figures,
  Leases,
  MailStore,
  Outbox,
  PluginSupervision,
  StoreMaintenance,
} from '@postroom/sdk/services';
import { ContributedMetrics } from './contributedMetrics.js';
import { exposition, ownSamples } from './exposition.js';
import { ServerFigures } from './figures.js';
import { storeSamples } from './storeSamples.js';

export function activate(context: PluginContext): void {
  const clock = context.get(Clock);
  const stores = { upkeep: context.get(StoreMaintenance), store: context.get(MailStore), outbox: context.get(Outbox) };
  const leases = context.get(Leases);
  const figures = new ServerFigures(stores, clock, context.get(Events));
  context.subscriptions.push(figures);
  context.provide(Figures, figures);
  const contributed = new ContributedMetrics(
    context.get(ContributedEntries),
    context.get(CommandCatalogue),
    context.get(PluginSupervision),
    clock,
  );
  context.commands.register('metrics', async (_args, call) => {
    const own = [...ownSamples(await figures.now()), ...(await storeSamples(stores.upkeep, leases))];
    return exposition([...own, ...(await contributed.samples(new Set(own.map(({ name }) => name)), call))]);
  });
}
