// A message that stays at the ISP: those whom its header is sorted to are told by one mail, once.
import { type AccountView, ADMIN1, isSameMailbox, type LeftMessage, type MailboxRef, type MailView } from '@postroom/sdk';
import { Clock, createServiceId, Journal, ServerName } from '@postroom/sdk/services';
import { composeWaitingNotice } from '../mail/waitingNotice.js';
import { IntakeStep } from './intake.js';
import { SortStep } from './sort.js';
import { viewOfUnstored } from './unstoredMail.js';

export interface WaitingNoticeStep {
  /** The notice and the journal's note of it are one commit. Tells nobody where the journal has that note already. */
  tell(account: AccountView, message: LeftMessage): Promise<void>;
}
export const WaitingNoticeStep = createServiceId<WaitingNoticeStep>('WaitingNoticeStep');

/** A message to everybody, such as PUBLIC1's, is told to ADMIN1 alone. */
const MOST_TOLD = 20;

export class LocalWaitingNoticeStep implements WaitingNoticeStep {
  constructor(
    @IntakeStep private readonly intake: IntakeStep,
    @SortStep private readonly sorting: SortStep,
    @Journal private readonly journal: Journal,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
  ) {}

  async tell(account: AccountView, message: LeftMessage): Promise<void> {
    const entry = (await this.journal.forAccount(account.id).entries()).get(message.uidl);
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
    await this.intake.own(octets, told, 'a message for it waits at the ISP', {
      tells: { account: account.id, uidl, listedSize, headerPrint, notice },
    });
  }

  /** By today's rules, from the header alone. What would be held or set aside is nobody's yet. */
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
