// Refusals of the submission server: reply code, enhanced status code (RFC 3463) and a sentence for the person who reads it.
import { PostroomError } from '@postroom/sdk';

/** What the library turns into a reply line. */
export class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    readonly status: string,
    sentence: string,
  ) {
    super(`${status} ${sentence}`);
  }
}

/** The reply to a message that could not be taken in. Nothing of it is stored, and the client keeps it for another try. */
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
  return new Refusal(451, '4.3.0', 'The message could not be stored. Try again later; the administrator finds the reason in the log.');
}
