// Contacts forget the name in front of the shared address when they answer (the manual's Trouble #3). The answer names the mail that it
// answers, and we remember who sent that.
import { type MailView, needsPlacing, type PluginContext, type SortPlan } from '@postroom/sdk';
import { isBounce, returnedIds } from './bounce.js';
import { answeredIds, ownId } from './messageIds.js';
import { routeAnswer } from './route.js';
import { SentMail } from './sentMail.js';

export function activate(context: PluginContext): void {
  const sent = new SentMail(context.state);

  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan, mail) => {
      const tagged = isBounce(mail) ? plan.tag('bounce', 'a delivery report: nobody answers it') : plan;
      // Without a promise where nobody is looked for: that is most mail.
      return needsPlacing(tagged) ? placeAnswer(tagged, mail, sent) : tagged;
    }),
    context.hooks.onSort.tap('remember', (plan, mail) => {
      rememberSent(plan, mail, sent, context);
      return undefined;
    }),
  );
}

async function placeAnswer(plan: SortPlan, mail: MailView, sent: SentMail): Promise<SortPlan> {
  const placed = await byThread(plan, mail, answeredIds(mail), sent);
  const returned = placed === undefined && isBounce(mail) ? await byThread(plan, mail, await returnedIds(mail), sent) : undefined;
  return placed ?? returned ?? plan;
}

async function byThread(plan: SortPlan, mail: MailView, ids: readonly string[], sent: SentMail): Promise<SortPlan | undefined> {
  for (const id of ids) {
    const sender = await sent.senderOf(id, mail.receivedAt);
    if (sender !== undefined) return routeAnswer(plan, sender, id);
  }
  return undefined;
}

/** Does not wait for the commit: that one may be waiting for the message being sorted. */
function rememberSent(plan: SortPlan, mail: MailView, sent: SentMail, context: PluginContext): void {
  if (mail.rehearsal || mail.origin !== 'submitted' || mail.author === undefined || plan.outside.length === 0) return;
  const id = ownId(plan, mail);
  if (id === undefined) return;
  sent.remember(id, mail.author, mail.receivedAt).catch((error: unknown) =>
    context.log.warn('A sent message could not be remembered; an answer without a name would go to ADMIN1.', {
      message: mail.id,
      error: String(error),
    }),
  );
}
