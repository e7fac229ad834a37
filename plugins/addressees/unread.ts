// What stands in a recipient field and is no address: where nothing else tells whom the message was for, what it spells is tried; and ADMIN1 hears of
// what names this account and could not be read, even where somebody else got the message.
import { type AccountView, type Address, foldCase, isOwnAddress, type MailView, type SortPlan } from '@postroom/sdk';
import { RECIPIENT_FIELDS, resentDestinations } from './headerFields.js';

/** Characters of a text, and texts, that the trail quotes. */
const LONGEST_QUOTE = 200;
const MOST_QUOTED = 5;

/** The tag of a message whose addressees are only guessed. */
const GUESSED = 'guessed';

/** A text that is no address. */
interface UnreadText {
  readonly field: string;
  readonly text: Address;
  /** Our addresses that it spells. */
  readonly own: readonly Address[];
}

/** For the `fallback` stage: whatever is certain has spoken. Mail with an envelope of our own needs no guesses. */
export function followUnread(plan: SortPlan, mail: MailView): SortPlan {
  const rungs = new Set(plan.addressed.map(({ rung }) => rung));
  if (mail.envelope.recipients.length > 0 || rungs.has('L1') || rungs.has('L2')) return plan;
  const unread = unreadTexts(plan.account, mail, rungs.has('L3'));
  const isForNobody = plan.addressed.length === 0 && plan.mailboxes.length === 0;
  const guessed = isForNobody ? unread.filter(({ own }) => own.length > 0) : [];
  const result = guessed.reduce(addGuess, plan);
  return tellOf(
    result,
    unread.filter((each) => !guessed.includes(each)),
  );
}

/** Those that name this account. `isResent`: the newest Resent block has said whom it was for, and the other fields are history. */
function unreadTexts(account: AccountView, mail: MailView, isResent: boolean): readonly UnreadText[] {
  const fields: readonly (readonly [string, readonly Address[]])[] = [
    ...resentDestinations(mail).map((field) => [field.name, mail.addresses(field)] as const),
    ...(isResent ? [] : RECIPIENT_FIELDS.map((name) => [name, mail.addresses(name)] as const)),
  ];
  return fields.flatMap(([field, addresses]) =>
    addresses
      .filter(({ domain }) => domain === '')
      .map((text) => ({ field, text, own: (text.guesses ?? []).filter((guess) => isOwnAddress(account, guess)) }))
      .filter(({ text, own }) => own.length > 0 || namesAccount(account, `${text.raw} ${text.name}`)),
  );
}

function addGuess(plan: SortPlan, { field, text, own }: UnreadText): SortPlan {
  const spelt = own.map(({ local, domain }) => `${local}@${domain}`);
  const evidence = `a guess: ${field}: ${quoted(text)} is no address, and spells ${[...new Set(spelt)].slice(0, MOST_QUOTED).join(', ')}`;
  return own.reduce((result, address) => result.address(address, 'L4', evidence), plan.tag(GUESSED, evidence));
}

/** As an unknown address: unplaced mail goes to ADMIN1. */
function tellOf(plan: SortPlan, unread: readonly UnreadText[]): SortPlan {
  const [first] = unread;
  if (first === undefined) return plan;
  const texts = unread.slice(0, MOST_QUOTED).map(({ field, text }) => `${field}: ${quoted(text)}`);
  const more = unread.length > MOST_QUOTED ? ` and ${unread.length - MOST_QUOTED} more` : '';
  const evidence = `${texts.join('; ')}${more} names ${plan.account.id} and cannot be read as an address: see whom it was for`;
  return plan.address({ name: '', local: '', domain: '', raw: first.text.raw }, 'L4', evidence);
}

/** Invisible characters are shown: they may be why the text could not be read. */
function quoted({ raw }: Address): string {
  const text = raw.length > LONGEST_QUOTE ? `${raw.slice(0, LONGEST_QUOTE)}...` : raw;
  return text.replace(/\p{Cf}/gu, (character) => `<U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}>`);
}

/** Whether a text holds an address at one of the account's domains or, where it owns none, its own address. */
function namesAccount(account: AccountView, text: string): boolean {
  const seen = foldCase(text.normalize('NFKC').replace(/\p{Cf}/gu, ''));
  const names = account.domains.length > 0 ? account.domains.map((domain) => `@${domain}`) : [foldCase(account.address)];
  return names.some((name) => [seen, seen.replace(/\s+/g, '')].some((plain) => holds(plain, name)));
}

/** Not `@works.example.evil.example`, which is another domain. */
function holds(text: string, name: string): boolean {
  let at = text.indexOf(name);
  while (at >= 0 && /^\.?[\p{L}\p{N}-]/u.test(text.slice(at + name.length, at + name.length + 2))) at = text.indexOf(name, at + 1);
  return at >= 0;
}
