// The thread that carried a session has ended, and cut its connection. Nothing of what it had not handed over was taken in or deleted.
import { PostroomError } from '@postroom/sdk';

export function closedDoor(): PostroomError {
  return new PostroomError('door/closed', 'The thread that carried a session with an ISP has ended.');
}
