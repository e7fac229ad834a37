// What waits at the ISP, looked at and left there: headers by TOP alone.
import { LOOK_MS, withinTime } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { identify } from './identify.js';
import type { IspAccount } from './ispAccount.js';
import { countIn } from './ispAnswers.js';
import { listingParts } from './listing.js';
import type { KnownWays } from './login/knownWays.js';
import { LocalSession } from './session/localSession.js';
import { unlistedError } from './unlisted.js';

export interface IspListedMail {
  /** As the journal knows the message. */
  readonly uidl: string;
  /** Octets, as the server says. */
  readonly bytes: number;
  /** Base64; at most 256 KB of it. `undefined` where the server does not show it. */
  readonly header: string | undefined;
}

/** The newest `limit` messages, newest first. Deletes nothing: QUIT without a DELE (RFC 1939 section 6). */
export function listMail(
  account: IspAccount,
  services: { readonly clock: Clock; readonly known: KnownWays },
  limit: number,
  signal: AbortSignal,
): Promise<readonly IspListedMail[]> {
  return withinTime(services.clock, LOOK_MS, signal, (inTime) => look(account, services, limit, inTime));
}

async function look(
  account: IspAccount,
  services: { readonly clock: Clock; readonly known: KnownWays },
  limit: number,
  signal: AbortSignal,
): Promise<readonly IspListedMail[]> {
  const session = await LocalSession.open(account, services, signal);
  try {
    const stat = await session.stat();
    const [newest] = listingParts(countIn(stat), false);
    const listing = await session.list({ deletesAtOnce: account.leaveOnServerDays === 0, ...(newest && { part: newest }) });
    const unlisted = unlistedError(account, stat, listing);
    if (unlisted !== undefined) throw unlisted;
    const identified = await identify(session, listing.messages.slice(-limit));
    const waiting: IspListedMail[] = [];
    for (const { number, size, key } of identified.messages.toReversed()) {
      waiting.push({ uidl: key, bytes: size, header: (await session.header(number))?.toString('base64') });
    }
    await session.quit(false);
    session.end();
    return waiting;
  } catch (error) {
    session.cut();
    throw error;
  }
}
