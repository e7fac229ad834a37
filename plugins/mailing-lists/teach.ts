// What a person teaches who moves a message: the user reads the list that it came by.
import { foldCase, type MailView, type SortPlan, type UserView } from '@postroom/sdk';
import type { RuleProposal } from '@postroom/sdk/services';
import { isBulk, mailingListOf } from './listNames.js';
import type { ListMap } from './route.js';

export function proposeReader(plan: SortPlan, mail: MailView, user: UserView, map: ListMap): RuleProposal | undefined {
  const { names, title } = mailingListOf(mail);
  const list = title === undefined ? (isBulk(mail) ? names[0] : undefined) : foldCase(title);
  if (list === undefined) return undefined;
  const known = Object.keys(map).find((name) => names.includes(foldCase(name.trim()))) ?? list;
  const readers = map[known] ?? [];
  if (readers.some((reader) => foldCase(reader) === foldCase(user.name))) return undefined;
  return {
    path: ['accounts', plan.account.id, 'mailing-lists.map'],
    value: { ...map, [known]: [...readers, user.name] },
    sentence: `${user.name} reads the list ${known}`,
  };
}
