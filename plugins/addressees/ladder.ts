// Which of the account's own addresses a fetched message was for: from the best evidence down, the first rung that yields one decides.
import { type Address, ENVELOPE_FIELDS, isOwnAddress, isSharedAddress, type MailView, type SortPlan } from '@postroom/sdk';
import { bareAddress, recipientKey } from './envelopeAddress.js';
import { type EnvelopeSettings, envelopeEvidence, learnFields } from './envelopeFields.js';
import { type FieldEvidence, headerEvidence, RECIPIENT_FIELDS, resentEvidence } from './headerFields.js';
import type { IspKnowledge } from './ispHosts.js';
import { readTrace, type TraceBlock } from './traceBlock.js';

export interface LadderSettings extends EnvelopeSettings {
  /** Host that writes the ISP's Received fields; '' = learned. */
  readonly trustedHost: string;
}

/** Addresses that are read of a message (sorting case 73), and the most that MailView.addresses gives: with so many there may be more. */
const ADDRESS_LIMIT = 2000;
/** Characters of a field, and entries of a list, that the trail quotes. */
const LONGEST_QUOTE = 200;
const MOST_QUOTED = 5;

/** Names the addressees of a fetched message. `known` comes back with what the message taught. */
export function climbLadder(
  plan: SortPlan,
  mail: MailView,
  settings: LadderSettings,
  known: IspKnowledge,
): { readonly plan: SortPlan; readonly known: IspKnowledge } {
  const account = plan.account;
  const named = headerEvidence(account, mail);
  const trace = readTrace(mail, known, settings.trustedHost);
  let learned = trace.known;
  let result = noteLimits(plan, mail);
  if (trace.block === undefined) {
    if (trace.doubt !== undefined && hasEnvelopeField(mail, settings)) result = result.note(trace.doubt);
  } else {
    const addresses = named.map((evidence) => evidence.address);
    learned = learnFields(account, mail, trace.block, settings, learned, addresses);
    const decided = byEnvelope(result, mail, trace.block, settings, learned) ?? byReceived(result, trace.block);
    if (decided !== undefined) return { plan: noteDisagreement(decided, named), known: learned };
  }
  const resent = resentEvidence(account, mail);
  result = resent.length > 0 ? noteDisagreement(addAll(result, resent, 'L3'), named) : addAll(result, named, 'L4');
  return { plan: result, known: learned };
}

function byEnvelope(
  plan: SortPlan,
  mail: MailView,
  block: TraceBlock,
  settings: EnvelopeSettings,
  known: IspKnowledge,
): SortPlan | undefined {
  const evidence = envelopeEvidence(plan.account, mail, block, settings, known);
  if (evidence === undefined) return undefined;
  const words = `${evidence.field.name}: ${shortened(evidence.field.value.trim())} (written by ${block.host})`;
  return evidence.addresses.reduce((result, address) => result.address(address, 'L1', words), plan);
}

/** The border host's line counts first: it tells whom SMTP named, those above it may name the mailbox that the ISP made of it. */
function byReceived(plan: SortPlan, block: TraceBlock): SortPlan | undefined {
  for (const { received } of block.hops.toReversed()) {
    const address = received.for === undefined ? undefined : bareAddress(received.for);
    if (address === undefined || !isOwnAddress(plan.account, address) || isSharedAddress(plan.account, address)) continue;
    return plan.address(address, 'L2', `Received by ${received.by ?? block.host} for ${address.raw}`);
  }
  return undefined;
}

function addAll(plan: SortPlan, evidence: readonly FieldEvidence[], rung: 'L3' | 'L4'): SortPlan {
  const read = evidence.slice(0, ADDRESS_LIMIT);
  const result = read.reduce((named, { address, field }) => named.address(address, rung, quoted(address, field)), plan);
  return read.length === evidence.length
    ? result
    : result.tag('header-cut', `only the first ${ADDRESS_LIMIT} addresses of the account were looked at`);
}

/** To and Cc may be decoration, but who reads the trail wants to know that they said otherwise. */
function noteDisagreement(plan: SortPlan, named: readonly FieldEvidence[]): SortPlan {
  const rung = plan.addressed.at(-1)?.rung ?? 'L1';
  const decided = new Set(plan.addressed.map((entry) => recipientKey(plan.account, entry.address)));
  const passedOver = named.filter(({ address }) => !decided.has(recipientKey(plan.account, address)));
  if (passedOver.length === 0) return plan;
  const more = passedOver.length > MOST_QUOTED ? ` and ${passedOver.length - MOST_QUOTED} more` : '';
  const quotes = passedOver.slice(0, MOST_QUOTED).map(({ address, field }) => quoted(address, field));
  return plan.note(`${quotes.join('; ')}${more} stands in the header as well, but ${rung} is better evidence`);
}

function quoted(address: Address, field: string): string {
  return `${field}: ${shortened(address.raw.trim())}`;
}

function shortened(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

function noteLimits(plan: SortPlan, mail: MailView): SortPlan {
  const full = RECIPIENT_FIELDS.filter((field) => mail.addresses(field).length >= ADDRESS_LIMIT);
  const doubtful = ['To', 'Cc'].flatMap((field) => unreadable(mail.addresses(field)));
  let result = plan;
  if (mail.headerCut) result = result.tag('header-cut', 'the header is longer than the 256 KB that were read');
  if (full.length > 0)
    result = result.tag('header-cut', `${full.join(' and ')} may hold more than the ${ADDRESS_LIMIT} addresses that were read`);
  if (doubtful.length > 0)
    result = result.note(`cannot be read as an address, so it is nobody's: ${doubtful.slice(0, MOST_QUOTED).map(shortened).join(', ')}`);
  return result;
}

/** Texts that look like an address and are none: somebody may have tried to pass one off as another. */
function unreadable(addresses: readonly Address[]): string[] {
  return addresses.filter((address) => address.domain === '' && address.raw.includes('@')).map((address) => address.raw.trim());
}

function hasEnvelopeField(mail: MailView, settings: EnvelopeSettings): boolean {
  const names = settings.header === '' ? ENVELOPE_FIELDS : [settings.header];
  return names.some((name) => mail.header(name) !== undefined);
}
