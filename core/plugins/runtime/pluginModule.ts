// What the host imports of a plugin: from its main module where the code runs inside the host, else from what isolates it.
import type { Activate, MaybePromise, PluginManifest } from '@postroom/sdk';
import { IsolatedModules, type IsolationHost } from '@postroom/sdk/services';
import type { HostHooks } from '../../hooks/hooks.js';
import { sharedContentParser } from '../../mail/contentParser.js';
import type { PluginFailure } from '../failures/failureTracker.js';
import { type InstalledPlugin, runsInHost } from '../manifests/discovery.js';
import type { ServiceRegistry } from '../services/serviceRegistry.js';
import { importPlugin } from './importPlugin.js';

export interface PluginModule {
  readonly activate?: Activate;
  /** Of isolated code: answers problems. */
  readonly deactivate?: () => MaybePromise<unknown>;
}

/** A plugin whose manifest can be read. */
export type ReadablePlugin = InstalledPlugin & { readonly manifest: PluginManifest };

/** Loads the module of a plugin that has one. */
export type ModuleLoader = (plugin: ReadablePlugin) => Promise<PluginModule>;

/** What is done with failures of isolated code. */
export interface FailureReports {
  reportFailure(plugin: string, sentence: string, failure: PluginFailure): void;
  noteProblem(plugin: string, sentence: string): void;
}

export function moduleLoader(services: ServiceRegistry, hooks: HostHooks, failures: () => FailureReports): ModuleLoader {
  return async (plugin) => {
    if (!runsInHost(plugin)) return isolatedModule(plugin, services, isolationHost(plugin.id, hooks, failures()));
    return (await importPlugin(plugin, plugin.manifest.main ?? '')) as PluginModule;
  };
}

function isolatedModule({ id, folder, manifest }: ReadablePlugin, services: ServiceRegistry, host: IsolationHost): PluginModule {
  const module = services.get(IsolatedModules).load({ id, folder, manifest }, host);
  return { activate: (context) => module.activate(context), deactivate: () => module.deactivate() };
}

function isolationHost(plugin: string, hooks: HostHooks, failures: FailureReports): IsolationHost {
  return {
    timeLimit: (tap) => hooks[tap.hook].timeLimit(tap),
    failed: (sentence, inHand) => {
      // What is only tried out switches no plugin off, and it may have been that or the mail beside it.
      if (inHand.some((mail) => mail.rehearsal)) failures.noteProblem(plugin, sentence);
      else failures.reportFailure(plugin, sentence, { kind: 'end', messages: [...new Set(inHand.map(({ id }) => id))] });
    },
    keepContentReady: () => sharedContentParser.keepReady(),
  };
}
