// status, metrics, send-receive, schedule, service start|stop: what the server does.
import { PostroomError } from '@postroom/sdk';
import {
  Accounts,
  type BlockingPlugin,
  Events,
  Figures,
  Licence,
  MailStore,
  Outbox,
  type RoundReport,
  Rounds,
  Schedule,
  ServiceSwitch,
  StandingProblems,
  TrialPeriod,
} from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { exposition } from '../figures/exposition.js';
import { Doors } from '../host/doors.js';
import { PluginHost } from '../host/pluginHost.js';
import { ServiceRegistry } from '../host/serviceRegistry.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { SERVICE_COMMANDS } from './serviceDeclarations.js';

export class ServiceArea implements CommandArea {
  constructor(
    @Licence private readonly licence: Licence,
    @Rounds private readonly rounds: Rounds,
    @Schedule private readonly scheduler: Schedule,
    @ServiceSwitch private readonly service: ServiceSwitch,
    @inject(Doors) private readonly doors: Doors,
    @inject(PluginHost) private readonly plugins: PluginHost,
    @MailStore private readonly store: MailStore,
    @Outbox private readonly outbox: Outbox,
    @Accounts private readonly accounts: Accounts,
    @Events private readonly events: Events,
    @Figures private readonly figures: Figures,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
    @StandingProblems private readonly problems: StandingProblems,
  ) {}

  /** Its provider starts after this is made. */
  get trials(): TrialPeriod {
    return this.services.get(TrialPeriod);
  }

  readonly handlers: HandlersOf<typeof SERVICE_COMMANDS> = {
    status: handler(() => this.#status()),
    metrics: handler(async () => exposition(await this.figures.now())),
    'send-receive': handler<{ accounts?: readonly string[] }>(async ({ accounts = [] }, call) => {
      const unknown = accounts.filter((id) => this.accounts.find(id) === undefined);
      if (unknown.length > 0) {
        throw new PostroomError('user/unknown', `There is no account ${unknown.join(', ')}. "postroom accounts list" shows them all.`);
      }
      const shown = new Map<string, number>();
      const watching = this.events.on((event) => {
        if (event.type !== 'fetch' || event.state !== 'progress') return;
        // A line for each message would cost as much as a commit does: a bar shows whole per cents.
        const percent = Math.floor((100 * event.done) / Math.max(1, event.total));
        if (percent === shown.get(event.account) && event.done < event.total) return;
        shown.set(event.account, percent);
        call.progress({ what: `Collecting ${event.account}`, done: event.done, of: event.total });
      });
      try {
        return summaryOf(await this.rounds.run('user', accounts.length === 0 ? undefined : accounts));
      } finally {
        await watching.dispose();
      }
    }),
    schedule: handler<{ count: number }>(async ({ count }) => {
      const { rounds } = await this.scheduler.plan();
      return rounds.slice(0, count).map(({ at, accounts, because }) => ({ at, accounts, because }));
    }),
    'service.start': handler(() => this.service.set(true)),
    'service.stop': handler(() => this.service.set(false)),
  };

  async #status(): Promise<object> {
    const mailboxes = await this.store.mailboxes();
    const { rounds } = await this.scheduler.plan();
    const { verdict } = this.licence;
    const outbox = this.outbox.counts();
    return {
      service: this.service.isOn ? (verdict.granted ? 'running' : 'stopped: no licence') : 'stopped by the administrator',
      edition: verdict.edition,
      ...(!verdict.granted && { reason: verdict.reason, remedy: verdict.remedy }),
      ports: this.doors.ports.map(({ protocol, host, port, security, problem }) => ({
        protocol,
        host,
        port,
        security,
        state: problem ?? 'open',
      })),
      accounts: this.accounts.all.length,
      inbox: { messages: mailboxes.reduce((sum, box) => sum + box.messages, 0), oldest: earliest(mailboxes.map((box) => box.oldest)) },
      outbox: { messages: outbox.messages, recipients: outbox.recipients, oldest: outbox.oldest },
      held: (await this.store.setAside()).length,
      waitsFor: this.plugins.blocking.filter(({ how }) => how !== 'changing').map(({ id, name, why }) => ({ plugin: id, name, why })),
      lastRound: this.service.lastRound === undefined ? undefined : summaryOf(this.service.lastRound),
      nextRound: rounds[0],
      figures: await this.figures.now(),
      unconfirmed: this.trials.trial,
      problems: [...this.plugins.blocking.filter(({ how }) => how !== 'changing').map(mailWaits), ...(await this.problems.all())],
    };
  }
}

function mailWaits({ id, why, how }: BlockingPlugin): string {
  return `${id}: ${why} Mail is held until ${how === 'lapsed' ? 'somebody has agreed' : 'it runs again'}; "postroom doctor" says what to do.`;
}

/** The shape that scripts rely on. */
export function summaryOf(report: RoundReport): object {
  return {
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    rounds: report.accounts.map(({ account, fetched, stored, duplicates, failed }) => ({
      account,
      fetched,
      stored,
      duplicates,
      failed: failed.map(({ message }) => message),
    })),
    sent: report.sent,
    deferred: report.deferred,
    bounced: report.bounced,
  };
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.filter((date) => date !== undefined).sort((a, b) => a.getTime() - b.getTime())[0];
}
