// What an -ERR to a login means: the code first (RFC 2449 section 6.4, RFC 3206), else the words.
import { type LoginRefusal, readLoginRefusal } from '@postroom/sdk';
import type { IspAccount } from '../ispAccount.js';
import type { IspAnswer } from '../ispAnswers.js';

const CODES: Readonly<Record<string, LoginRefusal>> = {
  'IN-USE': 'in-use',
  'LOGIN-DELAY': 'later',
  'SYS/TEMP': 'later',
  'SYS/PERM': 'attention',
};

/** Gmail calls its limits [AUTH]; nothing else that stands behind that code is about anything but the login. */
const OVER_A_LIMIT = /\bexceeded\b.*\blimits?\b/i;

/** [AUTH] stays a refused login, whatever words stand behind it, but where they say that it is not about name and password at all. */
export function meaningOf({ code, text }: IspAnswer, { security }: Pick<IspAccount, 'security'>): LoginRefusal {
  const byCode = CODES[code];
  if (byCode !== undefined) return byCode;
  const said = readLoginRefusal(text);
  // What is encrypted already cannot be what is asked for.
  const meaning = said === 'tls' && security !== 'plain' ? 'unclear' : said;
  if (code !== 'AUTH' || meaning === 'tls' || meaning === 'way') return meaning;
  return OVER_A_LIMIT.test(text) ? 'later' : 'credentials';
}
