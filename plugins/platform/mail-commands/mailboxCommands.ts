// mailboxes list|show: how much mail waits where.
import { ADMIN1, type CommandHandler, type MailboxRef, mailboxName, PostroomError } from '@postroom/sdk';
import { findMailbox } from '@postroom/sdk/base';
import type { Accounts, MailStore } from '@postroom/sdk/services';

type Summary = Awaited<ReturnType<MailStore['mailboxes']>>[number];

export class MailboxCommands {
  constructor(
    private readonly store: MailStore,
    private readonly accounts: Accounts,
  ) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'mailboxes.list': () => this.#list(),
      'mailboxes.show': ({ mailbox, limit }: { mailbox: string; limit: number }) => this.#show(mailbox, limit),
    };
  }

  /** Every user's mailbox and ADMIN1's, also the empty ones; and those of former users that still hold mail. */
  async #list(): Promise<readonly object[]> {
    const stored = new Map((await this.store.mailboxes()).map((summary) => [mailboxName(summary.mailbox).toLowerCase(), summary]));
    const present: MailboxRef[] = [...this.accounts.all.flatMap((account) => account.users.map((user) => user.mailbox)), ADMIN1];
    const rows = present.map((mailbox) => {
      const key = mailboxName(mailbox).toLowerCase();
      const summary = stored.get(key);
      stored.delete(key);
      return row(mailbox, summary);
    });
    const former = [...stored.values()]
      .filter((summary) => summary.messages > 0)
      .map((summary) => ({ ...row(summary.mailbox, summary), former: true }));
    return [...rows, ...former];
  }

  async #show(name: string, limit: number): Promise<readonly object[]> {
    const messages = await this.store.list(await this.#find(name), limit);
    return messages.map(({ id, receivedAt, from, subject, size, rung }) => ({ message: id, receivedAt, from, subject, bytes: size, rung }));
  }

  async #find(name: string): Promise<MailboxRef> {
    const summaries = await this.store.mailboxes();
    const found =
      findMailbox(name, this.accounts) ??
      summaries.find(({ mailbox }) => mailboxName(mailbox).toLowerCase() === name.toLowerCase())?.mailbox;
    if (found === undefined) {
      throw new PostroomError('user/unknown', `There is no mailbox ${name}. "postroom mailboxes list" shows them all.`);
    }
    return found;
  }
}

function row(mailbox: MailboxRef, summary: Summary | undefined): object {
  return {
    account: mailbox.account,
    user: mailbox.user,
    messages: summary?.messages ?? 0,
    bytes: summary?.bytes ?? 0,
    oldest: summary?.oldest,
    pickedUp: summary?.lastPickedUp,
    client: summary?.lastClient,
  };
}
