// explain and trace: who would get it, where did it go, and why.
import { type AccountView, type CommandCall, type CommandHandler, mailboxName, PostroomError } from '@postroom/sdk';
import { accountNamed } from '@postroom/sdk/base';
import type { Accounts, Journal, MailStore, MessageTrace, Outbox } from '@postroom/sdk/services';
import type { Explainer } from './explainer.js';
import type { WaitingMail } from './waitingMail.js';

interface ExplainArguments {
  /** Octets, or base64. */
  readonly file?: string | Uint8Array;
  readonly account?: string;
  readonly live?: string;
  readonly limit: number;
}

/** Where mail is kept, and what became of it. */
export interface MailRecords {
  readonly store: Pick<MailStore, 'trace'>;
  readonly outbox: Pick<Outbox, 'list'>;
  readonly journal: Pick<Journal, 'entries'>;
}

export class ExplainCommands {
  constructor(
    private readonly explainer: Explainer,
    private readonly records: MailRecords,
    private readonly accounts: Pick<Accounts, 'all' | 'find'>,
    private readonly waiting: WaitingMail,
  ) {}

  readonly handlers: Readonly<Record<string, CommandHandler>> = {
    explain: ({ file, account, live, limit }: ExplainArguments, call) => {
      if (live !== undefined && file === undefined) {
        return this.#explainWaiting(accountNamed(live, this.accounts), limit, call);
      }
      if (file === undefined || account === undefined || live !== undefined) {
        throw new PostroomError('command/arguments', 'Say either a file with --account, or --live with an account.');
      }
      return this.explainer.explain(accountNamed(account, this.accounts), typeof file === 'string' ? Buffer.from(file, 'base64') : file);
    },
    trace: async ({ query, limit }: { readonly query: string; readonly limit: number }) => {
      const traces = await this.records.store.trace(query, limit);
      const submitted = traces.filter(({ origin }) => origin === 'submitted');
      const waiting = await this.records.outbox.list({ messages: submitted.map(({ id }) => id) });
      return traces.map((trace) => ({
        ...summary(trace),
        outbox: waiting
          .filter((entry) => entry.message === trace.id)
          .map(({ recipient, state, attempts, text }) => ({ recipient, state, attempts, text })),
      }));
    },
  };

  /** Headers only, and nothing leaves the ISP. What is stored here already is known by its unique id. */
  async #explainWaiting(account: AccountView, limit: number, call: CommandCall): Promise<readonly object[]> {
    const waiting = await this.waiting.list(account.id, limit, call);
    const known = await this.records.journal.entries(account.id);
    const explained: object[] = [];
    for (const { uidl, bytes, header } of waiting) {
      const state = known.get(uidl)?.state === 'stored' ? 'stored here already' : 'waiting';
      const explanation = header === undefined ? {} : await this.explainer.explain(account, Buffer.from(header, 'base64'));
      explained.push({ uidl, bytes, state, ...explanation });
      call.progress({ what: `Explaining the mail of ${account.id}`, done: explained.length, of: waiting.length });
    }
    return explained;
  }
}

/** In the order of the message's way: where it came from, how it was sorted, who has it and who picked it up. */
function summary(trace: MessageTrace): object {
  return {
    message: trace.id,
    account: trace.account,
    origin: trace.origin,
    uidl: trace.uidl,
    ...(trace.author !== undefined && { author: mailboxName(trace.author) }),
    receivedAt: trace.receivedAt,
    messageId: trace.messageId,
    from: trace.from,
    subject: trace.subject,
    bytes: trace.size,
    disposition: trace.disposition,
    ...(trace.reason !== '' && { reason: trace.reason }),
    rung: trace.rung,
    trail: trace.trail,
    copies: trace.copies.map(({ mailbox, placedAt, pickedUpAt, client, removedAt }) => ({
      mailbox: mailboxName(mailbox),
      placedAt,
      pickedUpAt,
      pickedUpBy: client,
      removedAt,
    })),
  };
}
