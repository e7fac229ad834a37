// One client's connection to smtp-server, with the replies that the standard asks for of a submission server (RFC 6409) and the library leaves out.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPServer, SMTPServerAddress } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import { DataStream } from './dataStream.js';
import { userOf } from './envelope.js';
import { isHarmless, LONE_LF, loneLfOf, StrayEnd, WITHOUT_END } from './lineEnds.js';
import { type PathCommand, parsePathCommand } from './pathCommand.js';
import { type ClientProgress, Patience } from './patience.js';
import { HANDSHAKE_MS, MAX_COMMAND_OCTETS, type SubmissionClient, type Surroundings } from './surroundings.js';

type Done = () => void;

/** Parameters that we announce (SIZE, 8BITMIME, SMTPUTF8, DSN) or that AUTH brings with it (RFC 4954 section 5). */
const MAIL_PARAMETERS = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'RET', 'ENVID', 'AUTH']);
const RCPT_PARAMETERS = new Set(['NOTIFY', 'ORCPT']);
/** RFC 3461 sections 4.2 and 4.4. */
const MAX_ENVID = 100;
const MAX_ORCPT = 500;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Syntax and sequence errors in one session, failed logins among them not counted. */
const MAX_MISTAKES = 20;
/** Answers in one session between messages, those to the recipients of one not counted: a client that goes on asking sends no mail. */
export const MAX_IDLE_REPLIES = 2_000;

export class StrictConnection extends SMTPConnection {
  readonly #surroundings: Surroundings;
  readonly #client: SubmissionClient;
  readonly #patience: Patience;
  readonly #strayEnd: StrayEnd;
  /** From a trusted network; found out when it is first needed. */
  #isDevice: boolean | undefined;
  #hasLoneLf = false;
  #mistakes = 0;
  #idleReplies = 0;

  constructor(
    server: SMTPServer,
    socket: Socket | TLSSocket,
    surroundings: Surroundings,
    client: SubmissionClient,
    options: SMTPConnectionOptions,
  ) {
    super(server, socket, options);
    this.#surroundings = surroundings;
    this.#client = client;
    this.#strayEnd = new StrayEnd(surroundings.clock, () => this.#refuseStrayEnd());
    this.#patience = new Patience(
      surroundings.clock,
      () => this.#progress(),
      () => this.send(421, '4.4.2 Too slow, goodbye'),
    );
  }

  /** Greets at once: the library's 100 ms for early talkers would only slow down the office, whose devices do talk early. */
  override init(): void {
    this._setListeners(() => this.connectionReady());
  }

  override _createParser(): SMTPStream {
    const parser = new DataStream({ maxCommandLength: MAX_COMMAND_OCTETS });
    parser.oncommand = (command, callback) => {
      if (parser.endsInLf && this.#refusesLoneLf(command)) setImmediate(() => callback?.());
      else this._onCommand(command, callback);
    };
    parser.ontext = (seemsOver) => this.#strayEnd.watch(seemsOver);
    parser.on('error', (error) => this.send(421, `Error: ${error.message}`));
    return parser;
  }

  override close(): void {
    this.#strayEnd.dispose();
    this.#patience.dispose();
    super.close();
  }

  override _onClose(): void {
    this.#strayEnd.dispose();
    this.#patience.dispose();
    this.#client.left(userOf(this.session));
    super._onClose();
  }

  /** The library gives each socket of a connection its time limit: the first one, and the wrap of STARTTLS. */
  override _armTimeout(socket?: Socket | TLSSocket): void {
    if (socket) this.#client.top = socket;
    super._armTimeout(socket);
  }

  /** STARTTLS: the library's limit begins again with each octet of a handshake, and is the one for commands. */
  override upgrade(callback: Done, secureCallback?: Done): void {
    super.upgrade(callback, secureCallback);
    const wrap = this.#client.top;
    const limit = this.#surroundings.clock.after(HANDSHAKE_MS, () => wrap.destroy());
    for (const event of ['secure', 'close']) wrap.once(event, () => void limit.dispose());
  }

  /** A text that begins with an enhanced status code keeps that one. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const hasBegun = Boolean(this.session.user || this.session.envelope?.mailFrom);
    this.#patience.answered(hasBegun);
    if (hasBegun) this.#client.atDesk.known();
    const hasCode = typeof data === 'string' && /^[245]\.\d{1,3}\.\d{1,3} /.test(data);
    super.send(code, data, hasCode ? false : context);
    if (code >= 500 && code <= 504 && ++this.#mistakes === MAX_MISTAKES) {
      super.send(421, '4.7.0 Too many errors, goodbye', false);
    }
    this.#idleReplies += 1;
    if (this.#idleReplies === MAX_IDLE_REPLIES + Number(this._server.options.maxRecipients)) {
      super.send(421, '4.7.0 Too many commands without a message, goodbye', false);
    }
  }

  override handler_EHLO(command: Buffer, callback: Done): void {
    this.session.disabledCommands = this.#mayLogIn() ? undefined : [...this._server.options.disabledCommands, 'AUTH'];
    super.handler_EHLO(command, callback);
    this.session.disabledCommands = undefined;
  }

  override handler_AUTH(command: Buffer, callback: Done): void {
    if (!this.#mayLogIn()) {
      this.send(538, '5.7.11 Encryption needed for a login: use STARTTLS or the TLS port');
      callback();
    } else if (this.session.envelope.mailFrom) {
      this.send(503, '5.5.1 AUTH is not allowed inside a mail transaction');
      callback();
    } else {
      this.#beginLogin(command, callback);
    }
  }

  #beginLogin(command: Buffer, callback: Done): void {
    const [, mechanism, initial] = command.toString().trim().split(/\s+/);
    if (mechanism === undefined) {
      this.send(501, '5.5.4 AUTH needs a mechanism: PLAIN or LOGIN');
      return callback();
    }
    if (initial !== undefined && initial !== '=' && !BASE64.test(initial)) return this.#refuseResponse(callback);
    super.handler_AUTH(command, () => this.#checkNext(callback));
  }

  /** The response that the library waits for, if it does, must be base64; so must the one behind it: LOGIN has two. */
  #checkNext(callback: Done): void {
    const take = this._nextHandler;
    if (take) {
      this._nextHandler = (response, done) => {
        const text = response.toString().trim();
        if (text !== '*' && !BASE64.test(text)) return this.#refuseResponse(done);
        take.call(this, response, () => this.#checkNext(done));
      };
    }
    callback();
  }

  /** The library reads what it can of such a response and counts the rest as a wrong password. */
  #refuseResponse(callback: Done): void {
    this.send(501, '5.5.2 The response is not base64');
    callback();
  }

  override _parseAddressCommand(rawName: string, rawCommand: Buffer | string): (SMTPServerAddress & { duplicate?: string }) | false {
    const parsed = this.#parse(rawName === 'mail from' ? 'MAIL FROM' : 'RCPT TO', rawCommand.toString());
    return (
      parsed !== undefined && {
        address: parsed.address,
        args: { ...parsed.parameters },
        ...(parsed.duplicate === undefined ? {} : { duplicate: parsed.duplicate }),
      }
    );
  }

  override handler_MAIL(command: Buffer, callback: Done): void {
    const parsed = this.#parse('MAIL FROM', command.toString());
    const utf8 = parsed?.parameters.SMTPUTF8 === true;
    if (this.#refusesBare('MAIL FROM', parsed, command) || this.#refuses(command, parsed, MAIL_PARAMETERS, utf8)) {
      callback();
    } else {
      super.handler_MAIL(command, callback);
    }
  }

  override handler_RCPT(command: Buffer, callback: Done): void {
    const parsed = this.#parse('RCPT TO', command.toString());
    const utf8 = this.session.envelope.smtpUtf8 === true;
    if (this.#refusesBare('RCPT TO', parsed, command) || this.#refuses(command, parsed, RCPT_PARAMETERS, utf8)) {
      callback();
    } else {
      super.handler_RCPT(command, callback);
    }
  }

  override handler_DATA(command: Buffer, callback: Done): void {
    if (this.session.envelope.rcptTo.length > 0) this.#idleReplies = 0;
    this.#withoutArguments(command, callback, () => super.handler_DATA(command, callback));
  }

  override handler_RSET(command: Buffer, callback: Done): void {
    this.#withoutArguments(command, callback, () => super.handler_RSET(command, callback));
  }

  override handler_QUIT(command: Buffer, callback: Done): void {
    this.#withoutArguments(command, callback, () => super.handler_QUIT(command, callback));
  }

  handler_EXPN(_command: Buffer, callback: Done): void {
    this.send(502, '5.5.1 EXPN is not offered');
    callback();
  }

  handler_TURN(_command: Buffer, callback: Done): void {
    this.send(502, '5.5.1 TURN is not offered');
    callback();
  }

  /** CHUNKING is not announced. The octets that follow BDAT must never be read as commands, so the connection ends here. */
  handler_BDAT(_command: Buffer, callback: Done): void {
    this.send(502, '5.5.1 BDAT is not offered, goodbye');
    this.close();
    callback();
  }

  #parse(keyword: 'MAIL FROM' | 'RCPT TO', line: string): PathCommand | undefined {
    this.#isDevice ??= this.#surroundings.isTrusted(this.remoteAddress);
    return parsePathCommand(keyword, line, this.#isDevice);
  }

  /** Shown to the author of a program that leaves the brackets out: it says what to write. */
  #refusesBare(keyword: 'MAIL FROM' | 'RCPT TO', parsed: PathCommand | undefined, command: Buffer): boolean {
    const meant = parsed === undefined ? parsePathCommand(keyword, command.toString(), true) : undefined;
    if (meant === undefined) return false;
    const status = keyword === 'MAIL FROM' ? '5.1.7' : '5.1.3';
    this.send(501, `${status} The address stands in angle brackets: ${keyword}:<${meant.address}>`);
    return true;
  }

  /** Such a device would wait for ever behind its message: it hears so at its first command, and at each one after that. */
  #refusesLoneLf(command: Buffer): boolean {
    if (this._upgrading || (!this._nextHandler && isHarmless(command.toString('latin1')))) return false;
    this._nextHandler = false;
    if (!this.#hasLoneLf) this.#client.atDesk.complain('lone LF', loneLfOf(this.remoteAddress));
    this.#hasLoneLf = true;
    this.send(500, `5.5.2 ${LONE_LF}`);
    return true;
  }

  /** Nothing of the text is kept, and what may follow is not run as commands. */
  #refuseStrayEnd(): void {
    this.send(554, `5.5.2 ${WITHOUT_END}`);
    this.close();
  }

  #progress(): ClientProgress {
    const message = this._dataStream;
    const isReceived = Boolean(message) && this._parser !== false && !this._parser._dataMode;
    const isStoring = message ? message.writableNeedDrain : false;
    return {
      isOurTurn: this._handlerPending || isReceived || isStoring,
      messageOctets: message && this._parser ? this._parser.dataBytes : undefined,
    };
  }

  #mayLogIn(): boolean {
    return this.secure || this.#surroundings.mayLogInPlainly(this.remoteAddress);
  }

  #withoutArguments(command: Buffer, callback: Done, run: Done): void {
    if (/^\S+\s*$/.test(command.toString())) {
      run();
    } else {
      this.send(501, '5.5.4 This command takes no arguments');
      callback();
    }
  }

  /** Answers what the library would let pass; false where there is nothing to refuse. */
  #refuses(command: Buffer, parsed: PathCommand | undefined, known: ReadonlySet<string>, utf8: boolean): boolean {
    const { ENVID: envid, ORCPT: orcpt, NOTIFY: notify } = parsed?.parameters ?? {};
    const unknown = Object.keys(parsed?.parameters ?? {}).find((key) => !known.has(key));
    if (unknown !== undefined) {
      this.send(555, `5.5.4 Unknown parameter ${unknown}`);
    } else if (parsed && !utf8 && command.some((octet) => octet > 0x7e)) {
      this.send(553, '5.6.7 An address that is not ASCII needs the SMTPUTF8 parameter');
    } else if (String(envid ?? '').length > MAX_ENVID || String(orcpt ?? '').length > MAX_ORCPT) {
      this.send(501, '5.5.4 DSN parameter is too long');
    } else if (hasRepetition(String(notify ?? ''))) {
      this.send(501, '5.5.4 NOTIFY says something twice');
    } else {
      return false;
    }
    return true;
  }
}

/** RFC 3461 section 4.1: each word at most once. */
function hasRepetition(list: string): boolean {
  const words = list.toUpperCase().split(',');
  return new Set(words).size < words.length;
}
