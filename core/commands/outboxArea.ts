// outbox list|retry|hold|return: mail that waits to be sent.
import { PostroomError } from '@postroom/sdk';
import { MailStore, Outbox } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { RelayStep } from '../flow/sending/relay.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { OUTBOX_COMMANDS } from './outboxDeclarations.js';

export class OutboxArea implements CommandArea {
  constructor(
    @Outbox private readonly outbox: Outbox,
    @MailStore private readonly store: MailStore,
    @inject(RelayStep) private readonly relay: RelayStep,
  ) {}

  readonly handlers: HandlersOf<typeof OUTBOX_COMMANDS> = {
    'outbox.list': handler(() => this.#list()),
    'outbox.retry': handler<{ entries: readonly number[] }>(({ entries }) => this.#change(entries, (ids) => this.#retry(ids))),
    'outbox.hold': handler<{ entries: readonly number[] }>(({ entries }) => this.#change(entries, (ids) => this.outbox.hold(ids))),
    'outbox.return': handler<{ entries: readonly number[] }>(({ entries }) => this.#change(entries, (ids) => this.relay.giveUp(ids))),
  };

  /** A person is obeyed at once: the accounts rest no longer. */
  async #retry(ids: readonly number[]): Promise<void> {
    for (const { id, account } of await this.outbox.list()) if (ids.includes(id)) this.relay.wake(account);
    await this.outbox.retry(ids);
  }

  async #list(): Promise<readonly object[]> {
    const entries = await this.outbox.list();
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
    const known = new Set((await this.outbox.list()).map((entry) => entry.id));
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw new PostroomError('mail/not-found', `The Outbox has no entry ${unknown.join(', ')}. "postroom outbox list" shows its entries.`);
    }
    await act(ids);
    return { entries: ids.length };
  }
}
