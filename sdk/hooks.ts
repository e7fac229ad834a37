// The five hooks, in the order in which they fire.
import type { DeliveryReceipt, DeliveryRequest } from './delivering.js';
import type { Disposable, MaybePromise } from './disposable.js';
import type { FetchReport, FetchRequest } from './fetching.js';
import type { LicenceQuery, LicenceVerdict } from './licensing.js';
import type { MailView } from './mail.js';
import type { ScheduleContext, SchedulePlan } from './scheduling.js';
import type { SortPlan } from './sorting.js';

/** Where a plugin taps in. A handler that answers `undefined` has nothing to say. */
export interface Hooks {
  /** When do the next rounds run? Each tap gets the plan of the taps before it. Pure. A throw leaves the plan unchanged and is shown. */
  readonly onSchedule: Tappable<ScheduleHandler>;
  /** May the service run, may the settings look like this? The first verdict counts; none is a denial. Synchronous; bundled plugins only. */
  readonly onLicenseCheck: Tappable<LicenceHandler>;
  /** Collects one account's mail. The first report counts. A throw is a failed report: no second plugin tries the same account. */
  readonly onFetch: Tappable<FetchHandler>;
  /** Who gets this message? Each tap gets the plan of the taps before it. A throw leaves the plan unchanged; then `onError` of the manifest decides. */
  readonly onSort: Tappable<SortHandler>;
  /**
   * Hands a message on. The first receipt counts. A throw defers the delivery: no other tap tries, so nothing is delivered twice. Taps of stage
   * `outcome` are called apart from the others: after each try to send to the outside, with the receipt.
   */
  readonly onDeliver: Tappable<DeliverHandler>;
}

export type HookName = keyof Hooks;

export type ScheduleHandler = (plan: SchedulePlan, now: ScheduleContext, call: TapCall) => MaybePromise<SchedulePlan | undefined>;
export type LicenceHandler = (query: LicenceQuery) => LicenceVerdict | undefined;
export type FetchHandler = (request: FetchRequest, call: TapCall) => MaybePromise<FetchReport | undefined>;
export type SortHandler = (plan: SortPlan, mail: MailView, call: TapCall) => MaybePromise<SortPlan | undefined>;
export type DeliverHandler = (request: DeliveryRequest, call: TapCall) => MaybePromise<DeliveryReceipt | undefined>;

export interface Tappable<Handler> {
  /** `name` is a tap that the manifest declares under `contributes.taps`; anything else throws `plugin/undeclared-tap`. */
  tap(name: string, handler: Handler): Disposable;
}

/** One call of a handler. */
export interface TapCall {
  /** Aborted when the tap's time is up or the server stops. */
  readonly signal: AbortSignal;
}

/** Stages of each hook, in firing order. Inside a stage `before`/`after` decide, then the tap's name. */
export const STAGES = Object.freeze({
  /** `plan` proposes rounds, `limit` takes some away. */
  onSchedule: ['plan', 'limit'],
  /** `require` only denies (the device); `grant` is the edition's. */
  onLicenseCheck: ['require', 'grant'],
  onFetch: ['fetch'],
  /**
   * `filter` may tag, hold or quarantine before anybody is named; `identify` finds out which of our addresses was meant; `route` names users;
   * `fallback` takes what no other tap placed; `fanout` expands PUBLIC1; `copy` adds CC; `finish` sees the whole result.
   */
  onSort: ['filter', 'identify', 'route', 'fallback', 'fanout', 'copy', 'finish'],
  /**
   * `observe` looks on and answers nothing; `deliver` hands over, and is the stage of a tap that names none; `outcome` hears what became of a try to send
   * to the outside (`DeliveryRequest.receipt`), changes nothing, and delays nothing.
   */
  onDeliver: ['observe', 'deliver', 'outcome'],
} as const);
