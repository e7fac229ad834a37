// isp-domainpop.probe: looks at an account's newest mail and proposes the setting that its ISP calls for.
import { type AccountView, type PluginContext, PostroomError } from '@postroom/sdk';
import { Accounts, RecentMail } from '@postroom/sdk/services';
import { alsoTelling, bestOf, type Candidate, candidatesIn, type Observation, observe, sharedMessages } from './probe.js';

/** What the probe came to. */
export interface ProbeReport {
  readonly account: string;
  readonly looked: number;
  readonly recipient: string;
  /** Properties to set, with `accounts change`; empty where nothing needs to be set. */
  readonly proposal: Readonly<Record<string, string | number>>;
  readonly copies: string;
  readonly candidates: readonly Candidate[];
}

/** Messages for several of us that are looked up. */
const MOST_SHARED = 50;

export async function probe(context: PluginContext, id: string, messages: number): Promise<ProbeReport> {
  const account = context.get(Accounts).find(id);
  if (account?.kind !== 'domain') {
    throw new PostroomError('user/unknown', `${id} is no Domain POP account. "accounts list" shows those there are.`);
  }
  const mail = context.get(RecentMail);
  const observations: Observation[] = [];
  for await (const view of mail.of(id, messages)) observations.push(observe(account, view));
  const candidates = candidatesIn(observations);
  const best = bestOf(candidates);
  const several = best?.repeated === true;
  const further = best === undefined ? [] : alsoTelling(observations, best);
  return {
    account: id,
    looked: observations.length,
    recipient: recipientSentence(best, several, observations.length, further),
    proposal:
      best === undefined || further.length > 0
        ? {}
        : { 'addressees.header': best.header, 'addressees.position': several ? best.position : 0 },
    copies: await copiesSentence(mail, account, sharedMessages(observations).slice(0, MOST_SHARED)),
    candidates,
  };
}

function recipientSentence(best: Candidate | undefined, several: boolean, looked: number, further: readonly string[]): string {
  if (looked === 0) return 'No mail of this account is stored here: collect some first.';
  if (best === undefined) return "No field above the ISP's Received names different recipients: To and Cc decide, and Bcc goes to ADMIN1.";
  const place = several ? `${best.header}, number ${best.position} from the top,` : best.header;
  const agreement =
    best.comparable === 0 ? 'none had To or Cc to compare' : `To or Cc says the same in ${best.agree} of ${best.comparable}`;
  const names = `${place} names ${best.recipients} different recipients in ${best.messages} of ${looked} messages; ${agreement}.`;
  if (further.length === 0) return names;
  return `${names} In other messages ${further.join(' and ')} does, so leave addressees.header empty: all of them are read then.`;
}

async function copiesSentence(mail: RecentMail, account: AccountView, ids: readonly string[]): Promise<string> {
  let repeated = 0;
  for (const id of ids) repeated += (await mail.timesReceived(account.id, id)) > 1 ? 1 : 0;
  if (ids.length === 0) return 'Unknown: no message looked at was for several users.';
  if (repeated === 0) return `One copy for all recipients: none of ${ids.length} messages for several users came more than once.`;
  return `A copy for each recipient: ${repeated} of ${ids.length} messages for several users came more than once.`;
}
