// The hops that a message made inside an ISP. Hosts put their lines on top of a header, so its first Received is the ISP's; the line below is the
// ISP's as well only where that one shows that the message cannot have come from outside. Shared by all that read what an ISP wrote.
import { isInternalAddress, sharesProvider } from './ipAddresses.js';
import type { HeaderField } from './mail.js';
import { type Received, readReceivedField } from './received.js';

/** A Received field and where it stands. */
export interface TraceHop {
  /** Position in the header (HeaderField.index). */
  readonly index: number;
  readonly received: Received;
}

export interface IspTrace {
  /** Hops of the ISP, newest first. The last one is the border: it had the message from outside, or this is unknown. */
  readonly hops: readonly TraceHop[];
  /** Fields that the ISP wrote: all above and including its last hop. */
  readonly fields: readonly HeaderField[];
  /** The host that stands for the ISP: the first one that has a name. `undefined` where none has. */
  readonly host: string | undefined;
  /** An internal address that handed the message over, and whether the line below it was of the ISP (`inner`) or a stranger's (`gateway`). */
  readonly handedOverBy?: { readonly address: string; readonly as: 'inner' | 'gateway' };
}

export interface TraceOptions {
  /** Whether a host may be the first one. Default: the topmost is. */
  readonly isFirst?: (host: string) => boolean;
  /** Internal addresses behind which the outside stands (a load balancer, a container's network): what they hand over came over the border. */
  readonly gateways?: readonly string[];
}

/**
 * Follows a header from the top through the hops inside the ISP down to the line of its border host. `fields`: all of a header, topmost first. A hop
 * is inner where it cannot have come from outside (`isInnerHop`), and the line below it has to be of the same organisation: what a sender wrote into his
 * own message is no line of the ISP's.
 */
export function ispTrace(fields: readonly HeaderField[], { isFirst, gateways = [] }: TraceOptions = {}): IspTrace {
  const hops: TraceHop[] = [];
  const names = new Set<string>();
  let host: string | undefined;
  let handedOver: string | undefined;
  let handedOverBy: IspTrace['handedOverBy'];
  for (const [index, field] of fields.entries()) {
    if (field.name.toLowerCase() !== 'received') continue;
    const received = readReceivedField(field);
    const { by } = received;
    const above = hops.at(-1)?.received;
    if (above === undefined) {
      if (isFirst !== undefined && (by === undefined || !isFirst(by))) continue;
    } else {
      const inner = innerHop(above);
      if (inner === undefined) break;
      if (inner === 'by address') handedOver ??= above.clients[0];
      const belongs = belongsTo(received, above, { host, names, inner });
      if (handedOver !== undefined && isNamed(by)) handedOverBy ??= { address: handedOver, as: belongs ? 'inner' : 'gateway' };
      if (!belongs || (inner === 'by address' && above.clients.some((each) => gateways.includes(each)))) break;
    }
    hops.push({ index, received });
    if (isNamed(by)) host ??= by;
    if (by !== undefined && received.from !== undefined) names.add(by);
  }
  const last = hops.at(-1);
  return {
    hops,
    fields: last === undefined ? [] : fields.slice(0, last.index + 1),
    host: host ?? [...names][0],
    ...(handedOverBy !== undefined && { handedOverBy }),
  };
}

/** Ways in which only programs of one mail system hand over: LMTP (RFC 2033: not on a port that the outside reaches), local delivery, scanners, stores. */
const INNER_TYPE = /^(?:(?:utf8)?lmtps?a?|local|mapi|nnfmp|pipe|spam-scanned|scanned-ok|spamassassin)$/;
/** Of Exchange, behind `with`: its mailbox transport takes mail of its organisation only, whereas `Frontend Transport` is open to all. */
const INNER_LINK = 'mailbox';
/** After a login: what a customer hands in is the customer's, whatever his address. */
const AUTHENTICATED = /^(?:utf8)?e?smtps?a$/;

/**
 * How a Received field shows that the line below it is of the same mail system; `undefined` where it does not. `by type`: there was no client, or it
 * handed over in a way that cannot be used from outside. `by address`: its address, as the host saw it, is internal or the host's own. A name never
 * shows it: the client chooses what it greets with, and who owns an address chooses the name of it.
 */
export function innerHop(received: Received): 'by type' | 'by address' | undefined {
  if (!received.isPlain) return undefined;
  const type = received.with ?? '';
  if (received.from === undefined || INNER_TYPE.test(type) || received.via === INNER_LINK) return 'by type';
  // A store of a provider that has the message from another one: there is no greeting. A person who writes in a browser is of another name.
  if (/^https?$/.test(type)) return isWithinProvider(received) ? 'by type' : undefined;
  const { clients, named, own, by } = received;
  if (AUTHENTICATED.test(type) || named.some((address) => !isInternalAddress(address) && !own.includes(address))) return undefined;
  if (received.bySocket) return 'by type';
  // qmail's own hops say `by 0`.
  return clients.length > 0 || (by !== undefined && /^\d+$/.test(by)) ? 'by address' : undefined;
}

function isWithinProvider({ from = '', by = '', clients, own }: Received): boolean {
  const isNear = (client: string): boolean => own.length === 0 || own.some((address) => sharesProvider(address, client));
  return isNamed(from) && sameOrganisation(by, from) && clients.every(isNear);
}

interface Above {
  readonly host: string | undefined;
  /** All that wrote a line so far. */
  readonly names: ReadonlySet<string>;
  /** What shows that the line above is an inner hop. */
  readonly inner: 'by type' | 'by address';
}

/** Whether the host that wrote a line is one of the ISP's, given the hop above it. */
function belongsTo({ by, from }: Received, above: Received, { host, names, inner }: Above): boolean {
  if (by === undefined || /^\d+$/.test(by) || names.has(by)) return true;
  if (!isNamed(by)) return from === undefined || /^localhost\b/.test(by) || isInternalAddress(by) || by === above.from;
  if (host !== undefined && sameOrganisation(host, by)) return true;
  if (inner === 'by address') {
    if (host === undefined) return names.has(by.slice(0, by.indexOf('.'))) || ![...names].some((name) => LABEL.test(name));
    return PRIVATE_NAME.test(by) && by === above.from;
  }
  // Where mail cannot be handed over from outside, the greeting is that of a machine of the ISP's.
  return host === undefined || (isNamed(above.from) && sameOrganisation(above.from, by));
}

/** The name of a machine without its domain. */
const LABEL = /^(?!localhost$)[\w-]*[a-z][\w-]*$/;
/** A private network's machines greet each other by such names. */
const PRIVATE_NAME = /\.(?:local|localdomain|internal|intranet|lan|corp|home\.arpa)$/;

/** Whether a host has a proper name, by which it can be known again: no number, no address, no `localhost`. */
function isNamed(host: string | undefined): host is string {
  return (
    host?.includes('.') === true && !/^[\d.]+$/.test(host) && !host.includes(':') && !host.startsWith('[') && !host.startsWith('localhost.')
  );
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
