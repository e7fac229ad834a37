// Whose a name is that somebody writes under: a mail program says what it likes, so a name that reminds of a colleague is the colleague's.
import {
  type AccountView,
  ADMIN1,
  type Address,
  isAdminName,
  isOwnAddress,
  isPublicName,
  isSameMailbox,
  type MailboxRef,
  recipientName,
  type UserView,
  type Whose,
} from '@postroom/sdk';
import { containsWords, lookalikeKey, nameWords } from './nameForms.js';
import { type MatchOptions, matchAddress } from './nameMatch.js';

/** Words without accents, and with letters of other alphabets as what they look like: for telling a name from another one, never for giving mail. */
function roughWords(name: string): readonly string[] {
  return nameWords(lookalikeKey(name).normalize('NFD').replace(/\p{M}/gu, ''));
}

/** Whether a name holds that of another user of the account, by whatever rule and however it is written. `user`: whose it may be. */
export function remindsOfOthers(account: AccountView, user: UserView | undefined, name: string): boolean {
  const words = roughWords(name);
  return account.users
    .filter((other) => other !== user && other.name !== user?.name)
    .some((other) => [other.name, ...other.names, ...other.aliases].some((own) => containsWords(words, roughWords(own))));
}

/**
 * Whose an address in From is, for mail of this author: the shared address with a name that the settings give to him. `options` leaves out what was
 * learned from mail programs.
 */
export function whoseAddress(account: AccountView, author: MailboxRef, address: Address, options: MatchOptions): Whose {
  const user = account.users.find((each) => isSameMailbox(each.mailbox, author));
  const { name } = recipientName(account, address);
  const isAdmin = isSameMailbox(author, ADMIN1);
  if (address.domain === '' || isPublicName(name)) return 'other';
  if (isAdminName(name)) return isAdmin ? 'author' : 'other';
  const match = matchAddress(account, address, options);
  const isOwn =
    user !== undefined && (match.kind === 'user' ? match.user === user : match.kind === 'several' && match.users.includes(user));
  if (!isOwnAddress(account, address)) {
    // `andrew@` this server, as the manual has it: it cannot be answered from outside.
    return isOwn && isLocal(address.domain) ? 'nobody' : 'other';
  }
  if (isOwn) return match.kind === 'user' ? 'author' : 'nobody';
  return match.kind !== 'nobody' || remindsOfOthers(account, user, name) ? 'other' : 'nobody';
}

/** A name of the office's own network, or an IP address. */
export function isLocal(domain: string): boolean {
  return !domain.includes('.') || /^\[?[\d.]+\]?$/.test(domain) || domain.startsWith('[');
}
