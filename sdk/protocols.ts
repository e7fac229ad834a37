// The names of what is spoken at ports and in sessions.

/** `pop3`, `smtp` and `http` are those of the product's ports. A plugin that opens another one uses its usual name in lower case: `imap`, `lmtp`. */
export type Protocol = 'pop3' | 'smtp' | 'http' | (string & {});
