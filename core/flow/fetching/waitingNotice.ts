// A message that stays at the ISP: one mail, once, tells those whom its header is sorted to.
import { type AccountView, ADMIN1, isSameMailbox, type LeftMessage, type MailboxRef, type MailView } from '@postroom/sdk';
import { Clock, type Fence, Journal, ServerName } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { composeWaitingNotice } from '../../mail/waitingNotice.js';
import { OwnMail } from '../intake/ownMail.js';
import { SortStep } from '../sort.js';
import { viewOfUnstored } from '../views/unstoredMail.js';

/** A message to everybody, such as PUBLIC1's, is told to ADMIN1 alone. */
const MOST_TOLD = 20;

export class WaitingNoticeStep {
  constructor(
    @inject(OwnMail) private readonly ownMail: OwnMail,
    @inject(SortStep) private readonly sorting: SortStep,
    @Journal private readonly journal: Journal,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
  ) {}

  /** The notice and the journal's note of it are one commit. Where the journal has that note already, nothing is sent. `fence`: of the account's lease. */
  async tell(account: AccountView, message: LeftMessage, fence: Fence): Promise<void> {
    const entry = (await this.journal.entries(account.id)).get(message.uidl);
    const isSame = entry?.listedSize === message.listedSize && entry.headerPrint === message.headerPrint;
    if (entry?.isTold === true && entry.state === 'failed' && isSame) {
      return;
    }
    const now = this.clock.now();
    const mail = message.header === undefined ? undefined : viewOfUnstored(message.header, now);
    const sorted = mail === undefined ? [] : await this.#sorted(account, mail);
    const told = recipientsOf(message.why, sorted);
    const original = mail && { from: field(mail, 'from'), subject: field(mail, 'subject'), date: field(mail, 'date') };
    const { uidl, listedSize, headerPrint, why, sentence } = message;
    const octets = composeWaitingNotice({
      host: this.server.name,
      account: account.id,
      address: account.address,
      uidl,
      size: listedSize,
      original,
      sentence,
      now,
    });
    const notice = { why, from: original?.from ?? '', subject: original?.subject ?? '', told };
    await this.ownMail.deliver(octets, told, 'a message for it waits at the ISP', {
      tells: { account: account.id, uidl, listedSize, headerPrint, notice },
      fence,
    });
  }

  /** By today's rules, from the header alone. What would be held or set aside has no recipient yet. */
  async #sorted(account: AccountView, mail: MailView): Promise<readonly MailboxRef[]> {
    const { plan } = await this.sorting.sort(account, mail, []);
    return plan.disposition === 'deliver' ? plan.mailboxes : [];
  }
}

/** ADMIN1 learns in any case of what the ISP does not hand over: only an administrator can ask the ISP. */
function recipientsOf(why: LeftMessage['why'], sorted: readonly MailboxRef[]): readonly MailboxRef[] {
  if (sorted.length === 0 || sorted.length > MOST_TOLD) {
    return [ADMIN1];
  }
  return why === 'refused' && !sorted.some((mailbox) => isSameMailbox(mailbox, ADMIN1)) ? [...sorted, ADMIN1] : sorted;
}

function field(mail: MailView, name: string): string {
  return (mail.header(name) ?? '').slice(0, 200);
}
