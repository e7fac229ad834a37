// What the doctor says: one sentence for each thing looked at, with the way out where it is not well.
import { type CheckResult, sentenceOf } from '@postroom/sdk';

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
