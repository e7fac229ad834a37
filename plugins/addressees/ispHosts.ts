// Which hosts write the ISP's Received fields. Every message that we fetch has crossed the ISP, so its newest Received is the ISP's; what we learn
// from that protects us on the messages where the ISP wrote none and the newest one is the sender's invention.
import { type IspTrace, sameOrganisation } from '@postroom/sdk';

/** What is known about an account's ISP, kept from message to message. */
export interface IspKnowledge {
  /** Hosts whose Received fields are believed, first learned first. */
  readonly hosts: readonly string[];
  /** A new host that is not believed yet, and how many messages in a row it was the newest of. */
  readonly candidate?: { readonly host: string; readonly messages: number };
  /** Internal addresses below which strangers' lines stood, and how much oftener than the ISP's own: with one or more, what they hand over is from outside. */
  readonly gateways?: Readonly<Record<string, number>>;
  /** Envelope fields in lower case, and what their values are like. */
  readonly fields: Readonly<Record<string, EnvelopeFieldKnowledge>>;
}

export interface EnvelopeFieldKnowledge {
  /** It has named somebody else than the shared address: so it is not just the constant name of the ISP's mailbox. */
  readonly varies?: boolean;
  /** What the ISP puts before the local part (`mbox-company-` of a qmail virtual domain); '' once a value lacked it, and for good. */
  readonly prefix?: string;
}

export const NOTHING_KNOWN: IspKnowledge = Object.freeze({ hosts: [], fields: {} });

/** After so many messages in a row a new host is believed: the ISP has moved. */
export const MESSAGES_TO_TRUST = 10;
const MOST_HOSTS = 20;
const MOST_GATEWAYS = 20;
/** An address counts this often at most, so that it can change what it is. */
const MOST_TIMES = 5;

/** What was learned, as `addressees trust` shows it. */
export function trustRow(account: string, known: IspKnowledge): object {
  const { hosts, candidate, fields } = known;
  const names = Object.entries(fields);
  const gateways = gatewaysIn(known);
  return {
    account,
    hosts,
    ...(candidate !== undefined && { notTrustedYet: `${candidate.host}, ${candidate.messages} of ${MESSAGES_TO_TRUST} messages in a row` }),
    ...(gateways.length > 0 && { outsideBehind: gateways }),
    recipientsIn: names.filter(([, { varies }]) => varies === true).map(([name]) => name),
    prefixes: names.flatMap(([name, { prefix = '' }]) => (prefix === '' ? [] : [`${name}: ${prefix}`])),
  };
}

/** Takes note of the host that wrote a message's newest Received, and says whether to believe it. The first host of all is believed at once. */
export function meetHost(known: IspKnowledge, host: string): { readonly known: IspKnowledge; readonly trusted: boolean } {
  if (known.hosts.some((trusted) => sameOrganisation(trusted, host))) return { known, trusted: true };
  if (known.hosts.length === 0) return { known: { ...known, hosts: [host] }, trusted: true };
  const { candidate, ...rest } = known;
  const messages = candidate !== undefined && sameOrganisation(candidate.host, host) ? candidate.messages + 1 : 1;
  if (messages < MESSAGES_TO_TRUST) return { known: { ...rest, candidate: { host, messages } }, trusted: false };
  // The first one stays: a sender who makes up hosts must not push out the ISP's own.
  const [first, ...others] = known.hosts;
  return {
    known: { ...rest, hosts: [...(first === undefined ? [] : [first]), ...[...others, host].slice(1 - MOST_HOSTS)] },
    trusted: true,
  };
}

/** Internal addresses that the ISP's border host sees in the place of the outside's. */
export function gatewaysIn({ gateways = {} }: IspKnowledge): readonly string[] {
  return Object.keys(gateways);
}

/**
 * Takes note of what stood below a line that an internal address handed over. A load balancer, or the network of a container, shows one to the
 * border host for everybody outside: then senders' lines stand there, and mostly in the name of strangers.
 */
export function meetClient(known: IspKnowledge, handedOverBy: IspTrace['handedOverBy']): IspKnowledge {
  const { gateways = {}, ...rest } = known;
  if (handedOverBy === undefined) return known;
  const { address, as } = handedOverBy;
  const { [address]: times = 0, ...others } = gateways;
  const now = as === 'gateway' ? Math.min(times + 1, MOST_TIMES) : Math.max(times - 1, 0);
  if (now === times || (times === 0 && Object.keys(others).length >= MOST_GATEWAYS)) return known;
  return { ...rest, gateways: now === 0 ? others : { ...others, [address]: now } };
}
