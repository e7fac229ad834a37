// What one mail client may do, verb by verb: AUTH, MAIL, RCPT, DATA, goodbye.
import type { Guest, MailboxRef } from '@postroom/sdk';
import { sentenceOf } from '@postroom/sdk';
import { isQualified } from '../qualifiedAddress.js';
import { Refusal, refusalOf } from '../replies.js';
import type { AdmittedClient, PasswordLogin, Sender, SubmittedEnvelope } from '../submissionDesk.js';
import type { DeskServices } from './deskServices.js';
import type { MissingLogins } from './missingLogins.js';
import { authorOf } from './sender.js';

/** Failed logins after which a session ends. */
const MAX_FAILED_LOGINS = 3;
/** Each failed login of a session is answered this much later than the one before. */
const FAILED_LOGIN_DELAY_MS = 1_000;

export interface DeskClientParts extends DeskServices {
  readonly guest: Guest;
  readonly isTrusted: (address: string) => boolean;
  readonly missingLogins: MissingLogins;
}

export class DeskClient implements AdmittedClient {
  #peer: string;
  #hasBegun = false;
  #hasLeft = false;
  #failedLogins = 0;
  #isDevice: boolean | undefined;
  /** Ends the delay of a failed login: nothing waits for a client that has gone. */
  #endDelay: () => void = () => undefined;

  constructor(
    address: string,
    private readonly parts: DeskClientParts,
  ) {
    this.#peer = address;
  }

  begin(peer: string): void {
    this.#peer = peer;
    this.#isDevice = undefined;
    this.#hasBegun = true;
    this.parts.events.emit({ type: 'session', protocol: 'smtp', purpose: 'sending', state: 'open', peer });
  }

  known(): void {
    this.parts.guest.known();
  }

  leave(user: MailboxRef | undefined): void {
    this.parts.guest.left();
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#endDelay();
    if (!this.#hasBegun) return;
    const event = { type: 'session', protocol: 'smtp', purpose: 'sending', state: 'closed', peer: this.#peer } as const;
    this.parts.events.emit(user === undefined ? event : { ...event, mailbox: user });
  }

  async login({ name, password, forSomebodyElse }: PasswordLogin): Promise<MailboxRef> {
    this.#expectHere();
    // RFC 4616 section 2: acting for somebody else is not offered.
    const result = forSomebodyElse
      ? ({ ok: false, reason: 'wrong' } as const)
      : await this.parts.authenticator.login(name, password, { protocol: 'smtp', address: this.#peer }).catch((error: unknown) => {
          this.parts.log.error('A login by SMTP could not be checked.', { reason: sentenceOf(error) });
          throw new Refusal(454, '4.7.0', 'The login cannot be checked now. Try again later.');
        });
    if (result.ok) return result.mailbox;
    this.#failedLogins++;
    // Throws where the client has gone while its password was checked.
    this.#expectHere();
    await this.#delay();
    if (this.#failedLogins >= MAX_FAILED_LOGINS) throw new Refusal(421, '4.7.0', 'Too many failed logins, goodbye.');
    throw result.reason === 'wait'
      ? new Refusal(454, '4.7.0', 'Too many failed logins from your address. Wait a few minutes.')
      : new Refusal(535, '5.7.8', 'Name or password is wrong.');
  }

  async mail(sender: Sender, secure: boolean): Promise<void> {
    this.#authorOf(sender, secure);
    const trouble = await this.parts.submissions.trouble();
    if (trouble !== undefined) throw refusalOf(trouble);
    this.#expectHere();
  }

  recipient(address: string): void {
    // RFC 6409 section 4.2; a name of this server may do without a dot.
    if (!isQualified(address) && !this.parts.accounts.ownerOf(address)) {
      throw new Refusal(550, '5.1.2', `${address} lacks the full domain, for example company.com.`);
    }
  }

  async take(source: AsyncIterable<Uint8Array>, { user, ...envelope }: SubmittedEnvelope): Promise<string> {
    try {
      // Here, where nothing lies between it and the message: who may send as whom may have changed since MAIL.
      const author = this.#authorOf({ from: envelope.from, user }, envelope.client.tls !== undefined);
      const accepted = await this.parts.submissions.submit(source, { ...envelope, author });
      return `2.6.0 Accepted as ${accepted.id}`;
    } catch (error) {
      const refusal = refusalOf(error);
      const fields = { peer: this.#peer, status: refusal.status, reason: sentenceOf(error) };
      this.parts.complaints.warn('not taken in', 'A message sent by SMTP was not taken in.', fields);
      throw refusal;
    }
  }

  complain(kind: string, sentence: string): void {
    this.parts.complaints.warn(kind, sentence, { peer: this.#peer });
  }

  /** Whose mail it is; `undefined` for a device whose address several users share. */
  #authorOf({ from, user }: Sender, secure: boolean): MailboxRef | undefined {
    if (user === undefined && !this.#mayDoWithoutLogin()) {
      this.parts.missingLogins.tell(this.#peer);
      throw withoutLogin(this.#peer, secure);
    }
    const author = authorOf(from, user, this.parts.accounts);
    if (author instanceof Refusal) throw author;
    return author;
  }

  #mayDoWithoutLogin(): boolean {
    this.#isDevice ??= this.parts.isTrusted(this.#peer);
    return this.#isDevice;
  }

  #expectHere(): void {
    if (this.#hasLeft) throw new Refusal(421, '4.3.2', 'The session is over.');
  }

  #delay(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.parts.clock.after(this.#failedLogins * FAILED_LOGIN_DELAY_MS, resolve);
      this.#endDelay = () => {
        void timer.dispose();
        resolve();
      };
    });
  }
}

/** Who reads it looks after a scanner, or has forgotten the login in a mail program. */
function withoutLogin(address: string, secure: boolean): Refusal {
  const how = secure ? '' : ' over TLS (STARTTLS)';
  return new Refusal(
    530,
    '5.7.0',
    `Log in first${how}, with the name and password of your mailbox. For a scanner or program that cannot log in, the administrator adds its address, ${address}, to the setting smtp.trustedNetworks.`,
  );
}
