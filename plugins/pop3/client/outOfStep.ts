// An answer stands where none belongs, or is none: what the session says from here on may be part of somebody's message.
import { PostroomError } from '@postroom/sdk';

/** The session is over: nothing more of it is taken in, and nothing is deleted. Another one begins at a known place. */
export class OutOfStep extends PostroomError {
  constructor(message: string) {
    super('isp/protocol', message);
  }
}
