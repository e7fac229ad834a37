// Another server has taken over the collecting of this account. From then on this one changes nothing, at the ISP neither: what it has stored stands in
// the journal, and the other one deletes it.
import { PostroomError } from '@postroom/sdk';

export function isLostLease(error: unknown): error is PostroomError {
  return error instanceof PostroomError && error.code === 'lease/lost';
}
