// One SMTP session with the practice ISP (RFC 5321, 3207, 4954, 3461): reads a command, does it, answers, with the faults in between.
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import type { PortSecurity } from '../context.js';
import type { PracticeMailbox } from './practiceMailbox.js';
import type { ScriptedReply, SmtpStep } from './smtpFaults.js';
import { type ReceivedMail, SmtpTransaction } from './smtpTransaction.js';
import { Broken, SmtpWire, type SmtpWireSurroundings } from './smtpWire.js';

/** What a session needs of its server. */
export interface SmtpSurroundings extends SmtpWireSurroundings {
  readonly security: PortSecurity;
  find(user: string): PracticeMailbox | undefined;
  receive(mail: ReceivedMail): void;
}

export class SmtpSession {
  readonly #wire: SmtpWire;
  readonly #offersTls: boolean;
  readonly #offersAuth: boolean;
  #user: string | undefined;
  #transaction: SmtpTransaction | undefined;

  constructor(
    socket: Socket,
    private readonly around: SmtpSurroundings,
  ) {
    const { faults, security } = around;
    this.#offersTls = security === 'starttls' && !faults.withoutStarttls;
    this.#offersAuth = !faults.withoutAuth;
    this.#wire = new SmtpWire(socket, around);
  }

  /** Serves until the connection ends. Never rejects: a client that goes away is everyday life. */
  async run(): Promise<void> {
    try {
      if (this.around.security === 'tls') await this.#wire.beginTls();
      if (await this.#answer('CONNECT', '220 practice-isp.example ESMTP The practice ISP is ready')) {
        for (let line = await this.#wire.line(); line !== undefined; line = await this.#wire.line()) {
          if (!(await this.#serve(line))) break;
        }
      }
      this.#wire.end();
    } catch (error) {
      if (!(error instanceof Broken)) this.#wire.destroy();
    }
  }

  /** Answers whether the session goes on. */
  async #serve(line: string): Promise<boolean> {
    const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/.exec(line) ?? [];
    switch (verb.toUpperCase()) {
      case 'EHLO':
        return this.#greet(true);
      case 'HELO':
        return this.#greet(false);
      case 'STARTTLS':
        return this.#startTls();
      case 'AUTH':
        return this.#authenticate(rest);
      case 'MAIL':
        return this.#mail(rest);
      case 'RCPT':
        return this.#recipient(rest);
      case 'DATA':
        return this.#data();
      case 'RSET':
        this.#transaction = undefined;
        await this.#answer('RSET', '250 2.0.0 Forgotten');
        return true;
      case 'NOOP':
        return this.#wire.say('250 2.0.0 Ok');
      case 'QUIT':
        await this.#answer('QUIT', '221 2.0.0 Good bye');
        return false;
      default:
        return this.#wire.say('500 5.5.2 What?');
    }
  }

  async #greet(isExtended: boolean): Promise<boolean> {
    const isPlain = !this.#wire.isSecure;
    const lines = ['practice-isp.example at your service'];
    if (isExtended) lines.push('PIPELINING', '8BITMIME', 'SMTPUTF8', 'DSN');
    if (isExtended && this.#offersAuth) lines.push(`AUTH ${this.around.faults.mechanisms.join(' ')}`);
    if (isExtended && this.#offersTls && isPlain) lines.push('STARTTLS');
    this.#transaction = undefined;
    await this.#answer('EHLO', lines.map((line, nth) => `250${nth < lines.length - 1 ? '-' : ' '}${line}`).join('\r\n'));
    return true;
  }

  async #startTls(): Promise<boolean> {
    if (!this.#offersTls || this.#wire.isSecure) return this.#wire.say('502 5.5.1 No TLS here');
    if (!(await this.#answer('STARTTLS', '220 2.0.0 Begin TLS'))) return true;
    await this.#wire.beginTls();
    this.#user = undefined;
    this.#transaction = undefined;
    return true;
  }

  async #authenticate(rest: string): Promise<boolean> {
    if (!this.#offersAuth) return this.#wire.say('502 5.5.1 No login here');
    const [word = '', initial] = rest.split(' ');
    const mechanism = word.toUpperCase();
    const { mechanisms, refused } = this.around.faults;
    if (!mechanisms.includes(mechanism) || refused.has(mechanism)) return this.#wire.say('504 5.5.4 No such mechanism');
    const { user, isGood } = await this.#credentials(mechanism, initial);
    const isLet = await this.#answer('AUTH', isGood ? '235 2.7.0 Welcome' : '535 5.7.8 Wrong user or password');
    if (isLet && isGood) this.#user = this.around.find(user)?.user;
    return true;
  }

  async #credentials(mechanism: string, initial: string | undefined): Promise<{ readonly user: string; readonly isGood: boolean }> {
    if (mechanism === 'PLAIN') {
      const [, user = '', password = ''] = (initial === undefined ? await this.#challenge('') : decoded(initial)).split('\0');
      return { user, isGood: this.around.find(user)?.password === password };
    }
    if (mechanism === 'LOGIN') {
      const user = initial === undefined ? await this.#challenge('Username:') : decoded(initial);
      return { user, isGood: this.around.find(user)?.password === (await this.#challenge('Password:')) };
    }
    if (mechanism !== 'CRAM-MD5') return { user: '', isGood: false };
    const challenge = `<${this.around.connection}.${Date.now()}@practice-isp.example>`;
    const [user = '', digest = ''] = (await this.#challenge(challenge)).split(' ');
    const mailbox = this.around.find(user);
    return { user, isGood: mailbox !== undefined && createHmac('md5', mailbox.password).update(challenge).digest('hex') === digest };
  }

  async #challenge(text: string): Promise<string> {
    await this.#wire.say(`334 ${Buffer.from(text).toString('base64')}`);
    return decoded((await this.#wire.secret()) ?? '');
  }

  async #mail(rest: string): Promise<boolean> {
    if (this.#offersAuth && this.#user === undefined) return this.#wire.say('530 5.7.0 Log in first');
    const transaction = SmtpTransaction.begin(rest);
    if (transaction === undefined) return this.#wire.say('501 5.5.4 MAIL FROM:<address>, please');
    if (this.#transaction !== undefined) return this.#wire.say('503 5.5.1 One at a time');
    if (await this.#answer('MAIL', '250 2.1.0 Sender ok', transaction.from)) this.#transaction = transaction;
    return true;
  }

  async #recipient(rest: string): Promise<boolean> {
    const recipient = this.#transaction?.parse(rest);
    if (this.#transaction === undefined) return this.#wire.say('503 5.5.1 MAIL first');
    if (recipient === undefined) return this.#wire.say('501 5.5.4 RCPT TO:<address>, please');
    if (await this.#answer('RCPT', '250 2.1.5 Recipient ok', recipient.address)) this.#transaction.add(recipient);
    return true;
  }

  async #data(): Promise<boolean> {
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.isEmpty) return this.#wire.say('503 5.5.1 RCPT first');
    if (!(await this.#answer('TEXT', '354 Go ahead, and end with a dot'))) return true;
    const inside = this.around.faults.takeBreak('TEXT', 'octets');
    const text = await this.#wire.text(inside?.octets);
    if (inside !== undefined) this.#wire.break(inside.how, false);
    if (text === undefined) return false;
    this.#transaction = undefined;
    const scripted = this.around.faults.takeAnswer('DATA');
    if (!isRefusal(scripted)) {
      this.around.receive(transaction.mail(text, this.#user, this.#wire.isSecure));
    }
    await this.#answer('DATA', '250 2.0.0 Taken', undefined, scripted);
    return true;
  }

  /** Answers whether the step was accepted. */
  async #answer(
    step: SmtpStep,
    usual: string,
    address?: string,
    scripted = this.around.faults.takeAnswer(step, address),
  ): Promise<boolean> {
    const inside = this.around.faults.takeBreak(step, 'received');
    if (inside) this.#wire.break(inside.how);
    const reply = scripted ?? { text: usual };
    if ('endless' in reply) return this.#wire.sayForEver(reply.endless);
    await this.#wire.say(reply.text);
    const after = this.around.faults.takeBreak(step, 'answered');
    if (after) this.#wire.break(after.how);
    // RFC 5321 section 3.8: after 421 the server closes.
    if (reply.text.startsWith('421')) this.#wire.break('cut');
    return !isRefusal(reply);
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function isRefusal(reply: ScriptedReply | undefined): boolean {
  return reply !== undefined && 'text' in reply && /^[45]/.test(reply.text);
}
