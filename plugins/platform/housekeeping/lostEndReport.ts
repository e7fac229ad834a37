// What is known of a database that lost its end, in sentences: for status, doctor, Log and ADMIN1. Pure.
import type { CheckResult } from '@postroom/sdk';
import type { LostEnd } from '@postroom/sdk/services';

/** For `status`: a sentence, or none. */
export function lostEndProblems(end: LostEnd | undefined): readonly string[] {
  return end === undefined ? [] : [`${whatWasLost(end)} ${whatToDo(end).join(' ')}`];
}

/** For the doctor: whether all is there that was committed. */
export function checkOfEnd(end: LostEnd | undefined): CheckResult {
  const [problem] = lostEndProblems(end);
  return problem === undefined
    ? { check: 'last changes', state: 'well', text: 'Every change that was committed is there.' }
    : { check: 'last changes', state: 'problem', text: problem };
}

export function whatWasLost({ missing, from, to, held, cause }: Omit<LostEnd, 'isTold'>): string {
  const changes = missing === 1 ? 'At least the last change' : `At least the last ${missing} changes`;
  const since = from === 0 ? `until ${timeOf(to)}` : `between ${timeOf(from)} and ${timeOf(to)}`;
  const waiting =
    held === 0
      ? ''
      : ` ${held === 1 ? '1 recipient' : `${held} recipients`} in the Outbox ${held === 1 ? 'is' : 'are'} on hold, as they may have been sent.`;
  return `${changes} of the database, made ${since}, ${missing === 1 ? 'is' : 'are'} missing: ${cause}. Mail that came in or was written in that time may be gone, and mail that was deleted may be back.${waiting}`;
}

/** One step a line. */
export function whatToDo({ from, held }: Pick<LostEnd, 'from' | 'held'>): readonly string[] {
  return [
    'What the ISP still has is collected again by itself; what had been deleted there is not.',
    `A backup helps only where it was made after ${timeOf(from)}: postroom backup restore.`,
    'Ask people to send again what they wrote in that time.',
    ...(held === 0 ? [] : ['Look at what is on hold: postroom outbox list.']),
    'Where nobody put an older copy there, check the disk: it said that data were safe which were not. The rest of the database: postroom doctor.',
  ];
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
