// What the doctor says: one sentence for each thing looked at, with the way out where it is not well.
import { sentenceOf } from '@postroom/sdk';

export interface Finding {
  /** What was looked at: `database`, `port 110` ... */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  readonly text: string;
}

export function well(check: string, text: string): Finding {
  return { check, state: 'well', text };
}

export function warning(check: string, text: string): Finding {
  return { check, state: 'warning', text };
}

export function problem(check: string, text: string): Finding {
  return { check, state: 'problem', text };
}

/** A check that throws has found something: its sentence. */
export async function finding(check: string, look: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return problem(check, sentenceOf(error));
  }
}
