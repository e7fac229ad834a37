// While a plugin that fails closed does not run, mail waits: ADMIN1 is told once, and the mail is sorted when the plugin runs again.
import { ADMIN1, type Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { BlockingPlugin } from '@postroom/sdk/services';
import { ActivityLog, Clock, Events, Log, PluginCatalogue, ServerName } from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { inject } from '../../base/inject.js';
import { BlockingPlugins } from '../../hooking/blockingPlugins.js';
import { composeBlockedNotice } from '../../mail/blockedNotice.js';
import { OwnMail } from '../intake/ownMail.js';
import { HeldMailStep } from './heldMail.js';

export class BlockedMail implements Disposable {
  readonly #watching = new DisposableStack();
  #looking: Promise<void> = Promise.resolve();

  constructor(
    @BlockingPlugins private readonly filters: BlockingPlugins,
    @PluginCatalogue private readonly plugins: PluginCatalogue,
    @inject(OwnMail) private readonly ownMail: OwnMail,
    @inject(HeldMailStep) private readonly heldMail: HeldMailStep,
    @ServerName private readonly server: ServerName,
    @ActivityLog private readonly activity: ActivityLog,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
    @inject(CoreState) private readonly state: CoreState,
  ) {}

  /** Looks at once if asked to, after every change of the plugins, and with every round: a disk that was full may have kept the notice from being stored. */
  start({ atOnce }: { readonly atOnce: boolean }): void {
    this.#watching.use(this.filters.onDidChange(() => this.#look({ isChanged: true })));
    this.#watching.use(
      this.events.on((event) => {
        if (event.type === 'round' && event.state === 'started') this.#look();
      }),
    );
    if (atOnce) this.#look();
  }

  async dispose(): Promise<void> {
    await this.#watching.dispose();
    await this.#looking;
  }

  #look({ isChanged = false } = {}): void {
    this.#looking = this.#looking.then(async () => {
      try {
        await this.#compare(isChanged);
      } catch (error) {
        this.log.error('ADMIN1 could not be told that mail is held; tried again with the next round.', { error: String(error) });
      }
    });
  }

  async #compare(isChanged: boolean): Promise<void> {
    const blocking = this.filters.blocking.filter(({ how }) => how !== 'off' && how !== 'changing');
    const told = (await this.state.get('blocked')) ?? [];
    const fresh = blocking.filter(({ id }) => !told.includes(id));
    if (fresh.length > 0) await this.#tell(fresh);
    // While it is being tried again it is not over: it may fail again, and ADMIN1 knows.
    const over = told.filter((id) => !this.filters.blocking.some((each) => each.id === id && each.how !== 'off'));
    if (fresh.length + over.length > 0) {
      const ids = [...told.filter((id) => !over.includes(id)), ...fresh.map(({ id }) => id)];
      await this.state.set('blocked', ids);
    }
    // A plugin that was only being started has kept mail waiting as well.
    if (this.filters.blocking.length === 0 && (isChanged || over.length > 0)) await this.#goOn(over);
  }

  async #tell(plugins: readonly BlockingPlugin[]): Promise<void> {
    for (const { id, why } of plugins) this.#note('problem', `Mail is held until ${id} runs again: ${why}`);
    const octets = composeBlockedNotice({ host: this.server.name, plugins, now: this.clock.now() });
    await this.ownMail.deliver(octets, [ADMIN1], 'mail waits for a plugin');
  }

  async #goOn(over: readonly string[]): Promise<void> {
    const delivered = await this.heldMail.retryHeld();
    if (over.length === 0) return;
    const isActive = (id: string): boolean => this.plugins.plugins.some((plugin) => plugin.id === id && plugin.state === 'active');
    const [back, off] = [over.filter(isActive), over.filter((id) => !isActive(id))];
    const why = [
      ...(back.length > 0 ? [`${back.join(', ')} ${back.length === 1 ? 'runs' : 'run'} again`] : []),
      ...(off.length > 0 ? [`${off.join(', ')} ${off.length === 1 ? 'was' : 'were'} switched off`] : []),
    ];
    const held = delivered === 0 ? '' : ` ${delivered} held ${delivered === 1 ? 'message was' : 'messages were'} delivered.`;
    this.#note('service', `Mail goes on: ${why.join(', ')}.${held}`);
  }

  #note(kind: 'problem' | 'service', text: string): void {
    this.log[kind === 'problem' ? 'error' : 'info'](text);
    this.activity.add({ kind, account: undefined, user: undefined, message: undefined, text });
  }
}
