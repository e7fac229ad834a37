// Which recipients travel together, and which cannot go out through this ISP at all. Pure.
import { domainToASCII } from 'node:url';
import type { DestinationReceipt, RelayDestinations, RelayRecipient } from '@postroom/sdk';
import type { Extensions } from './extensions.js';

/** RFC 5321 section 4.5.3.1.8: every server takes as many recipients in one transaction. */
const MAX_RECIPIENTS = 100;
/** Would end a command or an address: envelope injection. */
const UNSAFE = /[\p{Cc}<>]/u;
const NON_ASCII = /[^\p{ASCII}]/u;

/** One MAIL, RCPT..., DATA. */
export interface Transaction {
  readonly from: string;
  /** Address as sent, by the address that the receipt names. */
  readonly recipients: ReadonlyMap<string, string>;
  /** NOTIFY and ORCPT, the same for all of them. */
  readonly dsn: RelayRecipient['dsn'];
}

export interface Plan {
  readonly transactions: readonly Transaction[];
  /** Recipients that fail before anything is sent. */
  readonly refused: readonly DestinationReceipt[];
}

type Destinations = Pick<RelayDestinations, 'from' | 'recipients' | 'size'>;

export function planTransactions(to: Destinations, server: Extensions, has8Bit: boolean): Plan {
  const from = sendable(to.from);
  const problem = messageProblem(to, from, server, has8Bit);
  const refused: DestinationReceipt[] = [];
  const groups = new Map<string, Map<string, string>>();
  for (const recipient of to.recipients) {
    const address = sendable(recipient.address);
    const reason = problem ?? recipientProblem(address, server);
    if (reason) {
      refused.push({ recipient: recipient.address, outcome: 'failed', ...reason });
      continue;
    }
    // One transaction has one set of DSN parameters; a server without DSN gets none, so all go together.
    const key = JSON.stringify(server.names.has('DSN') ? (recipient.dsn ?? {}) : {});
    groups.set(key, (groups.get(key) ?? new Map<string, string>()).set(address, recipient.address));
  }
  const transactions = [...groups].flatMap(([key, recipients]) =>
    chunks([...recipients], MAX_RECIPIENTS).map((chunk) => ({
      from,
      recipients: new Map(chunk),
      dsn: JSON.parse(key) as RelayRecipient['dsn'],
    })),
  );
  return { transactions, refused };
}

interface Reason {
  readonly status: string;
  readonly text: string;
}

/** Why nobody can get the message through this server. */
function messageProblem(to: Destinations, from: string, server: Extensions, has8Bit: boolean): Reason | undefined {
  if (server.maxSize !== undefined && to.size > server.maxSize) {
    return { status: '5.3.4', text: `The message has ${to.size} octets, the ISP's server takes at most ${server.maxSize}.` };
  }
  if (UNSAFE.test(from)) {
    return { status: '5.1.7', text: 'The sender address holds characters that no address may have.' };
  }
  if (NON_ASCII.test(from) && !server.names.has('SMTPUTF8')) {
    return { status: '5.6.7', text: `The ISP's server takes no international sender address such as ${from}.` };
  }
  if (has8Bit && !server.names.has('8BITMIME')) {
    return { status: '5.6.3', text: "The message has 8-bit text, and the ISP's server takes 7-bit mail only." };
  }
  return undefined;
}

function recipientProblem(address: string, server: Extensions): Reason | undefined {
  if (address === '' || UNSAFE.test(address)) {
    return { status: '5.1.3', text: 'The recipient address holds characters that no address may have.' };
  }
  if (NON_ASCII.test(address) && !server.names.has('SMTPUTF8')) {
    return { status: '5.6.7', text: `The ISP's server takes no international address such as ${address}.` };
  }
  return undefined;
}

/** An international domain goes out as A-labels, which every server knows; only the local part may then need SMTPUTF8. */
function sendable(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return NON_ASCII.test(domain) && !UNSAFE.test(domain) ? address.slice(0, at + 1) + (domainToASCII(domain) || domain) : address;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, place) => items.slice(place * size, (place + 1) * size));
}
