// The response code of a fault of ours (RFC 3206).
import { PostroomError } from '@postroom/sdk';

/** [SYS/PERM] where only a person can mend it, else [SYS/TEMP]. */
export function systemCode(error: unknown): '[SYS/TEMP]' | '[SYS/PERM]' {
  return error instanceof PostroomError && error.code === 'data/corrupt' ? '[SYS/PERM]' : '[SYS/TEMP]';
}
