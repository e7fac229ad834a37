// Regular or Domain POP? What the mail of an account says about it: is it all for the one address, or for many at its domain? Pure.
import {
  type Address,
  cleanName,
  ENVELOPE_FIELDS,
  envelopeAddresses,
  foldCase,
  isOwnAddress,
  ispTrace,
  type MailView,
  splitAddress,
} from '@postroom/sdk';
import { cutText } from '@postroom/sdk/base';

/** What some messages of an account show. */
export interface KindEvidence {
  readonly looked: number;
  /** Messages whose To or Cc names the account's own address, and the names in front of it. */
  readonly shared: number;
  readonly names: readonly string[];
  /** Messages that name only other addresses at its domain, and those addresses' local parts. */
  readonly others: number;
  readonly locals: readonly string[];
}

const SHOWN = 3;
const LONGEST_SHOWN = 40;

export function kindEvidence(address: string, mail: readonly MailView[]): KindEvidence {
  const { domain } = splitAddress(address);
  const isOwn = (each: Address): boolean => isOwnAddress({ address, domains: [] }, each);
  const names = new Map<string, string>();
  const locals = new Map<string, string>();
  let shared = 0;
  let others = 0;
  for (const view of mail) {
    const named = [...view.addresses('To'), ...view.addresses('Cc')].filter((each) => each.domain === domain);
    const own = named.filter(isOwn);
    // The ISP may name its own mailbox in every message: that says nothing, so only To and Cc speak for the shared address.
    const further = [...named, ...envelopeOf(view)].filter((each) => each.domain === domain && !isOwn(each));
    if (own.length > 0) {
      shared += 1;
      for (const name of own.map((each) => cleanName(each.name))) if (name !== '') names.set(foldCase(name), name);
    } else if (further.length > 0) {
      others += 1;
      for (const { local } of further) locals.set(foldCase(local), local);
    }
  }
  return { looked: mail.length, shared, names: [...names.values()], others, locals: [...locals.values()] };
}

/** What a kind of account that fits would own; `undefined` where nothing speaks for either. */
export function ownershipIn({ shared, others }: KindEvidence): 'address' | 'domain' | undefined {
  if (others > shared) return 'domain';
  return shared > 0 ? 'address' : undefined;
}

/** The evidence in a sentence. */
export function evidenceSentence(address: string, evidence: KindEvidence): string {
  const { looked, shared, names, others, locals } = evidence;
  const { domain } = splitAddress(address);
  const of = looked === 1 ? 'Of 1 message' : `Of ${looked} messages`;
  if (looked === 0) return 'There is no mail to tell by yet, neither at the ISP nor here.';
  switch (ownershipIn(evidence)) {
    case 'domain':
      return `${of}, ${others} ${others === 1 ? 'is' : 'are'} for other addresses at ${domain} (${some(locals)}) and ${shared === 0 ? 'none' : shared} for ${address}: mail for the whole domain comes here.`;
    case 'address':
      return `${of}, ${shared} ${shared === 1 ? 'is' : 'are'} for ${address} itself${names.length === 0 ? '' : ` (to ${some(names)})`} and ${others === 0 ? 'none' : others} for other addresses at ${domain}: one address is shared.`;
    default:
      return `${of}, none names an address at ${domain} in To or Cc.`;
  }
}

/** Who the ISP says that a message was for; below its lines anybody may have written them. */
function envelopeOf(view: MailView): readonly Address[] {
  const isEnvelope = (name: string): boolean => ENVELOPE_FIELDS.some((each) => each.toLowerCase() === name.toLowerCase());
  return ispTrace(view.headers()).fields.flatMap((field) => (isEnvelope(field.name) ? envelopeAddresses(view, field) : []));
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => cutText(name, LONGEST_SHOWN));
  return names.length > SHOWN ? `${shown.join(', ')} and ${names.length - SHOWN} more` : shown.join(', ');
}
