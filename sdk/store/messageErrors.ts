// What people are told of a message that is not there, or not as it should be.
import { PostroomError } from '../errors.js';
import type { MessageId } from '../mail.js';

/** -1, which no message has, for what is not a number. */
export function numberOfMessage(id: MessageId): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : -1;
}

export function noSuchMessage(id: MessageId): PostroomError {
  return new PostroomError(
    'mail/not-found',
    `There is no message ${id}. It may have been picked up and deleted; "postroom trace ${id}" tells.`,
    { message: id },
  );
}

export function goneBeforeResort(id: MessageId): PostroomError {
  return new PostroomError('mail/not-found', `Message ${id} is no longer there, so it can't be sorted again.`, { message: id });
}

export function notSetAside(id: MessageId): PostroomError {
  return new PostroomError('mail/not-found', `Message ${id} is not set aside: it belongs to its mailboxes. Delete it there.`, {
    message: id,
  });
}

export function missingOctets(number: number): PostroomError {
  return new PostroomError(
    'data/corrupt',
    `Octets of message ${number} are missing: it was removed while it was read, or the database is damaged. Run "postroom doctor".`,
    { message: number },
  );
}
