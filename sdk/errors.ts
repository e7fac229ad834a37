// The one kind of error, and the one table of its codes.

/** Every code with what it means. The sentence that people see is made where it happens: it names what, and what to do. */
export const ERROR_CODES = Object.freeze({
  'backup/damaged': 'A backup is damaged, incomplete or of another version.',
  'command/unknown': 'No such command.',
  'command/arguments': 'The arguments do not fit the schema of the command.',
  'command/not-allowed': 'The command was not asked for by somebody who may.',
  'command/not-active': 'The plugin that the command belongs to does not run.',
  'command/not-running': 'The command needs a running server.',
  'data/missing': 'The folder holds no data of Postroom.',
  'data/locked': 'Another process uses the data folder.',
  'data/not-writable': 'The data folder cannot be written.',
  'data/unfinished': 'A restore into the data folder, or a copy into the store, was interrupted.',
  'data/moved': 'Everything in the store was copied to another one, which is used since.',
  'data/newer': 'The data folder was written by a newer version.',
  'data/corrupt': 'The database is damaged.',
  'door/closed': 'The thread that a connection was in has ended.',
  'file/not-writable': 'A file or folder that somebody named cannot be written.',
  'isp/unreachable': 'The connection to the ISP failed or was cut.',
  'isp/timeout': 'The ISP did not answer in time.',
  'isp/protocol': 'The ISP answered something that the protocol does not allow.',
  'isp/tls': 'TLS with the ISP failed or is not offered.',
  'isp/login-refused': 'The ISP refused the login.',
  'isp/no-login': 'The ISP takes no way to log in that is known here, or that the settings allow.',
  'isp/in-use': 'The ISP says that the mailbox is in use.',
  'isp/temporary': 'The ISP asks to try again later.',
  'isp/permanent': 'The ISP says that the mailbox needs attention.',
  'isp/message': 'One message could not be collected.',
  'isp/no-password': 'No password is set for the ISP account.',
  'lease/lost': 'Another server, or another session, has taken over what this one did.',
  'licence/denied': 'No licence for this.',
  'mail/unreadable': 'The content of a message is beyond the limits or cannot be parsed.',
  'mail/not-found': 'No such message.',
  'mail/refused': 'A rule of the account does not let a submitted message out.',
  'plugin/undeclared-tap': 'A plugin tapped a hook that its manifest does not declare.',
  'plugin/undeclared-service': 'A plugin took or provided a service that its manifest does not declare.',
  'plugin/no-provider': 'No enabled plugin provides a service that is needed.',
  'plugin/isolated': 'The service is for bundled plugins only.',
  'plugin/not-allowed': 'A plugin did what its manifest does not ask for, or more often than allowed.',
  'plugin/package': 'A packed plugin cannot be read, or holds what no plugin may hold.',
  'plugin/conflict': 'Somebody else has installed or removed the plugin at the same time, on another server.',
  'plugin/failed': 'A plugin failed.',
  'plugin/timeout': 'A plugin took too long.',
  'plugin/bad-answer': 'A plugin answered something that the hook does not allow.',
  'plugin/manifest': 'The manifest of a plugin is wrong.',
  'plugin/unfenced': 'This machine does not have the fence around plugins that plugins.isolation asks for.',
  'plugin/unknown': 'No such plugin.',
  'secrets/unreadable': 'The secrets cannot be read: a file is damaged, or the key file missing or another one.',
  'settings/invalid': 'The settings are wrong.',
  'settings/unknown-key': 'No plugin declares this property.',
  'settings/conflict': 'The settings were changed by somebody else meanwhile.',
  'store/not-empty': 'A store that is to take the content of another one holds something.',
  'store/full': 'There is no room to store mail.',
  'store/failed': 'The store could not write.',
  'store/unknown': 'The store may have stored it: its answer was lost.',
  'store/unreachable': 'The database server cannot be reached, or takes no changes now.',
  'store/unfit': 'The database server, or its settings, cannot keep mail safely.',
  'user/unknown': 'No such user or account.',
} as const);

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error whose message is meant for people: what happened, to what, what to do next. Never a secret in it. */
export class PostroomError extends Error {
  override readonly name = 'PostroomError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Facts for the log: account, plugin, path ... */
    readonly fields: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The sentence of anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
