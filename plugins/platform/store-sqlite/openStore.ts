// The store of a server that starts: what happens in it becomes events, and what was found when it was opened is told.
import type { Logger } from '@postroom/sdk';
import { inWords } from '@postroom/sdk/base';
import type { Activity, Clock, DataFolder, Events, ServerNode } from '@postroom/sdk/services';
import { tellsOfRestore } from './folder/leftovers.js';
import { SqliteStore } from './sqliteStore.js';

/** What a store needs of its host. */
export interface StoreSurroundings {
  readonly folder: DataFolder;
  readonly node: ServerNode;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Logger;
}

/** Rejects as SqliteStore.open does, with nothing left open; of a disk that takes nothing with a sentence. */
export async function openStore({ folder, node, clock, events, log }: StoreSurroundings): Promise<SqliteStore> {
  const store = await SqliteStore.open(folder.path, {
    clock,
    node: node.name,
    onPickedUp: (mailbox, messages) => events.emit({ type: 'picked-up', mailbox, messages }),
    onLogged: ({ kind, account, text }) => events.emit({ type: 'activity', kind, account, text }),
    onLost: (error) => log.error('A change that was not awaited could not be written.', { error: String(error) }),
  }).catch((error: unknown) => {
    throw inWords(error);
  });
  tellOfLeftovers(store.cleared, log);
  for (const warning of store.warnings) {
    log.error(warning);
    store.activity.add(problemEntry(warning));
  }
  return store;
}

function tellOfLeftovers(cleared: readonly string[], log: Logger): void {
  if (cleared.length === 0) return;
  if (tellsOfRestore(cleared)) {
    log.warn(
      'A restore was interrupted before it changed anything: the data are as they were before it. Run it again: postroom backup restore',
    );
  }
  log.info('What killed operations had left is removed.', { files: cleared });
}

function problemEntry(text: string): Omit<Activity, 'id' | 'at' | 'details'> {
  return { kind: 'problem', account: undefined, user: undefined, message: undefined, text };
}
