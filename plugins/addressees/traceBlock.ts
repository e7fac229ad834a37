// The trusted trace block: the part of a header that the ISP wrote. Hosts add their fields on top, so everything above and including the newest
// Received of the ISP's own host is the ISP's; below that, a sender can write what he likes.
import type { HeaderField, MailView } from '@postroom/sdk';
import { type IspKnowledge, meetHost } from './ispHosts.js';
import { type Received, readReceived } from './received.js';

export interface TraceBlock {
  /** Topmost first, the Received that ends the block included. */
  readonly fields: readonly HeaderField[];
  readonly received: Received;
  /** The host that wrote it. */
  readonly host: string;
}

export interface TraceReading {
  /** `undefined` where nothing in the header can be believed. */
  readonly block: TraceBlock | undefined;
  readonly known: IspKnowledge;
  /** Why there is no block, for the trail. */
  readonly doubt?: string;
}

/** As it was written. An encoded-word says nothing in a trace field (RFC 2047 section 5), and a client may greet with one that spells ` for <...>`. */
function textOf(field: HeaderField): string {
  const text = Buffer.from(field.raw).toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/** `trustedHost`: the setting; '' = what was learned. A configured host may stand further down, behind other hosts of the ISP. */
export function readTrace(mail: MailView, known: IspKnowledge, trustedHost: string): TraceReading {
  const wanted = trustedHost.trim().toLowerCase();
  const fields = mail.headers();
  for (const [index, field] of fields.entries()) {
    if (field.name.toLowerCase() !== 'received') continue;
    const received = readReceived(textOf(field));
    // A hop inside one machine (`(qmail 7 invoked by uid 89)`) names no host: what ends the block comes below it.
    if (received.by === undefined) continue;
    const block = { fields: fields.slice(0, index + 1), received, host: received.by };
    if (wanted !== '') {
      if (received.by === wanted || received.by.endsWith(`.${wanted}`)) return { block, known };
      continue;
    }
    const met = meetHost(known, received.by);
    if (met.trusted) return { block, known: met.known };
    return {
      block: undefined,
      known: met.known,
      doubt: `the newest Received was written by ${received.by}, not by a host known as the ISP's (${known.hosts.join(', ')}): envelope fields are not believed`,
    };
  }
  const doubt =
    wanted === ''
      ? 'no Received names a host: envelope fields are not believed'
      : `no Received was written by ${wanted}: envelope fields are not believed`;
  return { block: undefined, known, doubt };
}
