// Moves everything from one store to another: copies, compares, and only then closes the one and opens the other to servers.
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import type { Clock, StoreTransfer, TransferRecord, TransferSource, TransferTarget } from '@postroom/sdk/services';
import { type Compared, compareStores } from './compareStores.js';
import { wholeMessages } from './wholeMessages.js';

/** Both stores, open, with what they are called. */
export interface OpenStores {
  readonly from: StoreTransfer;
  readonly to: StoreTransfer;
  readonly source: TransferSource;
  readonly target: TransferTarget;
}

export interface Copied extends Compared {
  /** Files that stood in the way, and where they are now. */
  readonly aside: readonly string[];
}

/** Rejects with nothing changed in the source, and the target an unfinished copy. `isMeant`: what is copied. */
export async function copyEverything(
  { from, to, source, target }: OpenStores,
  isMeant: (record: TransferRecord) => boolean,
  clock: Pick<Clock, 'now'>,
  progress: (step: CommandProgress) => void,
): Promise<Copied> {
  const compared = await copyAndCompare({ from, to, source, target }, isMeant, progress).catch((error: unknown) => {
    throw unfinished(error);
  });
  // In this order: where this is cut off between the two, a server starts on neither, rather than on both.
  await source.retire({ to: to.place, at: clock.now() });
  return { ...compared, aside: await target.finish() };
}

async function copyAndCompare(
  { from, to, source, target }: OpenStores,
  isMeant: (record: TransferRecord) => boolean,
  progress: (step: CommandProgress) => void,
): Promise<Compared> {
  const { messages } = await source.census();
  let taken = 0;
  const counted = wholeMessages(source.records(), from.place, () => {
    taken += 1;
    progress({ what: 'Copying messages', done: taken, of: messages });
  });
  await target.take(meant(counted, isMeant));
  return compareStores({ store: source, place: from.place }, { store: target, place: to.place }, isMeant, (done) =>
    progress({ what: 'Checking messages', done, of: messages }),
  );
}

/** What is damaged, or differs, says so itself. */
function unfinished(error: unknown): unknown {
  if (!(error instanceof PostroomError) || error.code === 'data/corrupt') return error;
  const message = `${error.message} The copy is not finished, and what is copied is as it was. When that is mended, run it again.`;
  return new PostroomError(error.code, message, error.fields, { cause: error });
}

async function* meant(
  records: AsyncIterable<TransferRecord>,
  isMeant: (record: TransferRecord) => boolean,
): AsyncGenerator<TransferRecord> {
  for await (const record of records) if (isMeant(record)) yield record;
}
