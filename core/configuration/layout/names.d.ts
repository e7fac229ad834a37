/** Keys that reach into JavaScript's prototypes; refused wherever they stand in the file. */
export declare const POLLUTING_KEYS: ReadonlySet<string>;
/** The id of an account: letters, digits, dot, dash, underscore. For editors; nameProblem() says it in words. */
export declare const ACCOUNT_ID_PATTERN =
  '^(?![aA][dD][mM][iI][nN]1?$)(?![pP][uU][bB][lL][iI][cC]1?$)[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._-]{0,63}$';
/** The name of a user: as an account's id, with spaces and most signs inside. */
export declare const USER_NAME_PATTERN =
  '^(?![aA][dD][mM][iI][nN]1?$)(?![pP][uU][bB][lL][iI][cC]1?$)(?! )[^@<>"(),:;/\\\\\\[\\]\\p{C}\\u2028\\u2029]{1,64}(?<! )$';
/** What is wrong with the name of an account or user, a sentence; `undefined` for a good one. */
export declare function nameProblem(what: 'account' | 'user', name: string): string | undefined;
