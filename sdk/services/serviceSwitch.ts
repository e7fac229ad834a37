// The mail service as the administrator sees it: on or off, what it did last and will do next, and what is wrong with it.
import type { Disposable } from '../disposable.js';
import type { SchedulePlan } from '../scheduling.js';
import { createServiceId } from './createServiceId.js';
import type { RoundReport } from './running.js';

/** The manual's Start/Stop button: with it off, mail ports are closed and no round runs by itself; stored mail stays. */
export interface ServiceSwitch {
  /** What the administrator wants, for all servers on the store; the licence may keep the service from running all the same. */
  readonly isOn: boolean;
  /** `undefined` before the first since the start. */
  readonly lastRound: RoundReport | undefined;
  /** Survives a restart. Resolves when ports are open here, or closed; other servers on the store follow within seconds. */
  set(on: boolean): Promise<{ readonly service: string }>;
}
export const ServiceSwitch = createServiceId<ServiceSwitch>('ServiceSwitch');

/** When rounds run by themselves. */
export interface Schedule {
  /** The coming rounds as of `now`, by default this moment; only looked at. */
  plan(now?: Date): Promise<SchedulePlan>;
}
export const Schedule = createServiceId<Schedule>('Schedule');

/** What is wrong at the moment and stays so until somebody mends it: `status` and the manager show it. */
export interface StandingProblems {
  /** `of` is asked each time that somebody looks; it answers sentences. */
  add(of: () => readonly string[] | Promise<readonly string[]>): Disposable;
  /** In the order of adding. */
  all(): Promise<readonly string[]>;
}
export const StandingProblems = createServiceId<StandingProblems>('StandingProblems');
