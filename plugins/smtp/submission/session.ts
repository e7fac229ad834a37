// What a mail client's session may do, verb by verb: connect, AUTH, MAIL, RCPT, DATA, goodbye.
import type { BoundedLog, Logger, MailboxRef } from '@postroom/sdk';
import { ADMIN1, sentenceOf } from '@postroom/sdk';
import type { Accounts, Authenticator, Clock, Events, Submission, Submissions } from '@postroom/sdk/services';
import type { SMTPServerAddress, SMTPServerAuthentication, SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { messageSource } from './messageSource.js';
import { Refusal, refusalOf } from './replies.js';
import { authorOf } from './sender.js';

/** Failed logins after which a session ends. */
const MAX_FAILED_LOGINS = 3;
/** Addresses whose mail was refused for want of a login, each of which the log names once; then it begins from the start. */
const MOST_TOLD = 1000;
/** Each failed login of a session is answered this much later than the one before. */
const FAILED_LOGIN_DELAY_MS = 1_000;

export interface SessionServices {
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly submissions: Submissions;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Logger;
  /** What clients do wrong. */
  readonly complaints: BoundedLog;
}

interface OpenSession {
  failedLogins: number;
  /** Who sends the message of the running transaction. */
  author: MailboxRef | undefined;
  /** Ends the delay of a failed login: nothing waits for a client that has gone. */
  endDelay?: () => void;
}

/** The decisions for all sessions of all SMTP ports. Its methods throw a Refusal, or answer what the client gets. */
export class SubmissionSessions {
  readonly #sessions = new Map<string, OpenSession>();
  readonly #told = new Set<string>();

  constructor(
    private readonly services: SessionServices,
    private readonly maxMessageBytes: number,
    private readonly isTrusted: (address: string) => boolean,
  ) {}

  connect(session: SMTPServerSession): void {
    this.#sessions.set(session.id, { failedLogins: 0, author: undefined });
    this.services.events.emit({ type: 'session', protocol: 'smtp', purpose: 'sending', state: 'open', peer: session.remoteAddress });
  }

  close(session: SMTPServerSession): void {
    this.#sessions.get(session.id)?.endDelay?.();
    if (this.#sessions.delete(session.id)) {
      const mailbox = userOf(session);
      const event = { type: 'session', protocol: 'smtp', purpose: 'sending', state: 'closed', peer: session.remoteAddress } as const;
      this.services.events.emit(mailbox ? { ...event, mailbox } : event);
    }
  }

  /** Answers who logged in. */
  async authenticate(login: SMTPServerAuthentication, session: SMTPServerSession): Promise<MailboxRef> {
    const open = this.#open(session);
    // RFC 4616 section 2: acting for somebody else is not offered.
    const forSomebodyElse = Boolean(login.authzid && login.authcid && login.authzid !== login.authcid);
    const peer = { protocol: 'smtp', address: session.remoteAddress } as const;
    const result = forSomebodyElse
      ? ({ ok: false, reason: 'wrong' } as const)
      : await this.services.authenticator.login(login.username ?? '', login.password ?? '', peer).catch((error: unknown) => {
          this.services.log.error('A login by SMTP could not be checked.', { reason: sentenceOf(error) });
          throw new Refusal(454, '4.7.0', 'The login cannot be checked now. Try again later.');
        });
    if (result.ok) {
      return result.mailbox;
    }
    open.failedLogins++;
    // Throws where the client has gone while its password was checked.
    await this.#delay(this.#open(session));
    if (open.failedLogins >= MAX_FAILED_LOGINS) {
      throw new Refusal(421, '4.7.0', 'Too many failed logins, goodbye.');
    }
    throw result.reason === 'wait'
      ? new Refusal(454, '4.7.0', 'Too many failed logins from your address. Wait a few minutes.')
      : new Refusal(535, '5.7.8', 'Name or password is wrong.');
  }

  async mail(from: string, session: SMTPServerSession): Promise<void> {
    const user = userOf(session);
    if (!user && !this.isTrusted(session.remoteAddress)) {
      this.#tellOfMissingLogin(session.remoteAddress);
      throw withoutLogin(session);
    }
    const author = authorOf(from, user, this.services.accounts);
    if (author instanceof Refusal) {
      throw author;
    }
    const trouble = await this.services.submissions.trouble();
    if (trouble !== undefined) {
      throw refusalOf(trouble);
    }
    this.#open(session).author = author;
  }

  recipient(address: SMTPServerAddress): void {
    const domain = address.address.slice(address.address.lastIndexOf('@') + 1);
    const isQualified = domain.includes('.') || domain.startsWith('[') || !address.address.includes('@');
    // RFC 6409 section 4.2; a name of this server may do without a dot.
    if (!isQualified && !this.services.accounts.ownerOf(address.address)) {
      throw new Refusal(550, '5.1.2', `${address.address} lacks the full domain, for example company.com.`);
    }
  }

  /** Takes the message in; the text is what follows 250. */
  async data(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    // Listened to from the start, so that a client that leaves early is noticed and never an uncaught error.
    stream.on('error', () => undefined);
    try {
      const submission = submissionOf(session, this.#open(session).author);
      const accepted = await this.services.submissions.submit(messageSource(stream, this.maxMessageBytes), submission);
      return `2.6.0 Accepted as ${accepted.id}`;
    } catch (error) {
      const refusal = refusalOf(error);
      this.services.complaints.warn('not taken in', 'A message sent by SMTP was not taken in.', {
        peer: session.remoteAddress,
        status: refusal.status,
        reason: sentenceOf(error),
      });
      throw refusal;
    } finally {
      // What the store did not read is thrown away, so that the client gets its answer behind the final dot.
      stream.resume();
    }
  }

  /** In the log, since a scanner does not show the answer. */
  #tellOfMissingLogin(address: string): void {
    if (this.#told.has(address)) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(address);
    const sentence = `Mail from ${address} was refused: it did not log in, and its address is not in smtp.trustedNetworks.`;
    this.services.log.warn(`${sentence} It is said once for each address.`, { peer: address });
  }

  #open(session: SMTPServerSession): OpenSession {
    const open = this.#sessions.get(session.id);
    if (!open) {
      throw new Refusal(421, '4.3.2', 'The session is over.');
    }
    return open;
  }

  #delay(open: OpenSession): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.services.clock.after(open.failedLogins * FAILED_LOGIN_DELAY_MS, resolve);
      open.endDelay = () => {
        void timer.dispose();
        resolve();
      };
    });
  }
}

/** RFC 5321 section 4.5.1: `<Postmaster>` without a domain is who runs this server. */
const POSTMASTER = `${ADMIN1.user}@localhost`;

/** Who logged in; the library clears it at STARTTLS. */
function userOf(session: SMTPServerSession): MailboxRef | undefined {
  return (session.user as MailboxRef | false | undefined) || undefined;
}

/** Who reads it looks after a scanner, or has forgotten the login in a mail program. */
function withoutLogin({ secure, remoteAddress }: SMTPServerSession): Refusal {
  const how = secure ? '' : ' over TLS (STARTTLS)';
  return new Refusal(
    530,
    '5.7.0',
    `Log in first${how}, with the name and password of your mailbox. For a scanner or program that cannot log in, the administrator adds its address, ${remoteAddress}, to the setting smtp.trustedNetworks.`,
  );
}

/** The envelope, as the core takes it. */
function submissionOf(session: SMTPServerSession, author: MailboxRef | undefined): Submission {
  const { mailFrom, rcptTo, dsn, smtpUtf8 } = session.envelope;
  const ret = dsn?.ret === 'FULL' || dsn?.ret === 'HDRS' ? dsn.ret : undefined;
  const tls = session.tlsOptions;
  return {
    author,
    from: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map((recipient) => ({
      address: recipient.address === 'postmaster' ? POSTMASTER : recipient.address,
      ...(recipient.dsn
        ? {
            dsn: {
              ...(recipient.dsn.notify ? { notify: recipient.dsn.notify } : {}),
              ...(recipient.dsn.orcpt ? { orcpt: recipient.dsn.orcpt } : {}),
            },
          }
        : {}),
    })),
    client: {
      helo: session.hostNameAppearsAs,
      address: session.remoteAddress,
      // RFC 6531 section 4.3: UTF8SMTP... instead of ESMTP...
      protocol: smtpUtf8 ? session.transmissionType.replace(/^ESMTP/, 'UTF8SMTP') : session.transmissionType,
      ...(tls ? { tls: `${tls.version} ${tls.standardName}` } : {}),
    },
    ...(ret || dsn?.envid ? { dsn: { ...(ret ? { ret } : {}), ...(dsn?.envid ? { envid: dsn.envid } : {}) } } : {}),
  };
}
