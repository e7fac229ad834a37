// A mailbox by the name a person types: `andrew`, `andrew@company`, `admin1`.
import { ADMIN1, isAdminName, type MailboxRef, mailboxName } from '../accounts.js';
import { PostroomError } from '../errors.js';
import type { Accounts } from '../services/accounts.js';

/** `undefined` where there is none; throws where several users have the name. */
export function findMailbox(name: string, accounts: Accounts): MailboxRef | undefined {
  if (isAdminName(name)) {
    return ADMIN1;
  }
  const wanted = name.toLowerCase();
  const all = accounts.all.flatMap((account) => account.users.map((user) => user.mailbox));
  const exact = all.find((mailbox) => mailboxName(mailbox).toLowerCase() === wanted);
  const sameName = all.filter((mailbox) => mailbox.user.toLowerCase() === wanted);
  if (exact === undefined && sameName.length > 1) {
    throw new PostroomError('user/unknown', `${name} shares several accounts: say ${sameName.map(mailboxName).join(' or ')}.`);
  }
  return exact ?? sameName[0];
}

/** The same, where there has to be one. */
export function mailboxNamed(name: string, accounts: Accounts): MailboxRef {
  const mailbox = findMailbox(name, accounts);
  if (mailbox === undefined) {
    throw new PostroomError('user/unknown', `There is no mailbox ${name}. "postroom mailboxes list" shows them all.`);
  }
  return mailbox;
}
