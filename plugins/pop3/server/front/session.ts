// One client's dialogue: its state and its answers. Knows neither commands nor sockets: `line` is what a session needs of the connection.
import type { LoginAnswer, Pop3Desk, Pop3Login } from '../pop3Desk.js';
import type { ReadAheadBudget } from './messageReader.js';
import type { ReplyWriter } from './replyWriter.js';
import type { Transaction } from './transaction.js';

/** What a session uses beside its connection. */
export interface Pop3SessionParts extends Pick<Pop3Desk, 'log' | 'complaints'> {
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
  /** The client makes progress: its idle time begins again. */
  touch(): void;
  /** Asks the desk. */
  logIn(login: Pop3Login): Promise<LoginAnswer>;
  loggedIn(): void;
  startTls(): Promise<void>;
  /** Sends what was gathered and ends the connection. */
  close(): void;
  /** Cuts the connection: an answer that cannot be ended must not look whole. */
  cut(): void;
}

export class Session {
  readonly line: SessionLine;
  readonly services: Pop3SessionParts;
  /** Open mailbox; `undefined` before the login. */
  transaction: Transaction | undefined;
  /** The name that USER gave, for the PASS directly behind it. */
  user: string | undefined;
  /** Takes the next line as a SASL response. */
  onResponse: ((response: string) => Promise<void> | void) | undefined;
  #bad = 0;
  #ended: Promise<void> | undefined;

  constructor(line: SessionLine, services: Pop3SessionParts) {
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
    this.services.complaints.warn('bad commands', `POP3 session of ${this.line.peer} ended: too many bad commands.`, {
      peer: this.line.peer,
    });
    this.line.close();
  }

  refuseEndless(): void {
    this.refuse('Line too long, closing the connection');
    const { peer } = this.line;
    this.services.complaints.warn('endless line', `POP3 session of ${peer} ended: a line without an end.`, { peer });
    this.line.close();
  }

  refuseHttp(): void {
    this.refuse('This is no web server');
    const { peer } = this.line;
    this.services.complaints.warn('web request', `POP3 client ${peer} sent an HTTP request; the connection was closed.`, { peer });
    this.line.close();
  }

  /** Another server has taken the mailbox over: whatever was asked, this session is at its end. */
  refuseLost(): void {
    this.refuse('[SYS/TEMP] Another session has taken this mailbox over, nothing was deleted; closing the connection');
    this.line.close();
  }

  /** The mailbox is open from here on. */
  begin(transaction: Transaction): void {
    this.transaction = transaction;
    this.line.loggedIn();
  }

  /** Lets go of the mailbox, however the session ended; resolves when another session can have it. Never rejects. */
  end(): Promise<void> {
    this.#ended ??= this.#letGo();
    return this.#ended;
  }

  async #letGo(): Promise<void> {
    const { transaction } = this;
    if (transaction === undefined) return;
    this.transaction = undefined;
    transaction.reportPicked();
    await transaction.close();
  }
}
