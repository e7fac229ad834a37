// isp-domainpop.probe: looks at an account's newest mail, here or else at the ISP, and proposes the setting that its ISP calls for.
import { type AccountView, type CommandCall, type MailView, type PluginContext, PostroomError } from '@postroom/sdk';
import { Accounts, RecentMail } from '@postroom/sdk/services';
import { alsoTelling, bestOf, type Candidate, candidatesIn, isReadAnyway, type Observation, observe, sharedMessages } from './probe.js';

/** What the probe came to. */
export interface ProbeReport {
  readonly account: string;
  readonly looked: number;
  readonly recipient: string;
  /** What people should know unasked; `undefined` where the ISP tells the recipient in a way that is read, or where too little was seen. */
  readonly advice: string | undefined;
  /** Properties to set, with `accounts change`; empty where nothing needs to be set. */
  readonly proposal: Readonly<Record<string, string | number>>;
  readonly copies: string;
  readonly candidates: readonly Candidate[];
}

/** Messages for several of us that are looked up. */
const MOST_SHARED = 50;
/** Messages at the ISP that are looked at, at most. */
const MOST_WAITING = 50;
/** Of so many messages one would show how the ISP tells the recipient. */
const ENOUGH = 10;

export async function probe(context: PluginContext, id: string, messages: number, call: CommandCall): Promise<ProbeReport> {
  const account = context.get(Accounts).find(id);
  if (account?.kind !== 'domain') {
    throw new PostroomError('user/unknown', `${id} is no Domain POP account. "accounts list" shows those there are.`);
  }
  const mail = context.get(RecentMail);
  const observations: Observation[] = [];
  for await (const view of mail.of(id, messages)) observations.push(observe(account, view));
  // A new account has its mail at the ISP still.
  if (observations.length === 0)
    for (const view of await waitingMail(context, id, messages, call)) observations.push(observe(account, view));
  const candidates = candidatesIn(observations);
  const best = bestOf(candidates);
  const several = best?.repeated === true;
  const further = best === undefined ? [] : alsoTelling(observations, best);
  const recipient = recipientSentence(best, several, observations, further);
  const isUntold = candidates.length === 0 && observations.every(({ receivedFor }) => receivedFor === undefined);
  return {
    account: id,
    looked: observations.length,
    recipient,
    advice: adviceSentence(recipient, best, further, isUntold && observations.length >= ENOUGH),
    proposal:
      best === undefined || further.length > 0
        ? {}
        : { 'addressees.header': best.header, 'addressees.position': several ? best.position : 0 },
    copies: await copiesSentence(mail, account, sharedMessages(observations).slice(0, MOST_SHARED)),
    candidates,
  };
}

/** Where the ISP does not show it, there is none to look at. */
async function waitingMail(context: PluginContext, account: string, messages: number, call: CommandCall): Promise<readonly MailView[]> {
  try {
    return await context.get(RecentMail).waiting(account, Math.min(messages, MOST_WAITING), call);
  } catch (error) {
    context.log.info('The mail that waits at the ISP could not be looked at.', { account, error: String(error) });
    return [];
  }
}

function adviceSentence(recipient: string, best: Candidate | undefined, further: readonly string[], isUntold: boolean): string | undefined {
  if (isUntold) return `${recipient} Ask the ISP to write a field such as X-Original-To.`;
  return best === undefined || further.length > 0 || isReadAnyway(best) ? undefined : recipient;
}

function recipientSentence(
  best: Candidate | undefined,
  several: boolean,
  observations: readonly Observation[],
  further: readonly string[],
): string {
  const looked = observations.length;
  if (looked === 0) return 'No mail of this account is stored here or waits at the ISP: collect some first.';
  const named = observations.flatMap(({ receivedFor }) => receivedFor ?? []);
  if (best === undefined && new Set(named).size > 1)
    return `The ISP's Received says for whom it was in ${named.length} of ${looked} messages, ${new Set(named).size} different recipients: nothing needs to be set.`;
  if (best === undefined)
    return `Nothing that the ISP wrote names different recipients in ${looked === 1 ? '1 message' : `${looked} messages`}: To and Cc decide, and Bcc goes to ADMIN1.`;
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
