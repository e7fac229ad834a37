// onSort: who gets this message? Runs the taps over a plan, and keeps what each of them changed and why.
import { type AccountView, ADMIN1, isSameMailbox, type MailView, type SortPlan, type TrailEntry } from '@postroom/sdk';
import { cutText } from '@postroom/sdk/base';
import { changesBetween, createSortPlan, notesOf, planProblems } from '@postroom/sdk/mail';
import { Accounts, type Sorted } from '@postroom/sdk/services';
import { BlockingPlugins, whyBlocked } from '../hooking/blockingPlugins.js';
import { HookCall, type HookStep } from '../hooking/hookCall.js';
import { HostHooks } from '../hooks/hooks.js';

/** Characters of reasons that the trail keeps of one tap: a sender's words may stand in thousands of them. */
const LONGEST_REASON = 4000;
/** Characters of one text of an entry, whatever it is made of: it is kept with the message, and a plugin decides how long a tag or a name is. */
const LONGEST_TEXT = 4 * LONGEST_REASON;

export class SortStep {
  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @BlockingPlugins private readonly plugins: BlockingPlugins,
    @Accounts private readonly accounts: Accounts,
  ) {}

  /** Sorts for one account. `outside`: envelope recipients that leave through the ISP. Never rejects: what fails is held. */
  async sort(account: AccountView, mail: MailView, outside: readonly string[]): Promise<Sorted> {
    const start = createSortPlan(account, outside);
    const { blocking } = this.plugins;
    if (blocking.length > 0) {
      const reason = whyBlocked(blocking);
      const { build } = this.hooks.onSort;
      return { plan: start.hold(reason), trail: [entry('core/blocked', 'hold', reason, 0, build)] };
    }
    const call = new HookCall();
    const answer = await this.hooks.onSort.promise(start, mail, call);
    const { build } = call;
    const trail = trailOf(call);
    let plan = answer ?? start;
    for (const { failure, onError } of call.steps) {
      if (failure !== undefined && onError === 'hold') plan = plan.hold(failure.message);
    }
    const problems = this.#problemsOf(plan, account);
    const now = this.accounts.find(account.id);
    if (problems.length > 0 && now !== undefined && now !== account) {
      // A user was removed while the taps ran, or since the round began: no plugin is to blame.
      const again = await this.sort(now, mail, outside);
      return {
        ...again,
        trail: [entry('core/check', '', `${problems.join(' ')} User removed meanwhile: sorted again.`, 0, undefined), ...again.trail],
      };
    }
    if (problems.length > 0) {
      const reason = cutText(problems.join(' '), LONGEST_REASON);
      this.#blame(call.steps, account, mail, reason);
      return { plan: start.hold(reason), trail: [...trail, entry('core/check', 'hold', reason, 0, build)] };
    }
    return { plan, trail };
  }

  #problemsOf(plan: SortPlan, account: AccountView): readonly string[] {
    return planProblems(plan, account, (mailbox) => isSameMailbox(mailbox, ADMIN1) || this.accounts.user(mailbox) !== undefined);
  }

  /** Finds the tap after which the plan was wrong for the first time. */
  #blame(steps: readonly HookStep[], account: AccountView, mail: MailView, reason: string): void {
    const culprit = steps.find((step) => step.answer !== undefined && this.#problemsOf(step.answer as SortPlan, account).length > 0);
    if (culprit !== undefined) this.hooks.onSort.blame(culprit, reason, mail);
  }
}

/** What the taps changed, and why. Most taps have nothing to say of a message. */
function trailOf({ steps, build }: HookCall): readonly TrailEntry[] {
  const trail: TrailEntry[] = [];
  for (const { tap, before, answer, failure, onError, milliseconds } of steps) {
    if (failure !== undefined) trail.push(entry(tap, onError === 'hold' ? 'hold' : '', failure.message, milliseconds, build));
    if (answer === undefined || answer === before) continue;
    const [old, now] = [before as SortPlan, answer as SortPlan];
    const changes = changesBetween(old, now).join(', ');
    const notes = joinedReasons([...new Set(notesOf(now).slice(notesOf(old).length))]);
    if (changes !== '' || notes !== '') trail.push(entry(tap, changes, notes, milliseconds, build));
  }
  return trail;
}

/** Whole reasons while there is room, and how many are left out. */
function joinedReasons(reasons: readonly string[]): string {
  const kept: string[] = [];
  let room = LONGEST_REASON;
  for (const reason of reasons) {
    room -= reason.length;
    if (room < 0 && kept.length > 0) return [...kept, `and ${reasons.length - kept.length} more`].join('; ');
    kept.push(cutText(reason, LONGEST_REASON));
  }
  return kept.join('; ');
}

/** `build`: of the hook that was called. */
function entry(tap: string, change: string, reason: string, milliseconds: number, build: number | undefined): TrailEntry {
  const [what, why] = [cutText(change, LONGEST_TEXT), cutText(reason, LONGEST_TEXT)];
  return { tap, change: what, reason: why, milliseconds: Math.round(milliseconds * 1000) / 1000, ...(build !== undefined && { build }) };
}
