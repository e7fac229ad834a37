// What a hook accepts as an answer. Each check completes the sentence "x answered ...", or says nothing where all is well.
import {
  type DeliveryReceipt,
  type DeliveryRequest,
  type FetchReport,
  type LicenceVerdict,
  mailboxName,
  type SchedulePlan,
  type SortPlan,
} from '@postroom/sdk';
import { isSortPlan, malformedIn, stateOf, whatIsMalformed } from '@postroom/sdk/mail';

export function checkSchedule(plan: SchedulePlan): string | undefined {
  const rounds: unknown = (plan as { rounds?: unknown }).rounds;
  if (!Array.isArray(rounds)) {
    return `${kindOf(plan)} instead of a plan with rounds`;
  }
  const sound = (rounds as SchedulePlan['rounds']).every((round) => round.at instanceof Date && !Number.isNaN(round.at.getTime()));
  return sound ? undefined : 'a plan in which a round has no valid time';
}

export function checkVerdict(verdict: LicenceVerdict): string | undefined {
  if (typeof verdict.granted !== 'boolean') {
    return `${kindOf(verdict)} instead of a verdict`;
  }
  return verdict.granted || typeof verdict.reason === 'string' ? undefined : 'a denial without a reason';
}

export function checkReport(report: FetchReport): string | undefined {
  const counts = [report.fetched, report.stored, report.duplicates];
  return counts.every(Number.isInteger) && Array.isArray(report.failed) ? undefined : `${kindOf(report)} instead of a fetch report`;
}

/** A tap may only answer a plan that was made from the one it got, of the same account. Whether its mailboxes exist is for the sort step to say. */
export function checkSortPlan(plan: SortPlan, before: unknown): string | undefined {
  if (plan === before) {
    return undefined;
  }
  if (!isSortPlan(plan)) {
    return `${kindOf(plan)} instead of a sort plan`;
  }
  const malformed = malformedIn(stateOf(plan));
  if (malformed !== undefined) {
    return whatIsMalformed(malformed);
  }
  return plan.account.id === (before as SortPlan).account.id
    ? undefined
    : `a plan for account ${plan.account.id}, which was not asked about`;
}

export function checkReceipt(receipt: DeliveryReceipt): string | undefined {
  const outcomes: readonly unknown[] = ['delivered', 'deferred', 'failed'];
  if (!Array.isArray(receipt)) {
    return `${kindOf(receipt)} instead of a receipt for each destination`;
  }
  return receipt.every((entry) => typeof entry?.recipient === 'string' && outcomes.includes(entry.outcome))
    ? undefined
    : 'a receipt in which a destination has no outcome';
}

/** Destinations that were answered for without being asked about. */
export function uncalledFor(recipients: readonly string[], answer: DeliveryReceipt): readonly string[] {
  const asked = new Set(recipients);
  return [...new Set(answer.map(({ recipient }) => recipient))].filter((recipient) => !asked.has(recipient));
}

/** What counts of a receipt is used; the rest is ignored, and its plugin is told. */
export function remarkOnReceipt(receipt: DeliveryReceipt, request: unknown): string | undefined {
  const { to } = request as DeliveryRequest;
  const asked = to.kind === 'mailboxes' ? to.mailboxes.map(mailboxName) : to.recipients.map(({ address }) => address);
  const [first, ...others] = uncalledFor(asked, receipt);
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `for ${first}${more} and was not asked about that. It was ignored; the plugin's author has to mend it.`;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
