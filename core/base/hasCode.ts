import { type ErrorCode, PostroomError } from '@postroom/sdk';

/** Whether an error is ours, and has this code. */
export function hasCode(error: unknown, code: ErrorCode): error is PostroomError {
  return error instanceof PostroomError && error.code === code;
}
