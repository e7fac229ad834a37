// Mail programs in the office that log in with a name that is nobody's.
import type { SharedNameLogins } from '../platform/logins/sharedNameLogins.js';
import { type CheckResult, warning } from './checkResult.js';

export function checkSharedNames({ problems }: SharedNameLogins): readonly CheckResult[] {
  return problems.map(({ account, sentence }) => warning(`logins of ${account}`, sentence));
}
