// SMTP: takes outgoing mail from the office (submission) and hands it to the ISPs (relay).
import type { PluginContext } from '@postroom/sdk';
import { whileProvided } from '@postroom/sdk/base';
import { Accounts, Authenticator, Certificates, Clock, Doors, Events, PluginCatalogue, Submissions } from '@postroom/sdk/services';
import { collectorLogin } from './relay/collectorLogin.js';
import { hostNotes } from './relay/hostNotes.js';
import { KnownMechanisms } from './relay/login/knownMechanisms.js';
import { Relay } from './relay/relay.js';
import { SessionKeeper } from './relay/sessionKeeper.js';
import { testLogin } from './relay/testLogin.js';
import { nameAuthor, refuseHidden } from './submission/author.js';
import { proxiesIn, SubmissionListener } from './submission/listener.js';
import { readSenders } from './submission/senderAddresses.js';
import { checkSenders, TRUSTED_NETWORKS } from './submission/senderChecks.js';
import { tidy } from './submission/tidy.js';

export function activate(context: PluginContext): void {
  const { settings, secrets, log } = context;
  const accounts = context.get(Accounts);
  const clock = context.get(Clock);
  const events = context.get(Events);
  const authenticator = context.get(Authenticator);
  const submissions = context.get(Submissions);

  const doors = whileProvided(context, Doors);
  const listening = { settings, certificates: context.get(Certificates), doors, plugin: context };
  context.listen(new SubmissionListener(listening, { accounts, authenticator, submissions, clock, events, log }));
  context.subscriptions.push(
    context.hooks.onSort.tap('hidden', (plan, mail) => (mail.origin === 'submitted' ? refuseHidden(plan, mail) : undefined)),
    context.hooks.onSort.tap('author', (plan, mail) => nameAuthor(plan, mail, accounts)),
    context.hooks.onSort.tap('tidy', (plan, mail) => tidy(plan, mail)),
  );

  const known = new KnownMechanisms();
  const sessions = new SessionKeeper(clock, known);
  const isp = { settings, secrets, collectorLogin: collectorLogin(context.get(PluginCatalogue), settings) };
  const relay = new Relay({ ...isp, events, log }, sessions);
  context.subscriptions.push(
    sessions,
    context.hooks.onDeliver.tap('relay', (request, call) => relay.deliver(request, call)),
    context.commands.register('smtp.host-notes', () => hostNotes({ ...isp, accounts, habits: sessions.habits })),
    context.commands.register('smtp.test-login', (args: { readonly account: string }, call) =>
      testLogin(args.account, { ...isp, accounts, clock, known }, call.signal),
    ),
    context.commands.register('smtp.senders', () => [
      checkSenders(settings.get(TRUSTED_NETWORKS), proxiesIn(settings), context.get(PluginCatalogue)),
    ]),
    context.commands.register('smtp.check-senders', ({ answer }: { readonly answer: string }) => readSenders(answer)),
  );
}
