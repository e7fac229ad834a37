// What the doctor says: one sentence for each thing looked at, with the way out where it is not well.
import { type CheckResult, sentenceOf } from '@postroom/sdk';

export function finding(state: CheckResult['state'], check: string, text: string): CheckResult {
  return { check, state, text };
}

/** A check that throws has found something: its sentence. */
export async function findingOf(check: string, look: () => CheckResult | Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await look();
  } catch (error) {
    return finding('problem', check, sentenceOf(error));
  }
}
