// Contacts forget the name in front of the shared address when they answer (the manual's Trouble #3). The answer names the mail that it
// answers, and we remember who sent that: whose mail the ISP has really taken.
import { hostname } from 'node:os';
import { type DeliveryRequest, type MailView, needsPlacing, type PluginContext, type SortPlan, splitAddress } from '@postroom/sdk';
import { isBounce, isBounceInside } from './bounce.js';
import { answeredIds, isOfOffice } from './messageIds.js';
import { partsOfMail, readBody, returnedIds } from './returnedIds.js';
import { routeAnswer } from './route.js';
import { readSentHeader } from './sentHeader.js';
import { SentMail } from './sentMail.js';

export function activate(context: PluginContext): void {
  const sent = new SentMail(context.state);
  const isForeign = (id: string, { account }: SortPlan): boolean => {
    const domains = [...account.domains, splitAddress(account.address).domain];
    return !isOfOffice(id, domains, context.settings.get<string>('server.name') || hostname());
  };

  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan, mail) => {
      const tagged = isBounce(mail) ? tagBounce(plan) : plan;
      // Without a promise where nobody is looked for: that is most mail.
      return needsPlacing(tagged) ? placeAnswer(tagged, mail, sent, (id) => isForeign(id, plan)) : tagged;
    }),
    context.hooks.onDeliver.tap('remember', async (request) => {
      await remember(request, sent).catch((error: unknown) =>
        context.log.warn('A sent message could not be remembered; an answer without a name would go to ADMIN1.', {
          message: request.mail.id,
          error: String(error),
        }),
      );
      return undefined;
    }),
  );
}

type IsForeign = (id: string) => boolean;

function tagBounce(plan: SortPlan): SortPlan {
  return plan.tag('bounce', 'a delivery report: nobody answers it');
}

async function placeAnswer(plan: SortPlan, mail: MailView, sent: SentMail, isForeign: IsForeign): Promise<SortPlan> {
  const { ids, doubt } = answeredIds(mail);
  const isKnownReport = isBounce(mail);
  const placed = await byThread(plan, mail, { ids, isReport: isKnownReport }, sent, isForeign);
  if (placed !== undefined) return placed;
  const body = await readBody(mail);
  const parts = partsOfMail(mail, body);
  const isReport = isKnownReport || isBounceInside(mail, parts);
  const tagged = isReport ? tagBounce(plan) : plan;
  const returned = isReport ? await byThread(tagged, mail, { ids: returnedIds(parts, body), isReport }, sent, isForeign) : undefined;
  return returned ?? (doubt === undefined ? tagged : tagged.note(doubt));
}

/** What a message names, nearest first. */
interface Named {
  readonly ids: readonly string[];
  /** The report of a server on the way comes from wherever that stands. */
  readonly isReport: boolean;
}

async function byThread(
  plan: SortPlan,
  mail: MailView,
  { ids, isReport }: Named,
  sent: SentMail,
  isForeign: IsForeign,
): Promise<SortPlan | undefined> {
  for (const id of ids) {
    const authors = await sent.authorsOf(id, mail.receivedAt);
    // Who is in the office need not have been written to.
    const domains =
      isReport || mail.origin === 'submitted'
        ? []
        : ['From', 'Sender'].flatMap((field) => mail.addresses(field).map(({ domain }) => domain));
    const known = [...new Set(domains)].filter((domain) => domain !== '').slice(0, 5);
    if (authors.length > 0) return routeAnswer(plan, authors, { id, domains: known, isForeign: domains.length > 0 && isForeign(id) });
  }
  return undefined;
}

/** Only what the ISP has taken, or may have: what was held, returned or given to colleagues alone has nobody's answer. Waits for the commit, after the sending. */
async function remember({ mail, to, receipt = [] }: DeliveryRequest, sent: SentMail): Promise<void> {
  if (to.kind !== 'relay') return;
  const out = receipt.filter(({ outcome, unsure }) => outcome === 'delivered' || unsure === true);
  if (out.length === 0) return;
  const { messageId, isRedirected } = await readSentHeader(to.content());
  if (messageId === undefined || isRedirected) return;
  const author = mail.author ?? { account: to.account.id, user: '' };
  await sent.remember(
    messageId,
    author,
    mail.receivedAt,
    out.map(({ recipient }) => splitAddress(recipient).domain),
  );
}
