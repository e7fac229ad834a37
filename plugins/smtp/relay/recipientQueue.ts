// Recipients of one message who wait for their transaction: as many at a time as the server takes.
import type { MailTransaction } from './envelopes.js';

/** RFC 5321 section 4.5.3.1.8: every server should take as many recipients in one transaction. */
export const MAX_RECIPIENTS = 100;

/** What one transaction may hold. */
export interface TransactionLimits {
  readonly recipients: number;
  /** Different domains; `undefined`: any number. */
  readonly domains: number | undefined;
}

type Waiting = Omit<MailTransaction, 'recipients'> & { recipients: (readonly [sent: string, recipients: readonly string[]])[] };

export class RecipientQueue {
  readonly #waiting: Waiting[];

  /** `byDomain`: recipients of one domain stand together, for a server that wants few domains at a time. */
  constructor(transactions: readonly MailTransaction[], byDomain: boolean) {
    this.#waiting = transactions.map(({ recipients, ...rest }) => ({
      ...rest,
      recipients: byDomain ? sorted([...recipients]) : [...recipients],
    }));
  }

  /** The next transaction; `undefined` where no recipient waits. */
  take(limits: TransactionLimits): MailTransaction | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const domains = new Set<string>();
    const end = first.recipients.findIndex(([sent], place) => {
      domains.add(domainOf(sent));
      return place === limits.recipients || domains.size > (limits.domains ?? domains.size);
    });
    const taken = first.recipients.splice(0, end === -1 ? first.recipients.length : end);
    if (end === -1) this.#waiting.shift();
    return { ...first, recipients: new Map(taken) };
  }

  /** These recipients of a transaction are sent to next. */
  putBack({ recipients, ...rest }: MailTransaction, addresses: readonly string[]): void {
    const back = addresses.map((sent) => [sent, recipients.get(sent) ?? []] as const);
    const [first] = this.#waiting;
    if (back.length === 0) return;
    // With those who were to follow it, or the last ones would travel alone.
    if (first !== undefined && first.from === rest.from && JSON.stringify(first.dsn) === JSON.stringify(rest.dsn))
      first.recipients.unshift(...back);
    else this.#waiting.unshift({ ...rest, recipients: back });
  }
}

function sorted(recipients: Waiting['recipients']): Waiting['recipients'] {
  return recipients.sort(([one], [other]) => (domainOf(one) < domainOf(other) ? -1 : 1));
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
