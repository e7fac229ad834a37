// Which hosts write the ISP's Received fields. Every message that we fetch has crossed the ISP, so its newest Received is the ISP's; what we learn
// from that protects us on the messages where the ISP wrote none and the newest one is the sender's invention.

/** What is known about an account's ISP, kept from message to message. */
export interface IspKnowledge {
  /** Hosts whose Received fields are believed, first learned first. */
  readonly hosts: readonly string[];
  /** A new host that is not believed yet, and how many messages in a row it was the newest of. */
  readonly candidate?: { readonly host: string; readonly messages: number };
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

/** What was learned, as `addressees trust` shows it. */
export function trustRow(account: string, { hosts, candidate, fields }: IspKnowledge): object {
  const names = Object.entries(fields);
  return {
    account,
    hosts,
    ...(candidate !== undefined && { notTrustedYet: `${candidate.host}, ${candidate.messages} of ${MESSAGES_TO_TRUST} messages in a row` }),
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
  // The first one stays: whoever makes up hosts must not have the ISP's own forgotten.
  const [first, ...others] = known.hosts;
  return {
    known: { ...rest, hosts: [...(first === undefined ? [] : [first]), ...[...others, host].slice(1 - MOST_HOSTS)] },
    trusted: true,
  };
}

/** Whether two hosts belong together, as mx1.isp.example and store.isp.example do: an ISP has many. */
export function sameOrganisation(a: string, b: string): boolean {
  return a === b || (a.includes('.') && organisation(a) === organisation(b));
}

/** Second levels under which a country registers its organisations, as in co.uk. `web` and `tv` are not among them: ISPs have such names themselves. */
const REGISTRY_LEVELS = new Set(
  [
    'ac ad asn biz co com ed edu firm gen go gob gouv gov govt gv id ind info int lg',
    'ltd me mil muni ne net nhs nom or org pe plc re res sch',
  ].flatMap((names) => names.split(' ')),
);

/** The last two labels of a name, three below second levels such as co.uk; an IP address as it is. */
function organisation(host: string): string {
  if (/^[\d.]+$/.test(host) || host.includes(':') || host.startsWith('[')) return host;
  const labels = host.split('.');
  const belowRegistry = labels.at(-1)?.length === 2 && REGISTRY_LEVELS.has(labels.at(-2) ?? '');
  return labels.slice(belowRegistry ? -3 : -2).join('.');
}
