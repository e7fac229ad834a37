// POP3, both ways: mailboxes served to mail clients, accounts collected from their ISPs.
import { type FetchReport, type FetchRequest, type PluginContext, PostroomError, sentenceOf, type TapCall } from '@postroom/sdk';
import { accountNamed, whileProvided } from '@postroom/sdk/base';
import { Accounts, Authenticator, Certificates, Clock, Doors, Events, Maildrops } from '@postroom/sdk/services';
import { type CollectServices, collect } from './client/collect.js';
import { CollectingDoors } from './client/door/collectingDoors.js';
import { openDoors } from './client/door/openDoors.js';
import { ispAccount } from './client/ispAccount.js';
import { KnownWays } from './client/login/knownWays.js';
import { PipelineDoubts } from './client/pipelineDoubts.js';
import { type ProbeResult, probeLogin } from './client/probeLogin.js';
import { type IspListedMail, listMail } from './client/waiting.js';
import { Pop3Listener } from './server/pop3Listener.js';

type LoginServices = Pick<CollectServices, 'clock' | 'known'>;

export function activate(context: PluginContext): void {
  const clock = context.get(Clock);
  const doubts = new PipelineDoubts(clock);
  const known = new KnownWays();
  const threads = whileProvided(context, Doors);
  const doors = new CollectingDoors(threads, (service, keeper) => openDoors(context, service, keeper));

  context.hooks.onFetch.tap('collect', (request, call) =>
    request.account.via === 'pop3' ? collectAccount(context, { clock, doubts, known, doors }, request, call) : undefined,
  );

  context.listen(
    new Pop3Listener({
      authenticator: context.get(Authenticator),
      maildrops: context.get(Maildrops),
      certificates: context.get(Certificates),
      events: context.get(Events),
      settings: context.settings,
      log: context.log,
      clock,
      doors: threads,
      plugin: context,
    }),
  );

  context.subscriptions.push(
    context.commands.register('pop3.test-login', (args: { readonly account: string }, call) =>
      testLogin(context, { clock, known }, args.account, call.signal),
    ),
    context.commands.register('pop3.waiting', (args: { readonly account: string; readonly limit: number }, call) =>
      waiting(context, { clock, known }, args, call.signal),
    ),
  );
}

async function collectAccount(
  context: PluginContext,
  services: Omit<CollectServices, 'account'>,
  request: FetchRequest,
  call: TapCall,
): Promise<FetchReport> {
  try {
    const account = await ispAccount(request.account, context.settings, context.secrets);
    return await collect(request, call, { ...services, account });
  } catch (error) {
    // Settings or password are missing: nothing was tried.
    const code = error instanceof PostroomError ? error.code : 'plugin/failed';
    return { fetched: 0, stored: 0, duplicates: 0, failed: [{ code, message: sentenceOf(error) }] };
  }
}

async function testLogin(context: PluginContext, services: LoginServices, id: string, signal: AbortSignal): Promise<ProbeResult> {
  return probeLogin(await ispAccount(accountNamed(id, context.get(Accounts)), context.settings, context.secrets), services, signal);
}

async function waiting(
  context: PluginContext,
  services: LoginServices,
  { account, limit }: { readonly account: string; readonly limit: number },
  signal: AbortSignal,
): Promise<readonly IspListedMail[]> {
  return listMail(
    await ispAccount(accountNamed(account, context.get(Accounts)), context.settings, context.secrets),
    services,
    limit,
    signal,
  );
}
