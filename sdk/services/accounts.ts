// The accounts and users of this server.
import type { AccountView, MailboxRef, UserView } from '../accounts.js';
import type { Disposable } from '../disposable.js';
import { createServiceId } from './createServiceId.js';

/** Who shares what, as the settings in force say. */
export interface Accounts {
  readonly all: readonly AccountView[];
  find(account: string): AccountView | undefined;
  user(mailbox: MailboxRef): UserView | undefined;
  /**
   * The mailbox that a login name means, in any case of letters: `andrew` where one account only has that user, `andrew@company` (account id),
   * `lisa@works.example` (a domain that an account owns), `admin1`. Aliases and display names are no logins.
   */
  mailboxOf(login: string): MailboxRef | undefined;
  /** The addresses a user may send from: the shared address, `local@domain` of a domain account with its aliases. */
  sendersOf(mailbox: MailboxRef): readonly string[];
  /** The account that owns an address (a domain account's address, a shared address, `name@` this server), `undefined` for the outside. */
  ownerOf(address: string): AccountView | undefined;
  /** A kind's declaration says that it owns whole domains. */
  ownsDomains(account: AccountView): boolean;
}
export const Accounts = createServiceId<Accounts>('Accounts');

/** The address that means one user even where it stands alone, or `problem`: what it needs for one, in a few words. */
export type BccAddress = { readonly address: string } | { readonly problem: string };

/**
 * Where users share an address and are told apart by the name in front of it, a blind copy to a colleague is lost: mail programs take Bcc out of the
 * header and ask for the shared address once. The plugin of such a kind of account says which address to write instead; the client sheet and
 * `users list` show it.
 */
export interface BccAddresses {
  /** `of` is asked for users of accounts of this kind, each time that somebody looks. */
  add(kind: string, of: (account: AccountView, user: UserView) => BccAddress): Disposable;
  /** `undefined` where the user's own address will do. */
  of(mailbox: MailboxRef): BccAddress | undefined;
}
export const BccAddresses = createServiceId<BccAddresses>('BccAddresses');
