// L1: what the ISP wrote down about the SMTP envelope. Hosts agree neither on the field's name nor on what they put in.
import {
  type AccountView,
  type Address,
  ENVELOPE_FIELDS,
  envelopeAddresses,
  foldCase,
  type HeaderField,
  isOwnAddress,
  isSharedAddress,
  type MailView,
} from '@postroom/sdk';
import type { EnvelopeFieldKnowledge, IspKnowledge } from './ispHosts.js';
import type { TraceBlock } from './traceBlock.js';

export interface EnvelopeSettings {
  /** The only field to read; '' = the first of ENVELOPE_FIELDS that names somebody. */
  readonly header: string;
  /** Which one where it stands several times, 1 = topmost; 0 = the first that names somebody. */
  readonly position: number;
}

export interface EnvelopeEvidence {
  readonly field: HeaderField;
  readonly addresses: readonly Address[];
}

/**
 * The recipients in the first envelope field that names one. The shared address alone names no user: in a regular account it is everybody's, and in a
 * domain account it counts only in a field that has named others before, for otherwise it is just the name of the ISP's mailbox; and only where
 * no other field of that name says more, for hosts write their mailbox above the recipient that they had it from.
 */
export function envelopeEvidence(
  account: AccountView,
  mail: MailView,
  block: TraceBlock,
  settings: EnvelopeSettings,
  known: IspKnowledge,
): EnvelopeEvidence | undefined {
  const present = new Set(block.fields.map((field) => field.name.toLowerCase()));
  for (const key of namesIn(settings)) {
    if (!present.has(key)) continue;
    const all = block.fields.filter((field) => field.name.toLowerCase() === key);
    const fields = settings.position > 0 ? all.slice(settings.position - 1, settings.position) : all;
    const habits = known.fields[key] ?? {};
    const evidence = fields
      .map((field) => ({ field, addresses: envelopeAddresses(mail, field).filter((address) => isOwnAddress(account, address)) }))
      .filter(({ addresses }) => addresses.length > 0);
    const sharedCounts = account.domains.length > 0 && habits.varies === true;
    const found =
      evidence.find(({ addresses }) => addresses.some((address) => !isSharedAddress(account, address))) ??
      (sharedCounts ? evidence[0] : undefined);
    if (found === undefined) continue;
    const named = found.addresses.filter((address) => sharedCounts || !isSharedAddress(account, address));
    return { field: found.field, addresses: named.map((address) => withoutPrefix(account, address, habits.prefix ?? '')) };
  }
  return undefined;
}

const ENVELOPE_NAMES: readonly string[] = ENVELOPE_FIELDS.map((name) => name.toLowerCase());

/** The fields to read, best first, in lower case. */
function namesIn({ header }: EnvelopeSettings): readonly string[] {
  return header === '' ? ENVELOPE_NAMES : [header.toLowerCase()];
}

/** Learns from one message how the ISP fills its envelope fields. `named`: our addresses in To and Cc, which show where a prefix ends. */
export function learnFields(
  account: AccountView,
  mail: MailView,
  block: TraceBlock,
  settings: EnvelopeSettings,
  known: IspKnowledge,
  named: readonly Address[],
): IspKnowledge {
  const names = namesIn(settings);
  const topmost = new Set<string>();
  let learned = known;
  for (const field of block.fields) {
    const key = field.name.toLowerCase();
    const own = names.includes(key) ? envelopeAddresses(mail, field).filter((address) => isOwnAddress(account, address)) : [];
    if (own.length === 0) continue;
    const isTopmost = !topmost.has(key);
    topmost.add(key);
    for (const address of own.filter((each) => !isSharedAddress(account, each))) {
      const habits = learned.fields[key] ?? {};
      // Below the constant name of the mailbox another field may name different recipients: that one still is constant.
      const varies = isTopmost || habits.varies === true ? { varies: true } : {};
      const now = { ...varies, ...(key === 'delivered-to' ? learnPrefix(account, habits, address, named) : {}) };
      if (now.varies !== habits.varies || now.prefix !== habits.prefix) learned = { ...learned, fields: { ...learned.fields, [key]: now } };
    }
  }
  return learned;
}

/** Only qmail's Delivered-To has one. */
function learnPrefix(
  account: AccountView,
  habits: EnvelopeFieldKnowledge,
  address: Address,
  named: readonly Address[],
): { readonly prefix?: string } {
  const local = foldCase(address.local);
  if (habits.prefix !== undefined) return { prefix: local.startsWith(habits.prefix) ? habits.prefix : '' };
  // A value that cannot have one settles it, whatever a sender puts into To afterwards.
  if (!local.includes('-') || isUserOf(account, local)) return { prefix: '' };
  const shown = named.find((other) => other.domain === address.domain && local.endsWith(`-${foldCase(other.local)}`));
  return shown === undefined ? {} : { prefix: local.slice(0, -foldCase(shown.local).length) };
}

function withoutPrefix(account: AccountView, address: Address, prefix: string): Address {
  const local = foldCase(address.local);
  if (prefix === '' || !local.startsWith(prefix) || local.length === prefix.length || isUserOf(account, local)) return address;
  return { ...address, local: address.local.slice(prefix.length) };
}

function isUserOf(account: AccountView, local: string): boolean {
  return account.users.some((user) => [user.name, ...user.aliases].some((name) => foldCase(name) === local));
}
