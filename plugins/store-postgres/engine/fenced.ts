// Writes that only the holder of a lease may do.
import { PostroomError } from '@postroom/sdk';
import type { Fence } from '@postroom/sdk/services';
import type { Database, Statements } from './database.js';
import { checkFence, type PostgresLeases } from './leases.js';

/** Rejects with `lease/lost`, nothing stored, where somebody else has taken the lease; its holder hears of that. */
export async function fenced<T>(
  database: Database,
  leases: PostgresLeases,
  fence: Fence,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  try {
    return await database.transaction(async (statements) => {
      await checkFence(statements, fence);
      return work(statements);
    });
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'lease/lost') leases.noteLost(fence);
    throw error;
  }
}
