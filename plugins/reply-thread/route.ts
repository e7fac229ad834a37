// L5: the answer to a mail goes to the user who sent that mail.
import { ADMIN1, foldCase, isSameMailbox, type MailboxRef, mailboxName, type SortPlan, type UserView } from '@postroom/sdk';

/** `sender`: who sent the message that this one answers, as he was called then. Only for a plan that needs placing. */
export function routeAnswer(plan: SortPlan, sender: MailboxRef, answered: string): SortPlan {
  if (isSameMailbox(sender, ADMIN1)) return claim(plan.to(ADMIN1, `answers ${answered}, which ADMIN1 sent`, 'L5'), ADMIN1);
  if (sender.account !== plan.account.id) return plan.note(`answers ${answered} of ${mailboxName(sender)}, a user of another account`);
  const user = userOf(plan, sender.user);
  if (user === undefined) return plan.note(`answers ${answered} of ${sender.user}: user removed`);
  return claim(plan.to(user.mailbox, `answers ${answered}, which ${user.name} sent`, 'L5'), user.mailbox);
}

/** The shared address without a usable name is answered for by the thread. */
function claim(plan: SortPlan, mailbox: MailboxRef): SortPlan {
  return plan.addressed.reduce((result, entry) => result.placed(entry, mailbox.user, 'the thread says whose it is'), plan);
}

/** A user who was renamed keeps the former name as an alias. */
function userOf(plan: SortPlan, name: string): UserView | undefined {
  const wanted = foldCase(name);
  const users = plan.account.users;
  return (
    users.find((user) => foldCase(user.name) === wanted) ??
    users.find((user) => [...user.aliases, ...user.names].some((alias) => foldCase(alias) === wanted))
  );
}
