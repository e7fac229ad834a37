// The response code of a fault of ours (RFC 3206).
import { type ErrorCode, PostroomError } from '@postroom/sdk';

/** What only a person can mend. A store that is away, or another server that has the mailbox, passes. */
const LASTING: readonly ErrorCode[] = ['data/corrupt', 'store/unfit'];

export type SystemCode = '[SYS/TEMP]' | '[SYS/PERM]';

/** [SYS/PERM] where only a person can mend it, else [SYS/TEMP]. */
export function systemCode(error: unknown): SystemCode {
  return error instanceof PostroomError && LASTING.includes(error.code) ? '[SYS/PERM]' : '[SYS/TEMP]';
}
