// A connection at the desk: its place, its login, the mailbox that it gets.
import { type Guest, type MailboxRef, mailboxName, sentenceOf } from '@postroom/sdk';
import type { LoginAnswer, Pop3Login, Visit, VisitTerms } from '../pop3Desk.js';
import { systemCode } from '../systemCode.js';
import type { Pop3DeskServices } from './deskServices.js';
import type { HeldMaildrops } from './heldMaildrops.js';

const LEFT: LoginAnswer = { ok: false, reason: 'left' };

/** What the desk gives its connections. */
export interface VisitParts {
  readonly services: Pop3DeskServices;
  readonly held: HeldMaildrops;
}

export class MainVisit implements Visit {
  #hasLeft = false;

  constructor(
    private readonly parts: VisitParts,
    private readonly peer: string,
    readonly terms: VisitTerms,
    private readonly guest: Guest,
  ) {}

  async logIn({ name, password }: Pop3Login): Promise<LoginAnswer> {
    // The authenticator writes the log line of a failure, the same for each protocol and without names that it does not know.
    const result = await this.parts.services.authenticator.login(name, password, { protocol: 'pop3', address: this.peer });
    if (this.#hasLeft) return LEFT;
    return result.ok ? this.#open(result.mailbox) : result;
  }

  left(): void {
    this.#hasLeft = true;
    this.guest.left();
  }

  async #open(mailbox: MailboxRef): Promise<LoginAnswer> {
    const { services, held } = this.parts;
    try {
      const maildrop = await services.maildrops.open(mailbox);
      if (maildrop === 'in-use') return { ok: false, reason: 'in-use' };
      // The client may have disconnected while the mailbox was opened: nobody else would let go of it.
      if (this.#hasLeft) {
        await maildrop.close();
        return LEFT;
      }
      this.guest.known();
      return { ok: true, maildrop: held.hold(mailbox, maildrop, this.peer) };
    } catch (error) {
      const name = mailboxName(mailbox);
      services.log.error(`The mailbox ${name} could not be opened: ${sentenceOf(error)}`, { mailbox: name });
      return { ok: false, reason: 'failed', code: systemCode(error) };
    }
  }
}
