// The store on PostgreSQL: locks the data folder, opens the database, and hands over what it keeps.
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
  StartMode,
  StoreMaintenance,
  StoreTransfer,
} from '@postroom/sdk/services';
import { openStore } from './openStore.js';
import { PostgresTransfer } from './transfer/postgresTransfer.js';

export async function activate(context: PluginContext): Promise<void> {
  const opened = await openStore({
    folder: context.get(DataFolder),
    node: context.get(ServerNode),
    events: context.get(Events),
    clock: context.get(Clock),
    mode: context.get(StartMode),
    log: context.log,
    ...entranceOf(context),
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
  context.provide(StoreTransfer, new PostgresTransfer(entranceOf(context)));
}

/** A database can be read and filled where no server is on it. */
export function activateStandalone(context: StandaloneContext): void {
  context.provide(StoreTransfer, new PostgresTransfer(entranceOf(context)));
}

function entranceOf({ settings }: Pick<StandaloneContext, 'settings'>): {
  readonly address: string;
  readonly passwordFile: string | undefined;
} {
  return {
    address: settings.get<string>('storePostgres.url'),
    passwordFile: settings.get<string>('storePostgres.passwordFile') || undefined,
  };
}
