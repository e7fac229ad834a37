// Rules found out from mail that came in earlier, or from a person who moved a message.
import type { UserView } from '../accounts.js';
import type { CommandCall } from '../context.js';
import type { Disposable } from '../disposable.js';
import type { MailView } from '../mail.js';
import type { SortPlan } from '../sorting.js';
import { createServiceId } from './createServiceId.js';

/** Mail that came in earlier or waits at the ISP, for commands that find out something from it. */
export interface RecentMail {
  /** The newest messages from outside that came by an account and are still stored, newest first, as taps would see them (`rehearsal` is true). */
  of(account: string, limit: number): AsyncIterable<MailView>;
  /** The newest messages that wait at the ISP, newest first, headers only; nothing is collected. Rejects where the ISP does not let us in. */
  waiting(account: string, limit: number, call: CommandCall): Promise<readonly MailView[]>;
  /** How often a message came by the account, by its Message-ID without angle brackets; deleted copies count too. */
  timesReceived(account: string, messageId: string): Promise<number>;
}
export const RecentMail = createServiceId<RecentMail>('RecentMail');

/** A change of the settings that would sort mail as a person did who moved a message. */
export interface RuleProposal {
  /** Where in settings.json, for example `['accounts', 'works', 'users', 'lisa', 'aliases']`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** The rule in words: `mail to orders@works.example is lisa's`. */
  readonly sentence: string;
}

/** `plan`: the message as today's rules sort it. `user`: who should have got it. Answers the narrowest rule of the plugin's own kind, if it has one. */
export type RuleProposer = (plan: SortPlan, mail: MailView, user: UserView) => RuleProposal | undefined;

/** Asks for rules when somebody moves a message. The host tries each proposal out; the person decides. */
export interface Teaching {
  add(propose: RuleProposer): Disposable;
}
export const Teaching = createServiceId<Teaching>('Teaching');
