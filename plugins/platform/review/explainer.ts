// "Who would get this, and why?": a message runs through the real taps, and nothing is stored.
import { type AccountView, mailboxName, type SortPlan, type TrailEntry } from '@postroom/sdk';
import type { Resorting } from '@postroom/sdk/services';

/** The shape that scripts rely on. */
export interface Explanation {
  readonly account: string;
  /** User names; ADMIN1 is `admin1`. */
  readonly mailboxes: readonly string[];
  readonly rung: string | undefined;
  /** What decided, in words: the header line of the first address that placed it, else the reason of the first tap that named somebody. */
  readonly evidence: string;
  readonly disposition: string;
  readonly addressed: readonly {
    readonly address: string;
    readonly name: string;
    readonly rung: string;
    readonly evidence: string;
    readonly placed: readonly string[];
  }[];
  readonly trail: readonly TrailEntry[];
}

export class Explainer {
  constructor(private readonly sorting: Pick<Resorting, 'viewOfOctets' | 'sort'>) {}

  /** `octets`: the message as it might stand at the ISP, any line ends; its header alone where no more is known. */
  async explain(account: AccountView, octets: Uint8Array): Promise<Explanation> {
    const mail = await this.sorting.viewOfOctets(octets);
    const { plan, trail } = await this.sorting.sort(account, mail);
    return {
      account: account.id,
      mailboxes: plan.mailboxes.map((mailbox) => (mailbox.account === account.id ? mailbox.user : mailboxName(mailbox))),
      rung: plan.rung,
      evidence: evidenceOf(plan, trail),
      disposition: plan.disposition,
      addressed: plan.addressed.map(({ address, rung, evidence, placed }) => ({
        address: address.domain === '' ? address.local : `${address.local}@${address.domain}`,
        name: address.name,
        rung,
        evidence,
        placed,
      })),
      trail,
    };
  }
}

function evidenceOf(plan: SortPlan, trail: readonly TrailEntry[]): string {
  const decisive = plan.addressed.find((entry) => entry.placed.length > 0 && entry.rung === plan.rung);
  return decisive?.evidence ?? trail.find((entry) => entry.change.includes('+'))?.reason ?? '';
}
