// The store on PostgreSQL: locks the data folder, opens the database, and hands over what it keeps.
import type { PluginContext } from '@postroom/sdk';
import {
  ActivityLog,
  Clock,
  DataFolder,
  Documents,
  Events,
  Journal,
  Leases,
  Maildrops,
  MailStore,
  Outbox,
  PluginStorages,
  Revisions,
  ServerNode,
  StartMode,
  StoreMaintenance,
} from '@postroom/sdk/services';
import { openStore } from './openStore.js';

export async function activate(context: PluginContext): Promise<void> {
  const opened = await openStore({
    folder: context.get(DataFolder),
    node: context.get(ServerNode),
    events: context.get(Events),
    clock: context.get(Clock),
    mode: context.get(StartMode),
    log: context.log,
    address: context.settings.get<string>('storePostgres.url'),
    passwordFile: context.settings.get<string>('storePostgres.passwordFile') || undefined,
    connections: context.settings.get<number>('storePostgres.connections'),
    goneAfterMs: context.settings.get<number>('storePostgres.goneAfterSeconds') * 1000,
  });
  context.subscriptions.push({ dispose: () => opened.close() });
  const { store } = opened;
  context.provide(MailStore, store.mailStore);
  context.provide(Outbox, store.outbox);
  context.provide(Journal, store.journal);
  context.provide(ActivityLog, store.activity);
  context.provide(PluginStorages, store.storages);
  context.provide(Revisions, store.revisions);
  context.provide(Maildrops, store.maildrops);
  context.provide(StoreMaintenance, store);
  context.provide(Leases, store.leases);
  context.provide(Documents, store.documents);
}
