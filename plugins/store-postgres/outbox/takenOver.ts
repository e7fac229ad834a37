// What the former sender of an entry is told: the last try has the highest number, and what another one comes to does not count.
import { PostroomError } from '@postroom/sdk';
import { namesOf } from '@postroom/sdk/base';

export function takenOver(recipients: readonly string[]): PostroomError {
  const sentence = `Another sender has taken over the mail for ${namesOf(recipients)}: what this one came to was not recorded.`;
  return new PostroomError('lease/lost', sentence, { recipients });
}
