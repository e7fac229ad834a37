// Binds what hosts plugins: one of each class, and what plugins may ask for by the SDK's ids.
import {
  CommandCatalogue,
  ContributedEntries,
  Log,
  PluginAdministration,
  PluginCatalogue,
  PluginSupervision,
  PortCatalogue,
  Startup,
} from '@postroom/sdk/services';
import type { Container } from 'inversify';
import { bindAlias, bindClass, bindSelf, bindValue, service } from '../base/bindings.js';
import { HostSettings } from '../configuration/inForce/hostSettings.js';
import { BlockingPlugins } from '../hooking/blockingPlugins.js';
import { createHooks, HostHooks } from '../hooks/hooks.js';
import { CommandRegistry } from './contributions/commandRegistry.js';
import { ManifestEntries } from './contributions/contributedEntries.js';
import { whyInactive } from './contributions/inactivePlugin.js';
import { Ports } from './contributions/ports.js';
import { HostSupervision } from './failures/hostSupervision.js';
import { PluginFailures } from './failures/pluginFailures.js';
import { UnhandledErrors } from './failures/unhandledErrors.js';
import { MailFilters } from './filters/mailFilters.js';
import { HostAdministration } from './hostAdministration.js';
import { PluginHost } from './pluginHost.js';
import { PluginLifecycle } from './pluginLifecycle.js';
import { PluginReconciler } from './pluginReconciler.js';
import { PluginRecords } from './pluginRecords.js';
import { moduleLoader } from './runtime/pluginModule.js';
import { PluginRuntime, RuntimeFactory, type RuntimeOptions } from './runtime/pluginRuntime.js';
import { ServiceRegistry } from './services/serviceRegistry.js';
import { StartupWork } from './start/startupWork.js';

export function bindHost(container: Container, options: Pick<RuntimeOptions, 'storageRoot' | 'mailSender' | 'timeoutMs' | 'boot'>): void {
  const noteProblem: RuntimeOptions['noteProblem'] = (...problem) => service(container, PluginFailures).noteProblem(...problem);
  const hooks = createHooks();
  const services = new ServiceRegistry(container);
  bindValue(container, HostHooks, hooks);
  bindValue(container, ServiceRegistry, services);
  bindValue(container, CommandRegistry, new CommandRegistry(noteProblem, (plugin) => whyPluginIsOff(container, plugin)));
  bindAlias(container, CommandCatalogue, CommandRegistry);
  const log = service(container, Log);
  bindValue(container, Ports, new Ports((plugin, sentence) => log.error(sentence, { plugin }), options.timeoutMs));
  bindAlias(container, PortCatalogue, Ports);

  for (const made of [PluginRecords, PluginFailures, PluginLifecycle, MailFilters, PluginHost, PluginReconciler, StartupWork])
    bindSelf(container, made);
  const load = moduleLoader(services, hooks, () => service(container, PluginFailures));
  bindValue(container, RuntimeFactory, (plugin) => new PluginRuntime(plugin, { ...options, load, services, noteProblem }));
  bindAlias(container, Startup, StartupWork);
  bindAlias(container, PluginCatalogue, PluginHost);
  bindAlias(container, BlockingPlugins, PluginHost);
  bindClass(container, PluginAdministration, HostAdministration);
  bindClass(container, ContributedEntries, ManifestEntries);

  bindSelf(container, HostSupervision);
  bindAlias(container, PluginSupervision, HostSupervision);
  bindSelf(container, UnhandledErrors);
}

function whyPluginIsOff(container: Container, plugin: string): string {
  const { plugins, ground } = service(container, PluginHost);
  const bySettings = service(container, HostSettings).get<readonly string[]>('plugins.disabled');
  return whyInactive(
    plugin,
    plugins.find(({ id }) => id === plugin),
    { bySettings, atBoot: ground.off },
  );
}
