// One client's dialogue: its state, and one command after the other by the table. Knows no socket: `line` is what the client needs of it.
import { type Logger, type MailboxRef, mailboxName } from '@postroom/sdk';
import type { Authenticator, Events, Maildrops } from '@postroom/sdk/services';
import { OVERLONG } from './commandLines.js';
import { COMMANDS } from './commands.js';
import type { ReadAheadBudget } from './messageReader.js';
import type { ReplyWriter } from './replyWriter.js';
import type { Transaction } from './transaction.js';

/** What a session uses of the host. */
export interface SessionServices {
  readonly authenticator: Authenticator;
  readonly maildrops: Maildrops;
  readonly events: Events;
  readonly log: Logger;
  readonly readAhead: ReadAheadBudget;
}

/** The connection, as a session sees it. */
export interface SessionLine {
  readonly out: ReplyWriter;
  /** Remote IP address. */
  readonly peer: string;
  /** TLS is on, or the client's network may do without. */
  readonly mayLogIn: boolean;
  /** STLS is possible: the port offers it and TLS is not on. */
  readonly mayStartTls: boolean;
  readonly badCommandLimit: number;
  readonly isClosed: boolean;
  /** Message numbers that commands already received will ask for next. */
  upcoming(): readonly number[];
  /** The client makes progress: its idle time begins anew. */
  touch(): void;
  loggedIn(): void;
  startTls(): Promise<void>;
  /** Sends what was gathered and ends the connection. */
  close(): void;
  /** Cuts the connection: an answer that cannot be ended must not look whole. */
  cut(): void;
}

export class Session {
  readonly line: SessionLine;
  readonly services: SessionServices;
  /** Open mailbox; `undefined` before the login. */
  transaction: Transaction | undefined;
  /** The name that USER gave, for the PASS directly behind it. */
  user: string | undefined;
  /** Takes the next line as a SASL response. */
  onResponse: ((response: string) => Promise<void> | void) | undefined;
  #bad = 0;

  constructor(line: SessionLine, services: SessionServices) {
    this.line = line;
    this.services = services;
  }

  get out(): ReplyWriter {
    return this.line.out;
  }

  /** RFC 1939 section 4. No `<...>` in it: APOP is not offered, it would need passwords in clear text on the server. */
  greet(): void {
    this.ok('Postroom POP3 ready');
  }

  ok(text: string): void {
    this.out.text(`+OK ${text}\r\n`);
  }

  refuse(text: string): void {
    this.out.text(`-ERR ${text}\r\n`);
  }

  /** Refuses a line that is no command, or a wrong one, and ends a session that does nothing else. */
  refuseBad(text: string): void {
    this.#bad += 1;
    if (this.#bad < this.line.badCommandLimit) return this.refuse(text);
    this.refuse('Too many bad commands, closing the connection');
    this.services.log.warn(`POP3 session of ${this.line.peer} ended: too many bad commands.`, { peer: this.line.peer });
    this.line.close();
  }

  /**
   * Carries out one line. How lines are read (P08): the keyword ends at the first space; arguments are separated by one or more
   * spaces, and spaces at the end mean nothing; too few or too many are refused. PASS alone takes everything behind its one space.
   */
  execute(line: string | typeof OVERLONG): Promise<void> | void {
    if (this.onResponse !== undefined) return this.#respond(line);
    if (line === OVERLONG) return this.refuseBad('Line too long');
    const space = line.indexOf(' ');
    const keyword = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    const rest = space < 0 ? undefined : line.slice(space + 1);
    const command = COMMANDS.get(keyword);
    if (keyword !== 'PASS') this.user = undefined;
    if (command === undefined) return this.refuseBad('Unknown command');
    if (command.state !== 'both' && (command.state === 'transaction') !== (this.transaction !== undefined)) {
      return this.refuseBad(this.transaction === undefined ? 'Log in first' : 'Already logged in');
    }
    const words = command.text === true ? (rest === undefined ? [] : [rest]) : wordsOf(rest);
    if (words.length < command.arguments[0] || words.length > command.arguments[1]) return this.refuseBad(`Usage: ${command.usage}`);
    return command.run(this, words);
  }

  /** The mailbox is open from here on. */
  begin(mailbox: MailboxRef, transaction: Transaction): void {
    this.transaction = transaction;
    this.line.loggedIn();
    this.services.events.emit({ type: 'session', protocol: 'pop3', state: 'open', mailbox, peer: this.line.peer });
  }

  /** Lets go of the mailbox, however the session ended. */
  end(): void {
    const { transaction } = this;
    if (transaction === undefined) return;
    this.transaction = undefined;
    transaction.reportPicked(this.line.peer);
    transaction.close();
    this.services.events.emit({ type: 'session', protocol: 'pop3', state: 'closed', mailbox: transaction.mailbox, peer: this.line.peer });
    this.services.log.debug(`POP3 session of ${mailboxName(transaction.mailbox)} from ${this.line.peer} ended.`, { peer: this.line.peer });
  }

  #respond(line: string | typeof OVERLONG): Promise<void> | void {
    const take = this.onResponse;
    this.onResponse = undefined;
    if (line === OVERLONG) return this.refuseBad('Response too long');
    return take?.(line);
  }
}

function wordsOf(rest: string | undefined): string[] {
  if (rest === undefined || rest === '') return [];
  return rest.includes(' ') ? rest.split(' ').filter((word) => word !== '') : [rest];
}
