// What came of the demo's round: which message went to whom and why, as a table for people and as JSON for scripts.
import { mailboxName } from '@postroom/sdk';
import { MailStore, Outbox, type ProgramServer, type StoredMessage } from '@postroom/sdk/services';

/** What `send-receive` answers, as far as it matters here. */
export interface RoundAnswer {
  readonly rounds: readonly { readonly failed: readonly string[] }[];
}

export interface DemoSummary extends RoundAnswer {
  readonly mailboxes: readonly {
    readonly account: string | undefined;
    readonly user: string;
    readonly messages: number;
    readonly bytes: number;
  }[];
  readonly outbox: { readonly queued: number; readonly sent: number };
  readonly messages: readonly {
    readonly subject: string;
    readonly account: string | undefined;
    readonly mailboxes: readonly string[];
    readonly rung: string | undefined;
    readonly reasons: readonly string[];
  }[];
}

/** The shape that scripts rely on. `sent`: messages that the ISP took. */
export async function demoSummary(server: ProgramServer, round: RoundAnswer, sent: number): Promise<DemoSummary> {
  const store = server.get(MailStore);
  const boxes = await store.mailboxes();
  const holders = new Map<string, string[]>();
  for (const { mailbox } of boxes) {
    for (const message of await store.list(mailbox, 1000)) {
      holders.set(message.id, [...(holders.get(message.id) ?? []), mailboxName(mailbox)]);
    }
  }
  const messages = await store.recent(1000);
  return {
    ...round,
    mailboxes: boxes.map(({ mailbox, messages: count, bytes }) => ({
      account: mailbox.account,
      user: mailbox.user,
      messages: count,
      bytes,
    })),
    outbox: { queued: server.get(Outbox).counts().recipients, sent },
    messages: messages.toReversed().map((message) => ({
      subject: message.subject,
      account: message.account,
      mailboxes: holders.get(message.id) ?? [],
      rung: message.rung,
      reasons: reasonsOf(message),
    })),
  };
}

/** `show`: how the command line shows an answer. */
export function summaryTable(summary: DemoSummary, show: (answer: unknown) => string): string {
  const rows = summary.messages.map(({ subject, account, mailboxes, rung, reasons }) => ({
    subject,
    account,
    'who got it': mailboxes.join('\n'),
    rung,
    why: reasons.join('\n'),
  }));
  return `${show(rows)}\n\n${show(summary.rounds)}`;
}

function reasonsOf(message: StoredMessage): readonly string[] {
  return message.trail.filter((entry) => entry.change.includes('+')).map((entry) => entry.reason);
}
