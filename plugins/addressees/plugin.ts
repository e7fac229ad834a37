// Whom was a message for? Finds out which of the account's own addresses it was meant for, before other plugins say which users those are.
import type { PluginContext } from '@postroom/sdk';
import { Accounts, Clock } from '@postroom/sdk/services';
import { concealRecipients } from './disclosure.js';
import { type IspKnowledge, trustRow } from './ispHosts.js';
import { IspMemory } from './ispMemory.js';
import { climbLadder, type LadderSettings } from './ladder.js';
import { nameEnvelopeRecipients } from './submitted.js';
import { followUnread } from './unread.js';

export async function activate(context: PluginContext): Promise<void> {
  const accounts = context.get(Accounts);
  const memory = new IspMemory(context.state, context.get(Clock), context.log);
  context.subscriptions.push(memory);
  await memory.load();

  const settingsOf = (account: string): LadderSettings => ({
    header: context.settings.forAccount<string>(account, 'addressees.header').trim(),
    position: context.settings.forAccount<number>(account, 'addressees.position'),
    trustedHost: context.settings.forAccount<string>(account, 'addressees.trustedHost'),
  });

  context.subscriptions.push(
    context.hooks.onSort.tap('identify', (plan, mail) => {
      const account = plan.account.id;
      // An envelope of our own is certain; only mail from the ISP has lost it.
      if (mail.envelope.recipients.length > 0)
        return nameEnvelopeRecipients(plan, mail, (recipient) => accounts.ownerOf(recipient)?.id === account);
      const climb = (known: IspKnowledge): ReturnType<typeof climbLadder> => climbLadder(plan, mail, settingsOf(account), known);
      const step = climb(memory.get(account));
      const isNew = step.known !== memory.get(account);
      if (isNew && mail.origin === 'fetched' && !mail.rehearsal) memory.learn(account, (known) => climb(known).known);
      return step.plan;
    }),
    context.hooks.onSort.tap('guess', (plan, mail) => followUnread(plan, mail)),
    context.hooks.onSort.tap('conceal', (plan, mail) => concealRecipients(plan, mail, settingsOf(plan.account.id).header)),
    context.commands.register('addressees.trust', async (args: { readonly account?: string; readonly forget?: boolean }) => {
      const wanted = memory.accounts.filter((account) => args.account === undefined || args.account === account);
      const known = wanted.map((account) => trustRow(account, memory.get(account)));
      if (args.forget === true) for (const account of wanted) await memory.forget(account);
      return known;
    }),
  );
}
