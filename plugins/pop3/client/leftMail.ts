// Messages that stay at the ISP until somebody decides: their recipients are told, once.
import { type FetchRequest, sentenceOf } from '@postroom/sdk';
import { MOST_FAILURES, type PlannedMessage } from './collectPlan.js';
import type { FetchTally } from './fetchTally.js';
import { headerPrint } from './headerPrint.js';
import type { IspAccount } from './ispAccount.js';
import { isLostLease } from './lostLease.js';
import type { MailboxSession } from './session/mailboxSession.js';

/** Each costs a TOP and a mail: what is beyond has its turn in the next session. */
const MOST_TOLD = 50;

export interface LeftMail {
  readonly tooLarge: readonly PlannedMessage[];
  readonly resting: readonly PlannedMessage[];
}

/** Announces those that were not announced yet. A notice that cannot be written is reported, and tried again in the next session. */
export async function tellOfLeft(
  session: Pick<MailboxSession, 'header'>,
  { tooLarge, resting }: LeftMail,
  { account, request, tally }: { readonly account: IspAccount; readonly request: FetchRequest; readonly tally: FetchTally },
): Promise<void> {
  const limit = account.maxMessageBytes;
  const left = [
    ...tooLarge.map(
      (message) =>
        ({
          message,
          why: 'too-large',
          sentence: `It is larger than the ${inWords(limit)} up to which this account collects mail by itself (pop3.maxMessageBytes).`,
        }) as const,
    ),
    ...resting.map((message) => ({ message, why: 'refused', sentence: refusal(account.host) }) as const),
  ];
  const untold = left.filter(({ message }) => message.known?.isTold !== true);
  for (const { message, why, sentence } of untold.slice(0, MOST_TOLD)) {
    const header = await session.header(message.number);
    const print = header && headerPrint(header);
    try {
      await request.tell({ uidl: message.key, listedSize: message.size, header, headerPrint: print, why, sentence });
    } catch (error) {
      if (isLostLease(error)) throw error;
      tally.problem('isp/message', `Nobody could be told of a message that stays at the ISP: ${sentenceOf(error)}`, message.key);
    }
  }
}

function inWords(octets: number): string {
  return octets < 2 ** 20 ? `${Math.floor(octets / 1024)} KB` : `${Math.floor(octets / 2 ** 20)} MB`;
}

function refusal(host: string): string {
  return `${host} did not hand it over in ${MOST_FAILURES} tries. It is tried once a day from now on. It may be readable with the provider's web mail.`;
}
