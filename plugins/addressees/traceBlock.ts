// The trusted trace block: the part of a header that the ISP wrote, down to the line of its border host; below that, a sender can write what he
// likes. It begins with a host that is known as the ISP's and reaches through the hops inside the ISP.
import { type HeaderField, ispTrace, type MailView, type TraceHop } from '@postroom/sdk';
import { gatewaysIn, type IspKnowledge, meetClient, meetHost } from './ispHosts.js';

export interface TraceBlock {
  /** Topmost first, the Received that ends the block included. */
  readonly fields: readonly HeaderField[];
  /** Its Received fields, topmost first. The last one is the border host's. */
  readonly hops: readonly TraceHop[];
  /** The ISP's host that vouches for it. */
  readonly host: string;
}

export interface TraceReading {
  /** `undefined` where nothing in the header can be believed. */
  readonly block: TraceBlock | undefined;
  readonly known: IspKnowledge;
  /** Why there is no block, for the trail. */
  readonly doubt?: string;
}

/** `trustedHost`: the setting; '' = what was learned. A configured host may stand further down, behind other hosts of the ISP. */
export function readTrace(mail: MailView, known: IspKnowledge, trustedHost: string): TraceReading {
  const wanted = trustedHost.trim().toLowerCase();
  const isWanted = (host: string): boolean => host === wanted || host.endsWith(`.${wanted}`);
  const gateways = gatewaysIn(known);
  const { hops, fields, host, handedOverBy } = ispTrace(mail.headers(), wanted === '' ? { gateways } : { gateways, isFirst: isWanted });
  if (host === undefined) {
    const written = wanted === '' ? 'no Received names a host' : `no Received was written by ${wanted}`;
    return { block: undefined, known, doubt: `${written}: envelope fields are not believed` };
  }
  const block = { fields, hops, host };
  if (wanted !== '') return { block, known: meetClient(known, handedOverBy) };
  const met = meetHost(known, host);
  if (met.trusted) return { block, known: meetClient(met.known, handedOverBy) };
  return {
    block: undefined,
    known: met.known,
    doubt: `the newest Received was written by ${host}, not by a host known as the ISP's (${known.hosts.join(', ')}): envelope fields are not believed`,
  };
}
