// Finds out from an account's mail how its ISP tells the recipient: by which header field, at which position, and in how many copies. Pure.
import {
  type Address,
  type AddressOwner,
  ENVELOPE_FIELDS,
  envelopeAddresses,
  foldCase,
  isOwnAddress,
  ispTrace,
  isSharedAddress,
  type MailView,
  splitAddress,
} from '@postroom/sdk';

/** What one message shows. */
export interface Observation {
  /** Without angle brackets; '' where there is none. */
  readonly messageId: string;
  /** Fields that the ISP wrote, with our addresses in them. */
  readonly fields: readonly ObservedField[];
  /** One of our addresses that a Received of the ISP's was for. */
  readonly receivedFor: string | undefined;
  /** Our addresses in To and Cc. */
  readonly named: readonly string[];
}

export interface ObservedField {
  readonly header: string;
  /** 1 = the topmost field of this name. */
  readonly position: number;
  readonly recipients: readonly string[];
}

/** One place where the recipient may stand. */
export interface Candidate {
  readonly header: string;
  readonly position: number;
  /** Messages in which it names one of our addresses. */
  readonly messages: number;
  /** Different recipients that it named. With one only it may be the constant name of the ISP's mailbox. */
  readonly recipients: number;
  /** Messages whose To or Cc names us too, and how many of them agree with it. */
  readonly comparable: number;
  readonly agree: number;
  /** The field stood more than once in some message. */
  readonly repeated: boolean;
}

const NO_RECIPIENT = new Set(['received', 'return-path', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'apparently-to', 'message-id']);
const BEST_FIRST = ENVELOPE_FIELDS.map((name) => name.toLowerCase());

/** What the ISP wrote: we fetched the message from there. Below its lines a sender may have written it. */
export function observe(account: AddressOwner, mail: MailView): Observation {
  const { fields, hops } = ispTrace(mail.headers());
  const count = new Map<string, number>();
  const observed: ObservedField[] = [];
  for (const field of fields) {
    const header = field.name.toLowerCase();
    const position = (count.get(header) ?? 0) + 1;
    count.set(header, position);
    const addresses = NO_RECIPIENT.has(header) ? [] : envelopeAddresses(mail, field).filter((address) => isOwnAddress(account, address));
    const recipients = addresses.filter((address) => !isSharedAddress(account, address)).map(specOf);
    observed.push({ header: field.name, position, recipients });
  }
  const named = [...mail.addresses('To'), ...mail.addresses('Cc')].filter((address) => isOwnAddress(account, address));
  return {
    messageId: (mail.header('Message-ID') ?? '').trim().replace(/^<|>$/g, ''),
    fields: observed,
    receivedFor: hops
      .map(({ received }) => splitAddress(received.for ?? ''))
      .filter((spec) => isOwnAddress(account, asAddress(spec)) && !isSharedAddress(account, asAddress(spec)))
      .map(specOf)
      .at(-1),
    named: [...new Set(named.map(specOf))],
  };
}

/** The places that named one of our addresses in some message, best first. */
export function candidatesIn(observations: readonly Observation[]): readonly Candidate[] {
  const found = new Map<string, { header: string; position: number; recipients: string[][]; comparable: number; agree: number }>();
  const repeated = new Set<string>();
  for (const { fields, named } of observations) {
    for (const { header, position, recipients } of fields) {
      if (position > 1) repeated.add(header.toLowerCase());
      if (recipients.length === 0) continue;
      const key = `${header.toLowerCase()} ${position}`;
      const entry = found.get(key) ?? { header, position, recipients: [], comparable: 0, agree: 0 };
      entry.recipients.push([...recipients]);
      if (named.length > 0) entry.comparable += 1;
      if (recipients.some((recipient) => named.includes(recipient))) entry.agree += 1;
      found.set(key, entry);
    }
  }
  return [...found.values()]
    .map(({ header, position, recipients, comparable, agree }) => ({
      header,
      position,
      messages: recipients.length,
      recipients: new Set(recipients.flat()).size,
      comparable,
      agree,
      repeated: repeated.has(header.toLowerCase()),
    }))
    .sort((a, b) => b.messages - a.messages || rank(a.header) - rank(b.header) || a.position - b.position);
}

/** The best place that named more than one recipient; one that never varies says nothing. */
export function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.find((candidate) => candidate.recipients > 1);
}

/**
 * Fields that are read without any setting, and that tell in messages where the best place does not: naming that place alone would lose them.
 * None where the best place is no such field itself.
 */
export function alsoTelling(observations: readonly Observation[], best: Candidate): readonly string[] {
  if (rank(best.header) === BEST_FIRST.length) return [];
  const isBest = ({ header, position }: ObservedField): boolean =>
    header.toLowerCase() === best.header.toLowerCase() && position === best.position;
  const untold = observations.filter(({ fields }) => !fields.some((field) => isBest(field) && field.recipients.length > 0));
  const headers = untold.flatMap(({ fields }) => fields.filter((field) => field.recipients.length > 0).map(({ header }) => header));
  return [...new Set(headers)].filter((header) => rank(header) < BEST_FIRST.length && header.toLowerCase() !== best.header.toLowerCase());
}

/** Messages for several of us by To and Cc: only they show how many copies an ISP stores. */
export function sharedMessages(observations: readonly Observation[]): readonly string[] {
  const ids = observations.filter(({ messageId, named }) => messageId !== '' && named.length > 1).map(({ messageId }) => messageId);
  return [...new Set(ids)];
}

function rank(header: string): number {
  const place = BEST_FIRST.indexOf(header.toLowerCase());
  return place < 0 ? BEST_FIRST.length : place;
}

/** Whether a place is read without any setting. */
export function isReadAnyway({ header, position }: Candidate): boolean {
  return rank(header) < BEST_FIRST.length && position === 1;
}

function asAddress(spec: { readonly local: string; readonly domain: string }): Address {
  return { name: '', raw: '', ...spec };
}

function specOf({ local, domain }: { readonly local: string; readonly domain: string }): string {
  return `${foldCase(local)}@${domain}`;
}
