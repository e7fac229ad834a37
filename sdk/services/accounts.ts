// The accounts and users of this server.
import type { AccountView, MailboxRef, UserView } from '../accounts.js';
import { createServiceId } from './createServiceId.js';

/** Who shares what, as the settings in force say. */
export interface Accounts {
  readonly all: readonly AccountView[];
  find(account: string): AccountView | undefined;
  user(mailbox: MailboxRef): UserView | undefined;
  /** The addresses a user may send from: the shared address, `local@domain` of a domain account with its aliases. */
  sendersOf(mailbox: MailboxRef): readonly string[];
  /** The account that owns an address (a domain account's address, a shared address, `name@` this server), `undefined` for the outside. */
  ownerOf(address: string): AccountView | undefined;
  /** A kind's declaration says that it owns whole domains. */
  ownsDomains(account: AccountView): boolean;
}
export const Accounts = createServiceId<Accounts>('Accounts');
