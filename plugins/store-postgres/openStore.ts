// The store of a server that starts: the data folder is its own from here on, and what happens in the store becomes events.
import type { Logger } from '@postroom/sdk';
import type { Clock, DataFolder, Events, ServerNode, StartMode } from '@postroom/sdk/services';
import { FolderLock } from './folder/folderLock.js';
import { PostgresStore } from './postgresStore.js';
import { untilThere } from './untilThere.js';

/** What a store needs of its host. */
export interface StoreSurroundings {
  readonly folder: DataFolder;
  readonly node: ServerNode;
  readonly events: Events;
  readonly clock: Clock;
  readonly mode: StartMode;
  readonly log: Logger;
  readonly address: string;
  readonly passwordFile: string | undefined;
  readonly connections: number;
  readonly goneAfterMs: number;
}

export interface OpenStore {
  readonly store: PostgresStore;
  close(): Promise<void>;
}

/** Rejects as PostgresStore.open does, with nothing left open. */
export async function openStore({ folder, node, events, clock, mode, log, ...entrance }: StoreSurroundings): Promise<OpenStore> {
  const lock = await FolderLock.take(folder.path);
  try {
    const open = (): Promise<PostgresStore> =>
      PostgresStore.open(folder.path, {
        ...entrance,
        node: node.name,
        ownClock: clock,
        onPickedUp: (mailbox, messages) => events.emit({ type: 'picked-up', mailbox, messages }),
        onLogged: ({ kind, account, text }) => events.emit({ type: 'activity', kind, account, text }),
        onLost: (error) => log.error('A change that was not awaited could not be written.', { error: String(error) }),
      });
    // Who runs a command is told at once.
    const store = await (mode.serves ? untilThere(open, { clock, log, ended: mode.ended }) : open());
    return {
      store,
      close: async () => {
        await store.close();
        await lock.close();
      },
    };
  } catch (error) {
    await lock.close();
    throw error;
  }
}
