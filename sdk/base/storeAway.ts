// A store on another machine that is away, or unfit: no disk of this machine failed, and what people are told speaks of none.
import { type ErrorCode, PostroomError } from '../errors.js';

const AWAY: readonly ErrorCode[] = ['store/unreachable', 'store/unfit'];

export function isStoreAway(error: unknown): boolean {
  return error instanceof PostroomError && AWAY.includes(error.code);
}
