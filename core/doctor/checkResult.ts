// What the doctor says: one sentence for each thing looked at, with the way out where it is not well.
import { sentenceOf } from '@postroom/sdk';

export interface CheckResult {
  /** What was looked at: `database`, `port 110` ... */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** Names the commands that mend it, too. */
  readonly text: string;
  /** The same commands, as buttons for the manager. */
  readonly actions?: readonly CheckAction[];
}

/** A command that mends what was found. */
export interface CheckAction {
  readonly title: string;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What it comes to, where that has to be known before: asked about first. */
  readonly warning?: string;
}

export function well(check: string, text: string): CheckResult {
  return { check, state: 'well', text };
}

export function warning(check: string, text: string): CheckResult {
  return { check, state: 'warning', text };
}

export function problem(check: string, text: string): CheckResult {
  return { check, state: 'problem', text };
}

/** A check that throws has found something: its sentence. */
export async function checkResult(check: string, look: () => CheckResult | Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await look();
  } catch (error) {
    return problem(check, sentenceOf(error));
  }
}
