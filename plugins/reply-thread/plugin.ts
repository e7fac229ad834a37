// Contacts forget the name in front of the shared address when they answer (the manual's Trouble #3). The answer names the mail that it
// answers, and we remember who sent that: whose mail the ISP has really taken.
import { hostname } from 'node:os';
import { needsPlacing, type PluginContext, type SortPlan, splitAddress } from '@postroom/sdk';
import { Clock } from '@postroom/sdk/services';
import { AnswerPlacer, tagBounce } from './answerPlacer.js';
import { isBounce } from './bounce.js';
import { hostFindings } from './hostFindings.js';
import { IdChanges } from './idChanges.js';
import { isOfOffice } from './messageIds.js';
import { nameItself } from './ownReference.js';
import { rememberSent } from './rememberSent.js';
import { SentMail } from './sentMail.js';

export async function activate(context: PluginContext): Promise<void> {
  const clock = context.get(Clock);
  const sent = new SentMail(context.state, clock);
  const changes = new IdChanges(context.state, clock, context.log);
  context.subscriptions.push(changes);
  await changes.load();
  const isForeign = (id: string, { account }: SortPlan): boolean => {
    const domains = [...account.domains, splitAddress(account.address).domain];
    return !isOfOffice(id, domains, context.settings.get<string>('server.name') || hostname());
  };
  const placer = new AnswerPlacer(sent, changes, isForeign);

  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan, mail) => {
      const tagged = isBounce(mail) ? tagBounce(plan) : plan;
      // Without a promise where every recipient is placed already: that is most mail.
      return needsPlacing(tagged) ? placer.place(tagged, mail) : tagged;
    }),
    context.hooks.onSort.tap('reference', (plan, mail) => {
      const isLeaving = mail.origin === 'submitted' && plan.outside.length > 0;
      return isLeaving && changes.of(plan.account.id)?.kind === 'silent' ? nameItself(plan, mail) : undefined;
    }),
    context.hooks.onDeliver.tap('remember', async (request) => {
      await rememberSent(request, sent).catch((error: unknown) =>
        context.log.warn('A sent message could not be remembered; an answer without a name would go to ADMIN1.', {
          message: request.mail.id,
          error: String(error),
        }),
      );
      return undefined;
    }),
    context.commands.register('reply-thread.hosts', async (args: { readonly account?: string; readonly forget?: boolean }) => {
      const wanted = changes.accounts.filter((account) => args.account === undefined || account === args.account);
      const findings = hostFindings(wanted, changes);
      if (args.forget === true) for (const account of wanted) await changes.forget(account);
      return findings;
    }),
  );
}
