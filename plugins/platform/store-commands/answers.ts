// What `store copy` and `store use` do and answer.
import { type CommandCall, PostroomError } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { Clock, ContributedEntries, StoreTransfer, TransferRecord } from '@postroom/sdk/services';
import { copyEverything, type OpenStores } from './copyEverything.js';

export interface CopyStores {
  /** The store that boot.json names. */
  readonly present: () => Promise<StoreTransfer>;
  readonly named: (store: string) => Promise<StoreTransfer>;
  readonly entries: Pick<ContributedEntries, 'of'>;
  readonly clock: Clock;
}

export interface CopyArguments {
  readonly to: string;
  readonly from?: string;
  readonly yes: boolean;
}

/** An entry of the point `unsealedDocuments`. */
interface UnsealedDocuments {
  readonly prefix: string;
}

export async function answerCopied(
  { to: toStore, from: fromStore, yes }: CopyArguments,
  stores: CopyStores,
  call: CommandCall,
): Promise<object> {
  const from = fromStore === undefined ? await stores.present() : await stores.named(fromStore);
  const to = await stores.named(toStore);
  if (from.place === to.place) {
    throw new PostroomError(
      'command/arguments',
      `Everything would be copied from ${from.place} to itself. Name another store with --to; what is copied is the store that boot.json names, unless --from says another one.`,
    );
  }
  const open = new DisposableStack();
  try {
    const source = await from.openSource();
    open.defer(() => source.close());
    const target = await to.openTarget();
    open.defer(() => target.close());
    const pair = { from, to, source, target };
    return yes ? await copied(pair, stores, call) : await proposed(pair);
  } finally {
    await open.disposeAll();
  }
}

async function copied(pair: OpenStores, { entries, clock }: CopyStores, call: CommandCall): Promise<object> {
  const { from, to } = pair;
  const isMeant = meantFor(pair, entries);
  const { census, hashed, counts, aside } = await copyEverything(pair, isMeant, clock, (step) => call.progress(step));
  return {
    copied: true,
    from: from.place,
    to: to.place,
    ...census,
    mailboxes: counts.get('mailbox') ?? 0,
    documents: counts.get('document') ?? 0,
    hashed,
    ...(aside.length > 0 && { setAside: aside }),
    next: [
      `Put this into boot.json in the place of the "store" that it has, and start the server: "store": ${JSON.stringify(to.setting)}.`,
      `What was copied is still in ${from.place}, where no server starts any more: it would collect mail a second time. Remove it when the new store has proved itself.`,
      `To go on with it after all, with "store": ${JSON.stringify(from.setting)} in boot.json: postroom store use`,
    ].join(' '),
  };
}

async function proposed({ from, to, source }: OpenStores): Promise<object> {
  const census = await source.census();
  return {
    copied: false,
    from: from.place,
    to: to.place,
    ...census,
    next: 'Nothing was copied. With --yes it is done without being asked.',
    confirm: `Copy everything from ${from.place} to ${to.place}, and have no server start on the former one any more?`,
  };
}

/** What lies unsealed in a data folder is not for a place that others can read: its plugin brings it along by itself. */
function meantFor({ from, to }: OpenStores, entries: CopyStores['entries']): (record: TransferRecord) => boolean {
  if (from.isShared || !to.isShared) return () => true;
  const unsealed = entries.of<UnsealedDocuments>('unsealedDocuments').map(({ value }) => value.prefix);
  return (record) => record.kind !== 'document' || !unsealed.some((prefix) => record.name.startsWith(prefix));
}

export async function answerTakenUp(present: StoreTransfer): Promise<object> {
  const note = await present.moved();
  await present.takeUp();
  if (note === undefined) return { store: present.place, next: 'Nothing keeps a server from this store: everything is as it was.' };
  return {
    store: present.place,
    copiedTo: note.to,
    copiedAt: note.at.toISOString(),
    next: `Servers start on this store again. It is as it was when it was copied. No server may start on ${note.to} any more: mail would be collected twice.`,
  };
}
