// The manual's Start/Stop button: with it off, mail ports are closed and no round runs by itself; stored mail stays.
import type { Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import { ActivityLog, Events, Licence, type RoundReport, type ServiceSwitch } from '@postroom/sdk/services';
import { CoreState } from '../base/coreState.js';
import { inject } from '../base/inject.js';
import { Scheduler } from '../flow/rounds/schedule.js';
import { Doors } from '../plugins/contributions/doors.js';
import { PluginHost } from '../plugins/pluginHost.js';

export class DefaultServiceSwitch implements ServiceSwitch, Disposable {
  #isOn = true;
  #lastRound: RoundReport | undefined;
  readonly #watching = new DisposableStack();

  constructor(
    @Licence private readonly licence: Licence,
    @inject(Doors) private readonly doors: Doors,
    @inject(Scheduler) private readonly scheduler: Scheduler,
    @inject(PluginHost) private readonly plugins: PluginHost,
    @inject(CoreState) private readonly state: CoreState,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
  ) {}

  get isOn(): boolean {
    return this.#isOn;
  }

  get lastRound(): RoundReport | undefined {
    return this.#lastRound;
  }

  /** Opens the doors as the licence allows, and follows it from now on. */
  async start(): Promise<void> {
    this.#isOn = (await this.state.get('service')) !== 'off';
    this.doors.begin();
    this.#watching.push(
      this.licence.onDidChange((verdict) => {
        this.#tell(
          verdict.granted
            ? `The service runs: ${verdict.edition}.`
            : `The service stops: ${verdict.reason} ${verdict.remedy} Stored mail stays.`,
        );
        void this.#settle();
      }),
      this.plugins.onDidChange(() => {
        this.licence.recheck();
        void this.#settle();
      }),
      this.events.on((event) => {
        if (event.type === 'round' && event.report !== undefined) {
          this.#lastRound = event.report;
        }
      }),
    );
    this.licence.recheck();
    await this.#settle();
  }

  /** Survives a restart. */
  async set(on: boolean): Promise<{ readonly service: string }> {
    this.#isOn = on;
    await this.state.set('service', on ? 'on' : 'off');
    this.#tell(on ? 'The administrator started the service.' : 'The administrator stopped the service. Stored mail stays.');
    await this.#settle();
    return { service: on ? 'on' : 'off' };
  }

  async dispose(): Promise<void> {
    await this.#watching.dispose();
    await this.scheduler.stop();
  }

  async #settle(): Promise<void> {
    const mayRun = this.#isOn && this.licence.verdict.granted;
    await Promise.all([mayRun ? this.scheduler.start() : this.scheduler.stop(), this.doors.settle(mayRun)]);
  }

  #tell(text: string): void {
    this.activity.add({ kind: 'service', account: undefined, user: undefined, message: undefined, text });
  }
}
