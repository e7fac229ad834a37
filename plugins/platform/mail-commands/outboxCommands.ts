// outbox list|retry|hold|return: mail that waits to be sent.
import { type CommandHandler, PostroomError } from '@postroom/sdk';
import type { MailStore, Outbox, Sending } from '@postroom/sdk/services';

interface Entries {
  readonly entries: readonly number[];
}

interface Page {
  readonly after?: number;
  readonly limit: number;
}

export class OutboxCommands {
  constructor(
    private readonly outbox: Outbox,
    private readonly store: MailStore,
    private readonly sending: Sending,
  ) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'outbox.list': (page: Page) => this.#list(page),
      'outbox.retry': ({ entries }: Entries) => this.#change(entries, (ids) => this.sending.retry(ids)),
      'outbox.hold': ({ entries }: Entries) => this.#change(entries, (ids) => this.outbox.hold(ids)),
      'outbox.return': ({ entries }: Entries) => this.#change(entries, (ids) => this.sending.giveUp(ids)),
    };
  }

  async #list(page: Page): Promise<readonly object[]> {
    const entries = await this.outbox.list(page);
    return Promise.all(
      entries.map(async (entry) => ({
        entry: entry.id,
        message: entry.message,
        account: entry.account,
        from: entry.from,
        recipient: entry.recipient,
        subject: (await this.store.message(entry.message))?.subject,
        state: entry.state,
        queuedAt: entry.queuedAt,
        tries: entry.attempts,
        doubts: entry.doubts,
        nextTryAt: entry.nextTryAt,
        lastAnswer: `${entry.status} ${entry.text}`.trim() || undefined,
      })),
    );
  }

  async #change(ids: readonly number[], act: (ids: readonly number[]) => Promise<void>): Promise<object> {
    const known = new Set((await this.outbox.list({ ids })).map((entry) => entry.id));
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw new PostroomError('mail/not-found', `The Outbox has no entry ${unknown.join(', ')}. "postroom outbox list" shows its entries.`);
    }
    await act(ids);
    return { entries: ids.length };
  }
}
