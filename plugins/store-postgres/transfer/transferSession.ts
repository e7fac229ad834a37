// A database that nobody else is on while everything in it is read, or put into it: one connection, which holds a lock as long as it lives.

import type { Census, ReadStore, TransferRecord } from '@postroom/sdk/services';
import { readAddress } from '../engine/address.js';
import { takeCensus } from '../engine/census.js';
import { DatabaseSession } from '../engine/databaseSession.js';
import { bringUp } from '../engine/migrations.js';
import { markIn, type StoreMark } from '../engine/storeMark.js';
import { assertAlone, lockAlone } from '../engine/transferLock.js';
import { readRecords } from './readRecords.js';

export interface Entrance {
  readonly address: string;
  readonly passwordFile: string | undefined;
}

const APPLICATION = 'postroom store copy';
/** For one statement: of a large store some take long. */
const PATIENCE_MS = 24 * 3_600_000;

export class TransferSession implements ReadStore {
  private constructor(
    readonly session: DatabaseSession,
    readonly mark: StoreMark | undefined,
  ) {}

  static async open(entrance: Entrance): Promise<TransferSession> {
    const session = await openSession(entrance);
    try {
      await lockAlone(session);
      const { mark } = await bringUp(session);
      await assertAlone(session);
      return new TransferSession(session, markIn(mark));
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  census(): Promise<Census> {
    return takeCensus(this.session);
  }

  records({ octets } = { octets: true }): AsyncIterable<TransferRecord> {
    return readRecords(this.session, octets);
  }

  /** All of it or nothing. */
  async together(work: () => Promise<void>): Promise<void> {
    await this.session.exec('BEGIN');
    try {
      await work();
      await this.session.exec('COMMIT');
    } catch (error) {
      if (this.session.isUsable) await this.session.exec('ROLLBACK');
      throw error;
    }
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

export function openSession({ address: url, passwordFile }: Entrance): Promise<DatabaseSession> {
  return DatabaseSession.open(readAddress({ url, passwordFile }), { application: APPLICATION, patienceMs: PATIENCE_MS });
}
