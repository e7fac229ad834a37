// Commands of other servers: asks them, and answers them.
import type { PluginContext } from '@postroom/sdk';
import {
  Clock,
  CommandCatalogue,
  Documents,
  Leases,
  NodeCommands,
  SettingsService,
  SharedKey,
  StartMode,
  Startup,
} from '@postroom/sdk/services';
import { Answerer } from './answerer.js';
import { Asker } from './asker.js';

export function activate(context: PluginContext): void {
  const documents = context.get(Documents);
  const parts = { documents, commands: context.get(CommandCatalogue), leases: context.get(Leases), key: context.get(SharedKey) };
  const asker = new Asker({ ...parts, clock: context.get(Clock) });
  context.provide(NodeCommands, asker);
  // Who only runs a command on a data folder is gone before anybody could ask.
  if (!documents.isShared || !context.get(StartMode).serves) return;
  const answerer = new Answerer({
    ...parts,
    settings: context.get(SettingsService),
    log: context.log,
    isAwaited: (place) => asker.isAwaited(place),
  });
  context.subscriptions.push(
    answerer,
    context.get(Startup).whenActive(() => answerer.begin()),
  );
}
