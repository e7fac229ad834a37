// A sort plan as plain data: how it crosses the border of an isolated plugin's process, and what is checked when it comes back.

import type { MailboxRef } from '../accounts.js';
import { PostroomError } from '../errors.js';
import type { Address } from '../mail.js';
import type { AddressedTo, Disposition, Rung, SortPlan } from '../sorting.js';

/** A field that no copy shows. The name is kept for the trail. */
export interface ConcealedField {
  readonly index: number;
  readonly name: string;
}

/** The members of a sort plan that are data; the others are methods. */
type PlanData = {
  readonly [Member in keyof SortPlan as SortPlan[Member] extends (...args: never[]) => SortPlan ? never : Member]: SortPlan[Member];
};

/** All that a sort plan holds. Survives structured cloning. */
export interface PlanState extends Omit<PlanData, 'concealed'> {
  readonly concealed: readonly ConcealedField[];
  /** Reasons given since the plan was made, or since `withoutNotes`. */
  readonly notes: readonly string[];
  /** In another process: the call that it was given to. Plans made from it have it too. */
  readonly call?: number;
}

const DISPOSITIONS: readonly unknown[] = ['deliver', 'hold', 'quarantine', 'discard'] satisfies readonly Disposition[];
const RUNGS: readonly unknown[] = ['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7'] satisfies readonly Rung[];
/** Entries of any list in a plan that came from another process. */
const LONGEST_LIST = 10_000;

/**
 * Reads what another process sent back for the plan it was given. Account and outside recipients are taken from `given`: a plan may not
 * change them; nor may it deliver what a filter has kept back, or take back a tag, a line, a mark or what others conceal, for which plans have no method.
 * Throws `plugin/bad-answer` for anything that is not a plan's data, and for what was made from the plan of another call, which is another message's.
 */
export function readPlanState(value: unknown, given: PlanState): PlanState {
  const data = isRecord(value) ? value : {};
  if (data.call !== given.call && isRecord(data.account))
    throw new PostroomError('plugin/bad-answer', 'It answered the plan of another call, which may be of another message.');
  if (!isRecord(data.account) || data.account.id !== given.account.id) throw malformed('account');
  const isLetGo = data.disposition === 'deliver' && given.disposition !== 'deliver';
  if (isLetGo || !DISPOSITIONS.includes(data.disposition)) throw malformed('disposition');
  if (data.rung !== undefined && !RUNGS.includes(data.rung)) throw malformed('rung');
  const tags = listOf(data, 'tags', isText);
  const addHeaders = listOf(data, 'addHeaders', isText);
  const concealed = listOf(data, 'concealed', isConcealed);
  if (!given.tags.every((tag) => tags.includes(tag))) throw malformed('tags');
  if (!given.addHeaders.every((line, place) => addHeaders[place] === line)) throw malformed('addHeaders');
  if (!given.concealed.every(({ index }) => concealed.some((field) => field.index === index))) throw malformed('concealed');
  const { traceMark } = data;
  if (traceMark !== undefined && !isTraceMark(traceMark)) throw malformed('traceMark');
  if (given.traceMark !== undefined && traceMark !== given.traceMark) throw malformed('traceMark');
  return {
    account: given.account,
    outside: given.outside,
    addressed: listOf(data, 'addressed', isAddressed),
    mailboxes: listOf(data, 'mailboxes', isMailbox),
    tags,
    disposition: data.disposition as Disposition,
    rung: data.rung as Rung | undefined,
    addHeaders,
    concealed,
    traceMark,
    notes: listOf(data, 'notes', isText),
  };
}

/** The first property that does not hold what it should: plugins without types can put anything into a plan. */
export function malformedIn({ mailboxes, tags, addHeaders, addressed, notes, disposition, rung }: PlanState): keyof PlanState | undefined {
  if (!mailboxes.every(isMailbox)) return 'mailboxes';
  if (!tags.every(isText)) return 'tags';
  if (!addHeaders.every(isText)) return 'addHeaders';
  if (!addressed.every(isAddressed)) return 'addressed';
  if (!notes.every(isText)) return 'notes';
  if (rung !== undefined && !RUNGS.includes(rung)) return 'rung';
  return DISPOSITIONS.includes(disposition) ? undefined : 'disposition';
}

/** The end of the sentence "x answered ...". */
export function whatIsMalformed(property: string): string {
  return property === 'notes'
    ? 'a plan with a change that says no reason, which is the second argument of to(), tag(), hold() and the others'
    : `a plan whose "${property}" is not what a sort plan holds there`;
}

function malformed(property: string): PostroomError {
  return new PostroomError('plugin/bad-answer', `It answered ${whatIsMalformed(property)}.`);
}

function listOf<T>(data: Readonly<Record<string, unknown>>, property: string, check: (item: unknown) => item is T): readonly T[] {
  const list = data[property];
  if (!Array.isArray(list) || list.length > LONGEST_LIST || !list.every(check)) throw malformed(property);
  return list;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** For the `id` of a Received line, which takes an atom (RFC 5321 section 4.4). */
export function isTraceMark(value: unknown): value is string {
  return isText(value) && /^[\w-]{8,64}$/.test(value);
}

function isMailbox(value: unknown): value is MailboxRef {
  return isRecord(value) && isText(value.user) && (value.account === undefined || isText(value.account));
}

function isAddress(value: unknown): value is Address {
  return isRecord(value) && [value.name, value.local, value.domain, value.raw].every(isText);
}

function isAddressed(value: unknown): value is AddressedTo {
  if (!isRecord(value) || !isAddress(value.address) || !RUNGS.includes(value.rung)) return false;
  return isText(value.evidence) && Array.isArray(value.placed) && value.placed.every(isText);
}

function isConcealed(value: unknown): value is ConcealedField {
  return isRecord(value) && Number.isInteger(value.index) && isText(value.name);
}

/** Equal for the same name and the same address: `andrew <mail@company.com>` and `greg <mail@company.com>` are two (sorting case 45). */
export function addressKey({ name, local, domain }: Address): string {
  return `${name}\0${local.toLowerCase()}@${domain}`;
}

/** Who took care of each address, by `addressKey`. */
export function placesByAddress({ addressed }: PlanState): ReadonlyMap<string, readonly string[]> {
  return new Map(addressed.map(({ address, placed }) => [addressKey(address), placed]));
}

/** What is wrong with a header line that a plugin wants on every copy, a sentence; `undefined` where nothing is. */
export function headerLineProblem(line: string): string | undefined {
  if (!/^[!-9;-~]+:[\t -~]*$/.test(line) || line.endsWith('\n')) {
    return `The header line ${JSON.stringify(line.slice(0, 80))} is not of the form "Name: value" in printable ASCII. Encode other text (RFC 2047) and leave out line ends.`;
  }
  if (line.length <= 998) return undefined;
  return `The header line ${JSON.stringify(line.slice(0, 40))} has ${line.length} octets; 998 are allowed (RFC 5322 section 2.1.1).`;
}
