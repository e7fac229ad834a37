// Stored messages and services in memory: for tests of one part of the review, without a server.
import type { AccountView, MailboxRef, UserView } from '@postroom/sdk';
import { createSortPlan } from '@postroom/sdk/mail';
import type { Accounts, Decision, Resorting, StoredMessage } from '@postroom/sdk/services';

const user = (name: string): UserView => ({ mailbox: { account: 'company', user: name }, name, aliases: [], names: [] });

export const COMPANY: AccountView = {
  id: 'company',
  kind: 'regular',
  via: 'pop3',
  address: 'mail@company.example',
  domains: [],
  users: ['andrew', 'greg'].map(user),
};
export const ANDREW: MailboxRef = { account: 'company', user: 'andrew' };
export const GREG: MailboxRef = { account: 'company', user: 'greg' };
export const NOW = new Date('2026-11-02T08:00:00Z');

export const ACCOUNTS: Pick<Accounts, 'find' | 'user'> = {
  find: (id) => (id === COMPANY.id ? COMPANY : undefined),
  user: (mailbox) => COMPANY.users.find(({ name }) => mailbox.account === COMPANY.id && name === mailbox.user),
};

export function storedMessage(more: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: '7',
    origin: 'fetched',
    account: 'company',
    author: undefined,
    envelopeFrom: undefined,
    envelopeRecipients: [],
    uidl: 'u7',
    receivedAt: NOW,
    size: 100,
    headerSize: 50,
    contentHash: '',
    messageId: '7@far.example',
    from: 'ruth@far.example',
    subject: 'Hello',
    disposition: 'deliver',
    reason: '',
    rung: 'L4',
    trail: [],
    concealed: [],
    submission: undefined,
    ...more,
  } as StoredMessage;
}

/** Sorts every message to these mailboxes, which take their copies. `commits`: what was committed. */
export class TestResorting implements Resorting {
  readonly commits: { readonly decision: Decision; readonly recall: readonly MailboxRef[] }[] = [];
  /** What happens while a commit runs, and what it answers. */
  meanwhile: (decision: Decision, recall: readonly MailboxRef[]) => readonly MailboxRef[] | undefined = ({ mailboxes }) => mailboxes;

  constructor(public to: () => readonly MailboxRef[]) {}

  viewOf: Resorting['viewOf'] = async ({ id }) => ({ id }) as never;
  viewOfOctets: Resorting['viewOfOctets'] = async (octets) => ({ id: '0', text: Buffer.from(octets).toString() }) as never;

  sort: Resorting['sort'] = async (account) => {
    const plan = this.to().reduce((sorted, mailbox) => sorted.to(mailbox, 'a rule'), createSortPlan(account));
    return { plan: this.to().length === 0 ? plan.hold('a filter is away') : plan, trail: [] };
  };

  place: Resorting['place'] = async (sorted) => ({ ...sorted, mailboxes: sorted.plan.mailboxes });

  commit: Resorting['commit'] = async (_message, decision, recall) => {
    this.commits.push({ decision, recall });
    return this.meanwhile(decision, recall);
  };
}
