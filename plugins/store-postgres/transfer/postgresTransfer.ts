// StoreTransfer on PostgreSQL: a database that no server is on is read, or filled.
import { PostroomError } from '@postroom/sdk';
import type { MovedNote, StoreTransfer, TransferRecord, TransferSource, TransferTarget } from '@postroom/sdk/services';
import { placeOf, readAddress, withoutPassword } from '../engine/address.js';
import { movedNote, readMark, refuseMarked, removeMark, type StoreMark, writeMark } from '../engine/storeMark.js';
import { assertAlone } from '../engine/transferLock.js';
import { CONTENT_TABLES } from './recordRows.js';
import { type Entrance, openSession, TransferSession } from './transferSession.js';
import { RecordWriter } from './writeRecords.js';

export class PostgresTransfer implements StoreTransfer {
  readonly isShared = true;

  constructor(private readonly entrance: Entrance) {}

  get place(): string {
    const { hosts, database } = readAddress({ url: this.entrance.address });
    return `the database ${database} at ${hosts.map(placeOf).join(', ')}`;
  }

  get setting(): string {
    return withoutPassword(this.entrance.address);
  }

  async openSource(): Promise<TransferSource> {
    if (!(await this.#isThere())) {
      throw new PostroomError('data/missing', `There is no store of Postroom in ${this.place}: nothing can be copied from there.`);
    }
    const opened = await TransferSession.open(this.entrance);
    try {
      refuseMarked(opened.mark);
      return sourceOf(opened);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  async openTarget(): Promise<TransferTarget> {
    const opened = await TransferSession.open(this.entrance);
    try {
      if (opened.mark?.state !== 'unfinished' && !(await isEmpty(opened))) throw notEmpty(this.place);
      return targetOf(opened);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  async moved(): Promise<MovedNote | undefined> {
    return movedNote(await this.#mark());
  }

  async takeUp(): Promise<void> {
    const mark = await this.#mark();
    if (mark?.state === 'unfinished') refuseMarked(mark);
    if (mark === undefined) return;
    const opened = await TransferSession.open(this.entrance);
    try {
      if (opened.mark?.state === 'moved') await removeMark(opened.session);
    } finally {
      await opened.close();
    }
  }

  async #mark(): Promise<StoreMark | undefined> {
    const session = await openSession(this.entrance);
    try {
      return (await hasTables(session)) ? await readMark(session) : undefined;
    } finally {
      await session.close();
    }
  }

  async #isThere(): Promise<boolean> {
    const session = await openSession(this.entrance);
    try {
      return await hasTables(session);
    } finally {
      await session.close();
    }
  }
}

function sourceOf(opened: TransferSession): TransferSource {
  return {
    census: () => opened.census(),
    records: (what) => opened.records(what),
    retire: ({ to, at }) =>
      opened.together(async () => {
        await assertAlone(opened.session);
        await writeMark(opened.session, { state: 'moved', to, at: at.toISOString() });
      }),
    close: () => opened.close(),
  };
}

function targetOf(opened: TransferSession): TransferTarget {
  return {
    census: () => opened.census(),
    records: (what) => opened.records(what),
    take: async (records: AsyncIterable<TransferRecord>) => {
      await opened.together(async () => {
        await writeMark(opened.session, { state: 'unfinished' });
        await opened.session.exec(`TRUNCATE ${CONTENT_TABLES.join(', ')}`);
      });
      await new RecordWriter(opened.session).take(records);
      // Until it looks by itself PostgreSQL knows nothing of the rows.
      await opened.session.exec('ANALYZE');
    },
    finish: async () => {
      await removeMark(opened.session);
      return [];
    },
    close: () => opened.close(),
  };
}

async function hasTables(session: Pick<TransferSession['session'], 'rows'>): Promise<boolean> {
  const [row] = await session.rows<{ is_there: boolean }>(`SELECT to_regclass('meta') IS NOT NULL AS is_there`);
  return row?.is_there === true;
}

async function isEmpty({ session }: TransferSession): Promise<boolean> {
  const [row] = await session.rows<{ is_filled: boolean }>(
    `SELECT ${CONTENT_TABLES.map((table) => `EXISTS (SELECT 1 FROM ${table})`).join(' OR ')} AS is_filled`,
  );
  return row?.is_filled !== true;
}

function notEmpty(place: string): PostroomError {
  return new PostroomError(
    'store/not-empty',
    `There is something in ${place} already, which is not written over. Name an empty database, or make this one anew (dropdb, createdb).`,
  );
}
