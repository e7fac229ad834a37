// L6: mail of a list names the list, not the reader; a map says who reads it.
import { foldCase, type MailView, needsPlacing, type SortPlan } from '@postroom/sdk';
import { isBulk, type MailingList, mailingListOf } from './listNames.js';

/** Lists (List-Id or address) and the names of the users who read them. */
export type ListMap = Readonly<Record<string, readonly string[]>>;

export function routeList(plan: SortPlan, mail: MailView, map: ListMap): SortPlan {
  const tagged = isBulk(mail) ? plan.tag('list', 'the header says that it was sent to a list') : plan;
  const list = mailingListOf(mail);
  const readers = new Map(Object.entries(map).map(([name, users]) => [foldCase(name.trim()), users]));
  if (!needsPlacing(tagged)) return noteReaders(tagged, list, readers);
  const name = list.names.find((candidate) => readers.has(candidate));
  if (name !== undefined) return toReaders(tagged, name, readers.get(name) ?? []);
  if (list.title === undefined) return tagged;
  return tagged.note(`the list ${list.title} is not mapped: add it to mailing-lists.map of ${plan.account.id} to say who reads it`);
}

/** Where all who read a list get its mail by other evidence: a further copy, which the list sent, is for no other user. */
function noteReaders(plan: SortPlan, list: MailingList, map: ReadonlyMap<string, readonly string[]>): SortPlan {
  const readers = list.title === undefined ? undefined : map.get(foldCase(list.title));
  const has = (name: string): boolean => plan.mailboxes.some((mailbox) => foldCase(mailbox.user) === foldCase(name));
  if (readers === undefined || readers.length === 0 || !readers.every(has)) return plan;
  return plan.tag('list-readers', `everybody who reads the list ${list.title} gets it`);
}

function toReaders(plan: SortPlan, list: string, names: readonly string[]): SortPlan {
  const unclaimed = plan.addressed;
  let result = plan;
  for (const name of names) {
    const user = plan.account.users.find((candidate) => foldCase(candidate.name) === foldCase(name));
    if (user === undefined) result = result.note(`${name}, who should read the list ${list}, is no user of ${plan.account.id}`);
    else result = result.to(user.mailbox, `reads the list ${list}`, 'L6');
  }
  if (result.mailboxes.length === 0) return result;
  // The shared address without a usable name is answered for by the list.
  return unclaimed.reduce((placed, entry) => placed.placed(entry, `list ${list}`, `the list ${list} says who reads it`), result);
}
