// The onSort tap `route`: looks for the author of the mail that a message answers, in its header and, where it is a report, inside.
import type { MailView, SortPlan } from '@postroom/sdk';
import { namesOfAssigned } from './assignedIds.js';
import { isBounce, isBounceInside } from './bounce.js';
import type { IdChanges } from './idChanges.js';
import { letterName } from './letters.js';
import { answeredIds } from './messageIds.js';
import { partsOfMail, readBody, returnedIds } from './returnedIds.js';
import { routeAnswer } from './route.js';
import type { SentMail } from './sentMail.js';

const MOST_SENDERS = 5;

/** What a message names, nearest first. */
interface Named {
  readonly ids: readonly string[];
  readonly isReport: boolean;
}

export function tagBounce(plan: SortPlan): SortPlan {
  return plan.tag('bounce', 'a delivery report: nobody answers it');
}

export class AnswerPlacer {
  constructor(
    private readonly sent: SentMail,
    private readonly changes: IdChanges,
    /** Whether an id cannot have been made in this office. */
    private readonly isForeign: (id: string, plan: SortPlan) => boolean,
  ) {}

  /** Only for a plan that needs placing. */
  async place(plan: SortPlan, mail: MailView): Promise<SortPlan> {
    const { ids, doubt } = answeredIds(mail);
    const saysSo = isBounce(mail);
    const placed = await this.#byThread(plan, mail, { ids, isReport: saysSo });
    if (placed !== undefined) return placed;
    const body = await readBody(mail);
    const parts = partsOfMail(mail, body);
    if (saysSo || isBounceInside(mail, parts)) {
      const tagged = tagBounce(plan);
      const returned = await this.#byThread(tagged, mail, { ids: returnedIds(parts, body), isReport: true });
      return returned ?? (doubt === undefined ? tagged : tagged.note(doubt));
    }
    return doubt === undefined ? this.#byLetter(plan, mail, ids) : plan.note(doubt);
  }

  async #byThread(plan: SortPlan, mail: MailView, { ids, isReport }: Named): Promise<SortPlan | undefined> {
    for (const id of ids) {
      const assigned = namesOfAssigned(id);
      const authors = await this.sent.authorsOf([id, ...assigned], mail.receivedAt);
      if (authors.length === 0) continue;
      const isAssigned = (await this.sent.authorsOf([id], mail.receivedAt)).length === 0;
      if (isAssigned && mail.origin === 'fetched' && !mail.rehearsal) this.changes.notice(plan.account.id, 'told', id, mail.receivedAt);
      // The report of a server on the way comes from wherever that stands; and who is in the office need not have been written to.
      const domains = isReport || mail.origin === 'submitted' ? [] : domainsOf(mail);
      // What a smart host has made no colleague could have read elsewhere.
      return routeAnswer(plan, authors, {
        id,
        domains,
        isAssigned,
        isForeign: domains.length > 0 && !isAssigned && this.isForeign(id, plan),
      });
    }
    return undefined;
  }

  /** An answer to mail of ours with an unknown id: a host on the way has replaced it. Whose it is cannot be told by that, as two may write about the same. */
  async #byLetter(plan: SortPlan, mail: MailView, ids: readonly string[]): Promise<SortPlan> {
    const [id] = ids;
    if (id === undefined || mail.origin !== 'fetched') return plan;
    const subject = mail.header('Subject') ?? '';
    const letters = mail
      .addresses('From')
      .slice(0, MOST_SENDERS)
      .flatMap(({ local, domain }) => letterName(`${local}@${domain}`, subject) ?? []);
    const authors = await this.sent.authorsOf(letters, mail.receivedAt);
    const ours = authors.filter(({ mailbox }) => mailbox.account === plan.account.id && mailbox.user !== '');
    if (ours.length === 0) return plan;
    if (!mail.rehearsal) this.changes.notice(plan.account.id, 'silent', id, mail.receivedAt);
    const names = ours.map(({ mailbox }) => mailbox.user).join(' and ');
    return plan.note(
      `answers ${id}, an id that left here with no mail, but ${names} had written to the sender under this subject: the ISP seems to replace Message-IDs`,
    );
  }
}

function domainsOf(mail: MailView): readonly string[] {
  const domains = ['From', 'Sender'].flatMap((field) => mail.addresses(field).map(({ domain }) => domain));
  return [...new Set(domains)].filter((domain) => domain !== '').slice(0, 5);
}
