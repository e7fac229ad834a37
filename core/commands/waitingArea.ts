// waiting list|fetch|delete|leave: mail that stays at the ISPs until somebody decides.
import { mailboxName, PostroomError, type WaitingOrder } from '@postroom/sdk';
import { ActivityLog, Journal, type WaitingEntry } from '@postroom/sdk/services';
import { waitingCode } from '../mail/waitingNotice.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { WAITING_COMMANDS } from './waitingDeclarations.js';

interface Chosen {
  readonly account: string;
  readonly message: string;
}

export class WaitingArea implements CommandArea {
  constructor(
    @Journal private readonly journal: Journal,
    @ActivityLog private readonly activity: ActivityLog,
  ) {}

  readonly handlers: HandlersOf<typeof WAITING_COMMANDS> = {
    'waiting.list': handler(async () => (await this.journal.waiting()).map(shownEntry)),
    'waiting.fetch': handler<Chosen>((chosen, call) => this.#order(chosen, 'fetch', call.author)),
    'waiting.delete': handler<Chosen>((chosen, call) => this.#order(chosen, 'delete', call.author)),
    'waiting.leave': handler<Chosen>((chosen, call) => this.#order(chosen, 'leave', call.author)),
  };

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
