// Whether one store has what another one has: all records side by side, the second one's octets against the hashes.
import { PostroomError } from '@postroom/sdk';
import type { Census, ReadStore, TransferRecord } from '@postroom/sdk/services';
import { isSame, recordName } from './comparedRecords.js';
import { wholeMessages } from './wholeMessages.js';

/** A store that is read, and what it is called in sentences. */
export interface NamedStore {
  readonly store: ReadStore;
  readonly place: string;
}

export interface Compared {
  readonly census: Census;
  /** Messages whose octets were read and hashed. */
  readonly hashed: number;
  /** Records of each kind. */
  readonly counts: ReadonlyMap<TransferRecord['kind'], number>;
}

/** Throws `data/corrupt` at the first difference. `isMeant`: what of the first store is to be in the second one. `hashed`: told how many messages are whole. */
export async function compareStores(
  from: NamedStore,
  to: NamedStore,
  isMeant: (record: TransferRecord) => boolean,
  hashed: (messages: number) => void,
): Promise<Compared> {
  let messages = 0;
  const counts = new Map<TransferRecord['kind'], number>();
  const whole = wholeMessages(to.store.records(), to.place, () => {
    messages += 1;
    hashed(messages);
  });
  const there = without(whole, 'octets')[Symbol.asyncIterator]();
  try {
    for await (const record of from.store.records({ octets: false })) {
      if (!isMeant(record)) continue;
      const { value: other, done } = await there.next();
      if (done === true) throw different(`${to.place} lacks ${recordName(record)}`);
      if (!isSame(record, other))
        throw different(`${recordName(record)} of ${from.place} is not what ${to.place} has: ${recordName(other)}`);
      counts.set(record.kind, (counts.get(record.kind) ?? 0) + 1);
    }
    const { value: more, done } = await there.next();
    if (done !== true) throw different(`${to.place} has ${recordName(more)}, which ${from.place} has not`);
  } finally {
    await there.return(undefined);
  }
  return { census: await sameCensus(from, to), hashed: messages, counts };
}

async function sameCensus(from: NamedStore, to: NamedStore): Promise<Census> {
  const [one, other] = [await from.store.census(), await to.store.census()];
  for (const [what, count] of Object.entries(one)) {
    const found = other[what as keyof Census];
    if (found !== count) throw different(`${from.place} has ${count} ${what}, and ${to.place} has ${found}`);
  }
  return other;
}

async function* without(records: AsyncIterable<TransferRecord>, kind: TransferRecord['kind']): AsyncGenerator<TransferRecord, undefined> {
  for await (const record of records) if (record.kind !== kind) yield record;
  return undefined;
}

function different(what: string): PostroomError {
  return new PostroomError(
    'data/corrupt',
    `The stores differ: ${what}. The copy is not finished, and the store that was copied from is as it was. Check the disks of both, and run it again.`,
  );
}
