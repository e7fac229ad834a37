// The manual's Start/Stop button: with it off, mail ports are closed and no round runs by itself; stored mail stays. It is one for all servers on the store: who
// stops the service means the office's, not that of the machine that happened to be asked.
import type { Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import { ActivityLog, Clock, Documents, Events, Licence, Log, type RoundReport, type ServiceSwitch } from '@postroom/sdk/services';
import { CoreState } from '../base/coreState.js';
import { inject } from '../base/inject.js';
import { Scheduler } from '../flow/rounds/schedule.js';
import { Ports } from '../plugins/contributions/ports.js';
import { PluginHost } from '../plugins/pluginHost.js';

/** What was asked for on another server comes into force here so soon. */
const LOOK_MS = 2_000;

export class DefaultServiceSwitch implements ServiceSwitch, Disposable {
  #isOn = true;
  /** Times that it was switched here: what was read before is old then. */
  #switched = 0;
  #timer: Disposable | undefined;
  #lastRound: RoundReport | undefined;
  readonly #watching = new DisposableStack();

  constructor(
    @Licence private readonly licence: Licence,
    @inject(Ports) private readonly ports: Ports,
    @inject(Scheduler) private readonly scheduler: Scheduler,
    @inject(PluginHost) private readonly plugins: PluginHost,
    @inject(CoreState) private readonly state: CoreState,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @Documents private readonly documents: Documents,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
  ) {}

  get isOn(): boolean {
    return this.#isOn;
  }

  get lastRound(): RoundReport | undefined {
    return this.#lastRound;
  }

  /** Opens the ports as the licence allows, and follows it from now on. */
  async start(): Promise<void> {
    this.#isOn = (await this.state.get('service')) !== 'off';
    this.ports.begin();
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
    // A store in the data folder has no other server.
    if (this.documents.isShared) this.#hearLater();
  }

  /** For all servers on the store; survives a restart. */
  async set(on: boolean): Promise<{ readonly service: string }> {
    await this.state.set('service', on ? 'on' : 'off');
    this.#switched += 1;
    this.#isOn = on;
    this.#tell(on ? 'The administrator started the service.' : 'The administrator stopped the service. Stored mail stays.');
    await this.#settle();
    return { service: on ? 'on' : 'off' };
  }

  async dispose(): Promise<void> {
    void this.#timer?.dispose();
    await this.#watching.dispose();
    await this.scheduler.stop();
  }

  #hearLater(): void {
    this.#timer = this.clock.after(LOOK_MS, () => {
      this.#hearLater();
      void this.#hear();
    });
  }

  async #hear(): Promise<void> {
    const before = this.#switched;
    // A store that cannot be reached says so elsewhere.
    const isOn = await this.state.get('service').then(
      (kept) => kept !== 'off',
      () => this.#isOn,
    );
    if (isOn === this.#isOn || before !== this.#switched) return;
    this.#isOn = isOn;
    this.log.info(`The administrator ${isOn ? 'started' : 'stopped'} the service on another server.`);
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const mayRun = this.#isOn && this.licence.verdict.granted;
    await Promise.all([mayRun ? this.scheduler.start() : this.scheduler.stop(), this.ports.settle(mayRun)]);
  }

  #tell(text: string): void {
    this.activity.add({ kind: 'service', account: undefined, user: undefined, message: undefined, text });
  }
}
