// The value that sort taps pass on: who gets a message. Every method answers a new plan that shares what did not change; nothing in a
// plan can be altered, so a tap that fails half-way leaves the plan of the tap before it as it was.
import { type AccountView, isSameMailbox, type MailboxRef, mailboxName } from '../accounts.js';
import { PostroomError } from '../errors.js';
import type { Address, HeaderField } from '../mail.js';
import type { AddressedTo, Disposition, Rung, SortPlan } from '../sorting.js';
import { addressKey, headerLineProblem, isTraceMark, type PlanState, placesByAddress } from './planState.js';

/** Addresses that the trail names of one tap; a sender may write thousands. */
const MOST_NAMED = 20;
/** Header lines that all plugins together may put onto every copy. */
const MOST_HEADERS = 100;

/** A plan in which the message has no recipients yet. `outside`: envelope recipients of a submitted message that go out through the ISP. */
export function createSortPlan(account: AccountView, outside: readonly string[] = []): SortPlan {
  return new Plan({
    account,
    addressed: [],
    mailboxes: [],
    outside: Object.freeze([...outside]),
    tags: [],
    disposition: 'deliver',
    rung: undefined,
    addHeaders: [],
    concealed: [],
    traceMark: undefined,
    notes: [],
  });
}

/** Whether a value is a plan that this module made. */
export function isSortPlan(value: unknown): value is SortPlan {
  return Plan.isPlan(value);
}

/** The plan as plain data: survives structured cloning. */
export function stateOf(plan: SortPlan): PlanState {
  return Plan.stateOf(plan);
}

/** The plan that plain data describe. Data from another process go through `readPlanState` first. */
export function planFrom(state: PlanState): SortPlan {
  return new Plan(state);
}

/** The reasons given since the plan was made or came from `withoutNotes`, oldest first. */
export function notesOf(plan: SortPlan): readonly string[] {
  return Plan.stateOf(plan).notes;
}

/** The same plan without reasons: what the next tap gets, so that `notesOf` its answer are that tap's own. */
export function withoutNotes(plan: SortPlan): SortPlan {
  const state = Plan.stateOf(plan);
  return state.notes.length === 0 ? plan : new Plan({ ...state, notes: [] });
}

class Plan implements SortPlan {
  readonly #state: PlanState;

  constructor(state: PlanState) {
    this.#state = state;
    for (const list of [state.addressed, state.mailboxes, state.tags, state.addHeaders, state.concealed, state.notes]) Object.freeze(list);
    Object.freeze(this);
  }

  static isPlan(value: unknown): value is Plan {
    return typeof value === 'object' && value !== null && #state in value;
  }

  static stateOf(plan: SortPlan): PlanState {
    if (Plan.isPlan(plan)) return plan.#state;
    throw new PostroomError(
      'plugin/bad-answer',
      'This is not a sort plan that came from the host. Answer the plan you got, or one made by its methods.',
    );
  }

  get account(): AccountView {
    return this.#state.account;
  }

  get addressed(): readonly AddressedTo[] {
    return this.#state.addressed;
  }

  get mailboxes(): readonly MailboxRef[] {
    return this.#state.mailboxes;
  }

  get outside(): readonly string[] {
    return this.#state.outside;
  }

  get tags(): readonly string[] {
    return this.#state.tags;
  }

  get disposition(): Disposition {
    return this.#state.disposition;
  }

  get rung(): Rung | undefined {
    return this.#state.rung;
  }

  get addHeaders(): readonly string[] {
    return this.#state.addHeaders;
  }

  get concealed(): readonly number[] {
    return this.#state.concealed.map((field) => field.index);
  }

  get traceMark(): string | undefined {
    return this.#state.traceMark;
  }

  address(address: Address, rung: Rung, evidence: string): SortPlan {
    if (positionOf(this.addressed, address) >= 0) return this;
    const addressed = Object.freeze({ address, rung, evidence, placed: Object.freeze([]) });
    return this.#with({ addressed: [...this.addressed, addressed] }, evidence);
  }

  to(mailbox: MailboxRef, reason: string, basis?: AddressedTo | Rung): SortPlan {
    const known = this.mailboxes.some((other) => isSameMailbox(other, mailbox));
    const rung = typeof basis === 'string' ? basis : basis?.rung;
    return this.#with(
      {
        mailboxes: known ? this.mailboxes : [...this.mailboxes, Object.freeze({ account: mailbox.account, user: mailbox.user })],
        addressed: typeof basis === 'object' ? this.#place(basis, mailboxName(mailbox)) : this.addressed,
        rung: this.rung ?? rung,
      },
      reason,
    );
  }

  placed(addressed: AddressedTo, by: string, reason: string): SortPlan {
    return this.#with({ addressed: this.#place(addressed, by), rung: this.rung ?? addressed.rung }, reason);
  }

  /** An address that only this mailbox took care of is open again, so that the fallback sees it: nothing is dropped silently. */
  without(mailbox: MailboxRef, reason: string): SortPlan {
    const name = mailboxName(mailbox).toLowerCase();
    return this.#with(
      {
        mailboxes: this.mailboxes.filter((other) => !isSameMailbox(other, mailbox)),
        addressed: this.addressed.map((entry) =>
          withPlaced(
            entry,
            entry.placed.filter((by) => by.toLowerCase() !== name),
          ),
        ),
      },
      reason,
    );
  }

  note(reason: string): SortPlan {
    return this.#with({}, reason);
  }

  tag(tag: string, reason: string): SortPlan {
    const word = tag.trim().toLowerCase();
    return this.#with({ tags: this.tags.includes(word) ? this.tags : [...this.tags, word] }, reason);
  }

  hold(reason: string): SortPlan {
    return this.#with({ disposition: 'hold' }, reason);
  }

  quarantine(reason: string): SortPlan {
    return this.#with({ disposition: 'quarantine' }, reason);
  }

  discard(reason: string): SortPlan {
    return this.#with({ disposition: 'discard' }, reason);
  }

  addHeader(line: string, reason: string): SortPlan {
    const problem = headerLineProblem(line);
    if (problem !== undefined) throw new PostroomError('plugin/bad-answer', problem);
    return this.#with({ addHeaders: [...this.addHeaders, line] }, reason);
  }

  conceal(field: HeaderField, reason: string): SortPlan {
    const { concealed } = this.#state;
    if (concealed.some((known) => known.index === field.index)) return this.#with({}, reason);
    return this.#with({ concealed: [...concealed, Object.freeze({ index: field.index, name: field.name })] }, reason);
  }

  markTrace(mark: string, reason: string): SortPlan {
    if (!isTraceMark(mark)) {
      throw new PostroomError('plugin/bad-answer', `The trace mark ${JSON.stringify(mark)} is not 8 to 64 letters, digits, "-" and "_".`);
    }
    return this.#with({ traceMark: this.traceMark ?? mark }, reason);
  }

  #with(change: Partial<PlanState>, reason: string): Plan {
    return new Plan({ ...this.#state, ...change, notes: [...this.#state.notes, reason] });
  }

  #place(addressed: AddressedTo, by: string): readonly AddressedTo[] {
    // Mostly it is one of ours, which is quickly found.
    const own = this.addressed.indexOf(addressed);
    const position = own >= 0 ? own : positionOf(this.addressed, addressed.address);
    const entry = this.addressed[position];
    if (entry === undefined || entry.placed.includes(by)) return this.addressed;
    const changed = [...this.addressed];
    changed[position] = withPlaced(entry, [...entry.placed, by]);
    return changed;
  }
}

/** A sender may name thousands, each of which is compared with all before it. */
function positionOf(addressed: readonly AddressedTo[], { name, local, domain }: Address): number {
  const wanted = local.toLowerCase();
  return addressed.findIndex(({ address }) => address.name === name && address.domain === domain && address.local.toLowerCase() === wanted);
}

function withPlaced(entry: AddressedTo, placed: readonly string[]): AddressedTo {
  return placed.length === entry.placed.length ? entry : Object.freeze({ ...entry, placed: Object.freeze(placed) });
}

/**
 * The differences in words, as the trail keeps them: `addressed greg@works.example`, `+andrew@company`, `-greg@company`, `tag spam`, `hold`,
 * `header X-Spam-Flag`, `conceal Envelope-To`, `trace mark`.
 */
export function changesBetween(before: SortPlan, after: SortPlan): readonly string[] {
  const old = stateOf(before);
  const now = stateOf(after);
  const words: string[] = [];
  // Most taps change one list; the others are the same objects.
  if (old.addressed !== now.addressed) words.push(...addressesInWords(old, now));
  if (old.mailboxes !== now.mailboxes) {
    for (const mailbox of added(old.mailboxes, now.mailboxes)) words.push(`+${mailboxName(mailbox)}`);
    for (const mailbox of added(now.mailboxes, old.mailboxes)) words.push(`-${mailboxName(mailbox)}`);
  }
  if (old.tags !== now.tags) for (const tag of now.tags) if (!old.tags.includes(tag)) words.push(`tag ${tag}`);
  if (old.disposition !== now.disposition) words.push(now.disposition);
  for (const line of now.addHeaders.slice(old.addHeaders.length)) words.push(`header ${line.slice(0, line.indexOf(':'))}`);
  if (old.concealed !== now.concealed) words.push(...concealedInWords(old, now));
  if (old.traceMark !== now.traceMark) words.push('trace mark');
  return words;
}

function addressesInWords(old: PlanState, now: PlanState): readonly string[] {
  const placesBefore = placesByAddress(old);
  const names = now.mailboxes.map(mailboxName);
  const words: string[] = [];
  for (const { address, placed } of now.addressed) {
    const before = placesBefore.get(addressKey(address));
    if (before === undefined) words.push(`addressed ${wordsOf(address)}`);
    // A later stage took care of the address, as PUBLIC1 does. A mailbox that did shows as `+mailbox` already.
    for (const by of placed) if (before?.includes(by) !== true && !names.includes(by)) words.push(`${wordsOf(address)} placed by ${by}`);
  }
  return words.length <= MOST_NAMED ? words : [...words.slice(0, MOST_NAMED), `${words.length - MOST_NAMED} more addresses`];
}

function concealedInWords(old: PlanState, now: PlanState): readonly string[] {
  const fields = now.concealed.filter((field) => !old.concealed.some((known) => known.index === field.index));
  return fields.map((field) => `conceal ${field.name}`);
}

function added(old: readonly MailboxRef[], now: readonly MailboxRef[]): readonly MailboxRef[] {
  return now.filter((mailbox) => !old.some((known) => isSameMailbox(known, mailbox)));
}

function wordsOf(address: Address): string {
  const spec = `${address.local}@${address.domain}`;
  return address.name === '' ? spec : `${address.name} <${spec}>`;
}

/**
 * What is wrong with a tap's answer, in sentences; none where it is a legal plan for the account. Mailboxes must exist (`known`) and be the
 * account's own or ADMIN1; `outside` is as it was, because no method changes it.
 */
export function planProblems(answer: unknown, account: AccountView, known: (mailbox: MailboxRef) => boolean): readonly string[] {
  if (!isSortPlan(answer)) return ['The answer is not a sort plan that came from the host.'];
  const problems: string[] = [];
  if (answer.account.id !== account.id) problems.push(`The plan is for account ${answer.account.id}, the message came by ${account.id}.`);
  for (const mailbox of answer.mailboxes) {
    const name = mailboxName(mailbox);
    if (mailbox.account !== undefined && mailbox.account !== account.id)
      problems.push(`${name} is a mailbox of another account than ${account.id}.`);
    else if (!known(mailbox)) problems.push(`There is no mailbox ${name}.`);
  }
  if (answer.addHeaders.length > MOST_HEADERS)
    return [...problems, `The plan adds ${answer.addHeaders.length} header lines to every copy; ${MOST_HEADERS} are allowed.`];
  return [...problems, ...answer.addHeaders.flatMap((line) => headerLineProblem(line) ?? [])];
}
