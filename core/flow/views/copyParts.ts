// What the copies of a stored message are made from when it is sorted again. Pure.
import type { ContentNames } from '../../mail/duplicateKey.js';
import { fetchedPrefix } from '../../mail/prefix.js';
import type { DraftParts } from '../draft.js';
import type { StoredMail } from './storedMail.js';

/** `host`: this server's. `names`: by which a mailbox knows that it has the same mail already; without them it gets a second copy. */
export function copyParts(mail: StoredMail, host: string, names?: ContentNames): DraftParts {
  const { id, receivedAt } = mail.message;
  const { header, duplicateKey } = names ?? { header: mail.header, duplicateKey: undefined };
  const origin = { id, host, receivedAt, header };
  return { header, duplicateKey, prefix: ({ plan }) => fetchedPrefix({ ...origin, plan, server: plan.account.address }) };
}
