// Refusals of the submission server: reply code, enhanced status code (RFC 3463) and a sentence for the person who reads it.
import { type ErrorCode, PostroomError } from '@postroom/sdk';

/** What the library turns into a reply line. */
export class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    readonly status: string,
    readonly sentence: string,
  ) {
    super(`${status} ${sentence}`);
  }
}

/**
 * The reply to a message that was not taken in, and that the client keeps for another try. Nothing of it is stored; where nobody can say whether it is, the same
 * octets from the same author settle that at the next try, as long as they come to this server.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  if (error instanceof PostroomError && error.code === 'store/full') {
    return new Refusal(452, '4.3.1', error.message);
  }
  if (error instanceof PostroomError && (error.code === 'user/unknown' || error.code === 'mail/refused')) {
    return new Refusal(550, '5.7.1', error.message);
  }
  return new Refusal(451, '4.3.0', (error instanceof PostroomError && PASSING[error.code]) || NOT_STORED);
}

const NOT_STORED = 'The message could not be stored. Try again later; the administrator finds the reason in the log.';

const PASSING: Partial<Record<ErrorCode, string>> = {
  'store/unknown':
    'The store was cut off before it said whether it has the message. Send it again later, as it is: this server finds out first what became of it.',
  'store/unreachable': 'The store of this server cannot be reached. Nothing was stored; try again later.',
};
