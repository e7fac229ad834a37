// Checks logins of mail clients and of the manager.
import { BoundedLog, type Disposable, foldCase, type Logger, type MailboxRef, mailboxName } from '@postroom/sdk';
import { Semaphore, shownName } from '@postroom/sdk/base';
import type { Accounts, Authenticator, Clock, LoginPeer, LoginResult, SecretStore } from '@postroom/sdk/services';

import { LoginDelays } from './loginDelays.js';
import type { SharedNameLogins } from './sharedNameLogins.js';

/** scrypt takes a thread of the pool that the store writes with, and 16 MB: a flood of logins gets two. */
const CHECKS_AT_ONCE = 2;
const LONGEST_LINE = 200;

/** Lines of a while about logins that were not even looked at: enough for fail2ban to see who it is. */
const MOST_LINES = 20;

export class PasswordAuthenticator implements Authenticator, Disposable {
  readonly #delays: LoginDelays;
  /** A failure costs a check of a password; this costs nothing, so anybody could fill the log with it. */
  readonly #complaints: BoundedLog;
  readonly #turns = new Semaphore(CHECKS_AT_ONCE, LONGEST_LINE);

  constructor(
    private readonly accounts: Accounts,
    private readonly secrets: SecretStore,
    clock: Clock,
    private readonly log: Logger,
    private readonly sharedNames: SharedNameLogins,
  ) {
    this.#delays = new LoginDelays(clock);
    this.#complaints = new BoundedLog(log, clock, MOST_LINES);
  }

  async login(name: string, password: string, peer: LoginPeer): Promise<LoginResult> {
    const mailbox = this.accounts.mailboxOf(name);
    if (mailbox === undefined && peer.protocol !== 'http') this.sharedNames.note(name, peer);
    const user = mailbox === undefined ? shownName(foldCase(name)) : mailboxName(mailbox).toLowerCase();
    if (this.#delays.waitMs(peer.address, user) > 0) return this.#wait(mailbox, peer);
    if (mailbox !== undefined && this.secrets.wasRightLately(mailbox, password)) return this.#welcome(mailbox, user, peer);
    const result = await this.#turns.take(async (): Promise<LoginResult> => {
      // Attempts that came together wait in line together: the failures of the first ones count for the others.
      if (this.#delays.waitMs(peer.address, user) > 0) return this.#wait(mailbox, peer);
      const right = await this.secrets.verifyUserPassword(mailbox, password);
      return right && mailbox !== undefined ? this.#welcome(mailbox, user, peer) : this.#refuse(mailbox, user, peer);
    });
    return result ?? this.#wait(mailbox, peer);
  }

  dispose(): void {
    this.#complaints.dispose();
  }

  #welcome(mailbox: MailboxRef, user: string, peer: LoginPeer): LoginResult {
    this.#delays.succeeded(peer.address, user);
    return { ok: true, mailbox };
  }

  #refuse(mailbox: MailboxRef | undefined, user: string, peer: LoginPeer): LoginResult {
    this.#delays.failed(peer.address, user);
    this.log.warn(`Login failed for ${shownUser(mailbox)} from ${peer.address} over ${peer.protocol}.`, fields(mailbox, peer));
    return { ok: false, reason: 'wrong' };
  }

  #wait(mailbox: MailboxRef | undefined, peer: LoginPeer): LoginResult {
    this.#complaints.warn(
      'put off',
      `Login put off for ${shownUser(mailbox)} from ${peer.address} over ${peer.protocol}: too many failures.`,
      fields(mailbox, peer),
    );
    return { ok: false, reason: 'wait' };
  }
}

/** An unknown name is not shown: people type their password into the wrong field. */
function shownUser(mailbox: MailboxRef | undefined): string {
  return mailbox === undefined ? 'an unknown user' : mailboxName(mailbox);
}

function fields(mailbox: MailboxRef | undefined, peer: LoginPeer): Readonly<Record<string, unknown>> {
  return { user: mailbox && mailboxName(mailbox), address: peer.address, protocol: peer.protocol };
}
