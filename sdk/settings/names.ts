// Which names accounts and users may have. They stand in logins, addresses, paths and logs, so they are kept plain.
import { isAdminName, isPublicName } from '../accounts.js';
import { shownName } from '../base/shownName.js';

/** Keys that reach into JavaScript's prototypes; refused wherever they stand in the file. */
export const POLLUTING_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const RESERVED = '(?![aA][dD][mM][iI][nN]1?$)(?![pP][uU][bB][lL][iI][cC]1?$)';
/** The id of an account: letters, digits, dot, dash, underscore. For editors; nameProblem() says it in words. */
export const ACCOUNT_ID_PATTERN = `^${RESERVED}[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._-]{0,63}$`;
/** The name of a user: as an account's id, with spaces and most signs inside. */
export const USER_NAME_PATTERN = `^${RESERVED}(?! )[^@<>"(),:;/\\\\\\[\\]\\p{C}\\u2028\\u2029]{1,64}(?<! )$`;

/** The name of a server among those that share a store. */
export const NODE_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';

const ACCOUNT_ID = new RegExp(ACCOUNT_ID_PATTERN, 'u');
const USER_NAME = new RegExp(USER_NAME_PATTERN, 'u');
const NODE_NAME = new RegExp(NODE_NAME_PATTERN);

/** What is wrong with the name of an account or user, a sentence; `undefined` for a good one. */
export function nameProblem(what: 'account' | 'user', name: string): string | undefined {
  const shown = shownName(name);
  if (isPublicName(name) || isAdminName(name)) {
    return `"${shown}" is reserved: it means ${isPublicName(name) ? 'PUBLIC1' : 'ADMIN1'} in every account. Choose another name for the ${what}.`;
  }
  if (POLLUTING_KEYS.has(name)) return `"${shown}" can't be a name here. Choose another one for the ${what}.`;
  if (name === '') return `The name of ${what === 'user' ? 'a user' : 'an account'} is empty.`;
  if ([...name].length > 64)
    return `"${shown}" is too long: the name of ${what === 'user' ? 'a user' : 'an account'} has at most 64 characters.`;
  if (what === 'account' && !ACCOUNT_ID.test(name)) {
    return `"${shown}" can't name an account: only letters, digits, ".", "-" and "_" are allowed, a letter or digit first.`;
  }
  if (what === 'user' && !USER_NAME.test(name)) {
    return `"${shown}" can't name a user: no space at either end, no control characters and none of @ < > ( ) [ ] , ; : " / \\ are allowed.`;
  }
  return undefined;
}

/** What is wrong with the name of a server, a sentence; `undefined` for a good one. */
export function nodeNameProblem(name: string): string | undefined {
  return NODE_NAME.test(name)
    ? undefined
    : 'The name of a server must begin with a letter or a digit, and have up to 63 of letters, digits, ".", "_" and "-".';
}
