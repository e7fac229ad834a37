// The store on SQLite: locks the data folder, opens the database, and hands over what it keeps.
import type { PluginContext, StandaloneContext } from '@postroom/sdk';
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
  StoreFiles,
  StoreMaintenance,
  StoreTransfer,
} from '@postroom/sdk/services';
import { openStore } from './openStore.js';
import { SqliteFiles } from './sqliteFiles.js';
import { SqliteTransfer } from './transfer/sqliteTransfer.js';

export async function activate(context: PluginContext): Promise<void> {
  const clock = context.get(Clock);
  const store = await openStore({
    folder: context.get(DataFolder),
    node: context.get(ServerNode),
    clock,
    events: context.get(Events),
    log: context.log,
  });
  context.subscriptions.push({ dispose: () => store.close() });
  context.provide(MailStore, store.mailStore);
  context.provide(Outbox, store.outbox);
  context.provide(Journal, store.journal);
  context.provide(ActivityLog, store.activity);
  context.provide(PluginStorages, store.storages);
  context.provide(Revisions, store.revisions);
  context.provide(Maildrops, store.maildrops);
  context.provide(Leases, store.leases);
  context.provide(Documents, store.documents);
  context.provide(StoreMaintenance, store);
  context.provide(StoreFiles, new SqliteFiles(clock));
  context.provide(StoreTransfer, new SqliteTransfer(context.get(DataFolder).path, clock));
}

/** Copies and folders can be worked on where no store is opened. */
export function activateStandalone(context: StandaloneContext): void {
  const clock = context.get(Clock);
  context.provide(StoreFiles, new SqliteFiles(clock));
  context.provide(StoreTransfer, new SqliteTransfer(context.get(DataFolder).path, clock));
}
