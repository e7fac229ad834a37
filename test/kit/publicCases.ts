// Cases from public reports: a folder for each, beside the tree and no part of it.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** `POSTROOM_CASES`, or where they lie beside a checkout; may be missing. */
export const CASES = process.env['POSTROOM_CASES'] ?? path.join(process.cwd(), '..', 'shared', 'cases');

/** The folder of a case by its number, as `063`; `undefined` where it is missing. */
export function caseFolder(number: string): string | undefined {
  const name = existsSync(CASES) ? readdirSync(CASES).find((each) => each.startsWith(`${number}-`)) : undefined;
  return name === undefined ? undefined : path.join(CASES, name);
}

/** The same for a test, which says that it is skipped where the case is missing. */
export function playedCase(number: string, test: Mocha.Context): string {
  const folder = caseFolder(number);
  if (folder !== undefined) return folder;
  console.warn(`      Skipped: there is no case ${number} at ${CASES}. Set POSTROOM_CASES to the folder of the cases.`);
  return test.skip();
}
