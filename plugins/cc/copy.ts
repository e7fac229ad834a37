// CC: colleagues who always get a copy of what a user receives.
import { foldCase, isSameMailbox, type MailboxRef, mailboxName, type SortPlan, type UserView } from '@postroom/sdk';

/** Adds the colleagues of everybody who gets the message by now. One hop: a colleague added here adds no others, so that two who copy each other get one copy. */
export function addCopies(plan: SortPlan, copiesOf: (user: UserView) => readonly string[]): SortPlan {
  let result = plan;
  for (const receiver of plan.mailboxes) {
    const user = userOf(plan.account.users, receiver);
    for (const name of user === undefined ? [] : copiesOf(user)) {
      const colleague = plan.account.users.find((candidate) => foldCase(candidate.name) === foldCase(name));
      if (colleague === undefined)
        result = result.note(`${mailboxName(receiver)} copies to ${name}, who is no user of ${plan.account.id}: left out`);
      else if (!isSameMailbox(colleague.mailbox, receiver))
        result = result.to(colleague.mailbox, `copy of ${mailboxName(receiver)}'s mail`);
    }
  }
  return result;
}

/** Plans mostly name a mailbox as the settings do. */
function userOf(users: readonly UserView[], mailbox: MailboxRef): UserView | undefined {
  const asWritten = users.find((user) => user.mailbox.user === mailbox.user && user.mailbox.account === mailbox.account);
  return asWritten ?? users.find((user) => isSameMailbox(user.mailbox, mailbox));
}
