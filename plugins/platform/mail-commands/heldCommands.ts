// held list|retry|release|delete: mail that waits for the administrator or for a plugin.
import { type CommandHandler, PostroomError } from '@postroom/sdk';
import { mailboxNamed } from '@postroom/sdk/base';
import type { Accounts, HeldMail, MailStore } from '@postroom/sdk/services';

interface Released {
  readonly message: string;
  readonly mailboxes?: readonly string[];
}

export class HeldCommands {
  constructor(
    private readonly store: MailStore,
    private readonly held: HeldMail,
    private readonly accounts: Accounts,
  ) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'held.list': () => this.#list(),
      'held.retry': async () => ({ delivered: await this.held.retryHeld() }),
      'held.release': ({ message, mailboxes = [] }: Released) => this.#release(message, mailboxes),
      'held.delete': ({ message }: { message: string }) => this.#delete(message),
    };
  }

  async #list(): Promise<readonly object[]> {
    const messages = await this.store.setAside();
    return messages.map(({ id, account, receivedAt, from, subject, size, disposition, reason }) => ({
      message: id,
      account,
      receivedAt,
      from,
      subject,
      bytes: size,
      disposition,
      reason,
    }));
  }

  async #release(message: string, mailboxes: readonly string[]): Promise<object> {
    const chosen = mailboxes.map((name) => mailboxNamed(name, this.accounts));
    return this.held.release(message, chosen);
  }

  async #delete(message: string): Promise<object> {
    const stored = await this.store.message(message);
    if (stored === undefined || stored.disposition === 'deliver') {
      throw new PostroomError('mail/not-found', `No message ${message} is held. "postroom held list" shows those that are.`);
    }
    await this.store.remove(message);
    return { deleted: message };
  }
}
