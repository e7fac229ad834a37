// Who may send under which address (RFC 6409 section 6.1), and whose mail it is.
import type { AccountView, MailboxRef } from '@postroom/sdk';
import type { Accounts } from '@postroom/sdk/services';
import { Refusal } from '../replies.js';

/**
 * The author of a message with this reverse-path, or a refusal.
 * A user who logged in sends under one of their own addresses, or under the empty path of receipts and other automatic replies.
 * A device in a trusted network is known by its address: it must belong to an account here, as the account's ISP carries the mail; the
 * author stays `undefined` where several users share it.
 */
export function authorOf(from: string, user: MailboxRef | undefined, accounts: Accounts): MailboxRef | undefined | Refusal {
  if (user) {
    return from === '' || includesAddress(accounts.sendersOf(user), from)
      ? user
      : new Refusal(550, '5.7.1', `You may not send as ${from}. Use one of your own addresses, or ask the administrator for an alias.`);
  }
  const account = from === '' ? undefined : accounts.ownerOf(from);
  if (!account) {
    return new Refusal(550, '5.7.1', `No account here sends as <${from}>. Log in, or use the address of an account.`);
  }
  return onlyUserWith(from, account, accounts);
}

/** For each account the users of each of its addresses; an account that changes is another object. */
const usersByAddress = new WeakMap<AccountView, ReadonlyMap<string, readonly MailboxRef[]>>();

function onlyUserWith(from: string, account: AccountView, accounts: Accounts): MailboxRef | undefined {
  let users = usersByAddress.get(account);
  if (users === undefined) {
    users = indexUsers(account, accounts);
    usersByAddress.set(account, users);
  }
  const found = users.get(from.toLowerCase()) ?? [];
  return found.length === 1 ? found[0] : undefined;
}

function indexUsers(account: AccountView, accounts: Accounts): ReadonlyMap<string, readonly MailboxRef[]> {
  const users = new Map<string, MailboxRef[]>();
  for (const { mailbox } of account.users) {
    for (const address of new Set(accounts.sendersOf(mailbox).map((each) => each.toLowerCase()))) {
      const others = users.get(address);
      if (others === undefined) users.set(address, [mailbox]);
      else others.push(mailbox);
    }
  }
  return users;
}

/** Local parts compare without regard to case here: they are names of this server. */
function includesAddress(addresses: readonly string[], wanted: string): boolean {
  return addresses.some((address) => address.toLowerCase() === wanted.toLowerCase());
}
