// explain and trace: who would get it, where did it go, and why.
import { mailboxName, PostroomError } from '@postroom/sdk';
import { Accounts } from '@postroom/sdk/services';
import { ExplainStep } from '../flow/explain.js';
import { MailStore } from '../store/mailStore.js';
import { type CommandArea, handler } from './area.js';

export class TraceArea implements CommandArea {
  constructor(
    @ExplainStep private readonly explain: ExplainStep,
    @MailStore private readonly store: MailStore,
    @Accounts private readonly accounts: Accounts,
  ) {}

  readonly handlers = {
    explain: handler<{ file: string; account: string }>(({ file, account }) => {
      const found = this.accounts.find(account);
      if (found === undefined) {
        const known = this.accounts.all.map(({ id }) => id).join(', ');
        throw new PostroomError(
          'user/unknown',
          `There is no account ${account}. ${known === '' ? 'None is set up yet.' : `There are: ${known}.`}`,
        );
      }
      return this.explain.explain(found, Buffer.from(file, 'base64'));
    }),
    trace: handler<{ query: string; limit: number }>(async ({ query, limit }) => {
      const traces = await this.store.trace(query, limit);
      return traces.map((trace) => ({
        message: trace.id,
        account: trace.account,
        receivedAt: trace.receivedAt,
        origin: trace.origin,
        uidl: trace.uidl,
        messageId: trace.messageId,
        from: trace.from,
        subject: trace.subject,
        rung: trace.rung,
        disposition: trace.disposition,
        ...(trace.reason !== '' && { reason: trace.reason }),
        trail: trace.trail,
        copies: trace.copies.map(({ mailbox, ...copy }) => ({ mailbox: mailboxName(mailbox), ...copy })),
      }));
    }),
  };
}
