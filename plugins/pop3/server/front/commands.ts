// The table of commands, in the order of a session. A keyword that is not here is refused as unknown: APOP (it would need
// passwords in clear text), LAST (obsolete), UTF8 and LANG (RFC 6856; messages are sent as they were stored, so UTF8 would promise nothing).
import { auth, pass, startTls, user } from './authorization.js';
import { capabilities } from './capabilities.js';
import { deleteMessage, list, quit, reset, stat, uniqueIds } from './mailboxCommands.js';
import { retrieve, top } from './retrieval.js';
import type { Session } from './session.js';

export interface Command {
  /** Where it may be given (RFC 1939 sections 4 and 5). */
  readonly state: 'authorization' | 'transaction' | 'both';
  /** Fewest and most arguments. */
  readonly arguments: readonly [number, number];
  /** The one argument is everything behind the first space, spaces included. */
  readonly text?: boolean;
  readonly usage: string;
  run(session: Session, words: readonly string[]): Promise<void> | void;
}

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['CAPA', { state: 'both', arguments: [0, 0], usage: 'CAPA', run: capa }],
  ['STLS', { state: 'authorization', arguments: [0, 0], usage: 'STLS', run: startTls }],
  ['USER', { state: 'authorization', arguments: [1, 1], text: true, usage: 'USER name', run: user }],
  ['PASS', { state: 'authorization', arguments: [1, 1], text: true, usage: 'PASS password', run: pass }],
  ['AUTH', { state: 'authorization', arguments: [1, 2], usage: 'AUTH PLAIN [initial-response]', run: auth }],
  ['STAT', { state: 'transaction', arguments: [0, 0], usage: 'STAT', run: stat }],
  ['LIST', { state: 'transaction', arguments: [0, 1], usage: 'LIST [message]', run: list }],
  ['UIDL', { state: 'transaction', arguments: [0, 1], usage: 'UIDL [message]', run: uniqueIds }],
  ['RETR', { state: 'transaction', arguments: [1, 1], usage: 'RETR message', run: retrieve }],
  ['TOP', { state: 'transaction', arguments: [2, 2], usage: 'TOP message lines', run: top }],
  ['DELE', { state: 'transaction', arguments: [1, 1], usage: 'DELE message', run: deleteMessage }],
  ['NOOP', { state: 'transaction', arguments: [0, 0], usage: 'NOOP', run: (session) => session.ok('') }],
  ['RSET', { state: 'transaction', arguments: [0, 0], usage: 'RSET', run: reset }],
  ['QUIT', { state: 'both', arguments: [0, 0], usage: 'QUIT', run: quit }],
]);

function capa(session: Session): void {
  const tags = capabilities({ login: session.line.mayLogIn, stls: session.line.mayStartTls });
  session.out.text(`+OK Capabilities follow\r\n${tags.map((tag) => `${tag}\r\n`).join('')}.\r\n`);
}
