// waiting list|fetch|delete|leave: mail that stays at the ISPs until somebody decides.
import { type CommandHandler, mailboxName, PostroomError, type WaitingOrder } from '@postroom/sdk';
import { waitingCode } from '@postroom/sdk/mail';
import type { ActivityLog, Journal, WaitingEntry } from '@postroom/sdk/services';

interface Chosen {
  readonly account: string;
  readonly message: string;
}

export class WaitingCommands {
  constructor(
    private readonly journal: Journal,
    private readonly activity: ActivityLog,
  ) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'waiting.list': async () => (await this.journal.waiting()).map(shownEntry),
      'waiting.fetch': (chosen: Chosen, { author }) => this.#order(chosen, 'fetch', author),
      'waiting.delete': (chosen: Chosen, { author }) => this.#order(chosen, 'delete', author),
      'waiting.leave': (chosen: Chosen, { author }) => this.#order(chosen, 'leave', author),
    };
  }

  /** The next round does it; the journal holds the order until then. */
  async #order({ account, message }: Chosen, order: WaitingOrder, author: string): Promise<object> {
    const entry = await this.#find(account, message);
    if (!(await this.journal.order(account, entry.uidl, order))) {
      throw notWaiting(account, message);
    }
    const what = entry.subject === '' ? '' : ` ("${entry.subject}" from ${entry.from})`;
    this.activity.add({
      kind: 'settings',
      account,
      user: undefined,
      message: undefined,
      text: `${author} ordered: ${order} the message ${waitingCode(entry.uidl)}${what} that waits at the ISP.`,
      details: { uidl: entry.uidl, order },
    });
    return { ...shownEntry(entry), order };
  }

  async #find(account: string, message: string): Promise<WaitingEntry> {
    const entries = (await this.journal.waiting()).filter((entry) => entry.account === account);
    const own = entries.find(({ uidl }) => uidl === message);
    const [first, ...more] = own === undefined ? entries.filter(({ uidl }) => waitingCode(uidl) === message.toLowerCase()) : [own];
    if (first === undefined || more.length > 0) {
      throw notWaiting(account, message);
    }
    return first;
  }
}

function notWaiting(account: string, message: string): PostroomError {
  return new PostroomError(
    'mail/not-found',
    `No message ${message} of account ${account} is known to wait at the ISP. "postroom waiting list" shows those that are.`,
  );
}

function shownEntry({ account, uidl, since, from, subject, listedSize, why, told, order }: WaitingEntry): object {
  return {
    account,
    message: waitingCode(uidl),
    since,
    from,
    subject,
    ...(listedSize >= 0 && { bytes: listedSize }),
    why: why === 'too-large' ? 'too large' : 'not handed over',
    told: told.map(mailboxName),
    ...(order !== undefined && { order }),
    uidl,
  };
}
