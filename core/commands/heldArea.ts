// held list|retry|release|delete: mail that waits for the administrator or for a plugin.
import { PostroomError } from '@postroom/sdk';
import { mailboxNamed } from '@postroom/sdk/base';
import { Accounts, MailStore } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { HeldMailStep } from '../flow/held/heldMail.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { HELD_COMMANDS } from './heldDeclarations.js';

export class HeldArea implements CommandArea {
  constructor(
    @MailStore private readonly store: MailStore,
    @inject(HeldMailStep) private readonly heldMail: HeldMailStep,
    @Accounts private readonly accounts: Accounts,
  ) {}

  readonly handlers: HandlersOf<typeof HELD_COMMANDS> = {
    'held.list': handler(async () => {
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
    }),
    'held.retry': handler(async () => ({ delivered: await this.heldMail.retryHeld() })),
    'held.release': handler<{ message: string; mailboxes?: readonly string[] }>(async ({ message, mailboxes = [] }) => {
      const chosen = mailboxes.map((name) => mailboxNamed(name, this.accounts));
      return this.heldMail.release(message, chosen);
    }),
    'held.delete': handler<{ message: string }>(async ({ message }) => {
      const stored = await this.store.message(message);
      if (stored === undefined || stored.disposition === 'deliver') {
        throw new PostroomError('mail/not-found', `No message ${message} is held. "postroom held list" shows those that are.`);
      }
      await this.store.remove(message);
      return { deleted: message };
    }),
  };
}
