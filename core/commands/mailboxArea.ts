// mailboxes list|show: how much mail waits where.
import { type MailboxRef, mailboxName, PostroomError } from '@postroom/sdk';
import { findMailbox } from '@postroom/sdk/base';
import { Accounts, MailStore } from '@postroom/sdk/services';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { MAILBOX_COMMANDS } from './mailboxDeclarations.js';

export class MailboxArea implements CommandArea {
  constructor(
    @MailStore private readonly store: MailStore,
    @Accounts private readonly accounts: Accounts,
  ) {}

  readonly handlers: HandlersOf<typeof MAILBOX_COMMANDS> = {
    'mailboxes.list': handler(() => this.#list()),
    'mailboxes.show': handler<{ mailbox: string; limit: number }>(async ({ mailbox, limit }) => {
      const messages = await this.store.list(await this.#find(mailbox), limit);
      return messages.map(({ id, receivedAt, from, subject, size, rung }) => ({
        message: id,
        receivedAt,
        from,
        subject,
        bytes: size,
        rung,
      }));
    }),
  };

  /** Every user's mailbox and ADMIN1's, also the empty ones; and those of former users that still hold mail. */
  async #list(): Promise<readonly object[]> {
    const stored = new Map((await this.store.mailboxes()).map((summary) => [mailboxName(summary.mailbox).toLowerCase(), summary]));
    const present: MailboxRef[] = [
      ...this.accounts.all.flatMap((account) => account.users.map((user) => user.mailbox)),
      { account: undefined, user: 'admin1' },
    ];
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

function row(mailbox: MailboxRef, summary: Awaited<ReturnType<MailStore['mailboxes']>>[number] | undefined): object {
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
