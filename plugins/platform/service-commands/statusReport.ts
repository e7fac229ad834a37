// status: what the server does now, how much mail it has, and what is wrong with it.
import type {
  Accounts,
  BlockingPlugin,
  Doors,
  Figures,
  Licence,
  MailStore,
  Outbox,
  PluginAdministration,
  PortCatalogue,
  Schedule,
  ServiceSwitch,
  StandingProblems,
  TrialPeriod,
} from '@postroom/sdk/services';
import { roundSummary } from './roundSummary.js';

export interface StatusSources {
  readonly service: ServiceSwitch;
  readonly licence: Licence;
  readonly ports: PortCatalogue;
  readonly accounts: Accounts;
  readonly store: MailStore;
  readonly outbox: Outbox;
  readonly plugins: PluginAdministration;
  readonly schedule: Schedule;
  /** `undefined` while no plugin provides it. */
  readonly figures: () => Figures | undefined;
  readonly doors: () => Doors | undefined;
  readonly trials: () => TrialPeriod | undefined;
  readonly problems: StandingProblems;
}

/** `deviceSeenBy`: servers on the store that see the network device; `undefined` where nothing looks for it. */
export async function statusReport(of: StatusSources, deviceSeenBy?: readonly string[]): Promise<object> {
  const mailboxes = await of.store.mailboxes();
  const { rounds } = await of.schedule.plan();
  const { verdict } = of.licence;
  const { lastRound } = of.service;
  const { messages, recipients, oldest } = of.outbox.counts();
  const waitsFor = of.plugins.blocking.filter(({ how }) => how !== 'changing');
  return {
    service: of.service.isOn ? (verdict.granted ? 'running' : 'stopped: no licence') : 'stopped by the administrator',
    edition: verdict.edition,
    ...(deviceSeenBy && { deviceSeenBy }),
    ...(!verdict.granted && { reason: verdict.reason, remedy: verdict.remedy }),
    ports: of.ports.ports.map(({ protocol, host, port, security, problem }) => ({
      protocol,
      host,
      port,
      security,
      state: problem ?? 'open',
    })),
    ...doorThreads(of.doors()),
    accounts: of.accounts.all.length,
    inbox: { messages: mailboxes.reduce((sum, box) => sum + box.messages, 0), oldest: earliest(mailboxes.map((box) => box.oldest)) },
    outbox: { messages, recipients, oldest },
    held: (await of.store.setAside()).length,
    waitsFor: waitsFor.map(({ id, name, why }) => ({ plugin: id, name, why })),
    lastRound: lastRound === undefined ? undefined : roundSummary(lastRound),
    nextRound: rounds[0],
    figures: await of.figures()?.now(),
    unconfirmed: of.trials()?.trial,
    problems: [...waitsFor.map(mailWaits), ...(await of.problems.all())],
  };
}

function doorThreads(doors: Doors | undefined): object {
  if (doors === undefined) return {};
  const { open, most, text } = doors.state;
  return { doors: { open, most, text } };
}

function mailWaits({ id, why, how }: BlockingPlugin): string {
  return `${id}: ${why} Mail is held until ${how === 'lapsed' ? 'somebody has agreed' : 'it runs again'}; "postroom doctor" says what to do.`;
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.filter((date) => date !== undefined).sort((a, b) => a.getTime() - b.getTime())[0];
}
