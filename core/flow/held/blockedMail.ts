// While a plugin that fails closed does not run, mail waits: ADMIN1 is told once, and the mail is sorted when the plugin runs again. Of several servers on
// the store each may lack another one: what was told is kept for all of them, and whoever has all filters sorts what the others hold.
import { isDeepStrictEqual } from 'node:util';
import { ADMIN1, type Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { BlockingPlugin, Fence } from '@postroom/sdk/services';
import { ActivityLog, Clock, Events, Leases, Log, PluginCatalogue, ServerName } from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { inject } from '../../base/inject.js';
import { BlockingPlugins } from '../../hooking/blockingPlugins.js';
import { composeBlockedNotice } from '../../mail/blockedNotice.js';
import { OwnMail } from '../intake/ownMail.js';
import { PATIENCE_MS, takeLease } from '../patientLease.js';
import { type BlockedNews, type BlockedRecord, type BlockedView, newsIn } from './blockedRecord.js';
import { HeldMailStep } from './heldMail.js';

/** What other servers hold is looked at so often. */
const LOOK_MS = 60_000;

export class BlockedMail implements Disposable {
  readonly #watching = new DisposableStack();
  readonly #end = new AbortController();
  #looking: Promise<void> = Promise.resolve();
  #timer: Disposable | undefined;

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
    @Leases private readonly leases: Leases,
  ) {}

  /**
   * Looks at once and every minute if asked to, after every change of the plugins, and with every round: a disk that was full may have kept the notice from
   * being stored.
   */
  start({ atOnce }: { readonly atOnce: boolean }): void {
    this.#watching.use(this.filters.onDidChange(() => this.#look({ isChanged: true })));
    this.#watching.use(
      this.events.on((event) => {
        if (event.type === 'round' && event.state === 'started') this.#look();
      }),
    );
    if (atOnce) this.#lookAgain();
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    void this.#timer?.dispose();
    await this.#watching.dispose();
    await this.#looking;
  }

  #lookAgain(): void {
    this.#look();
    this.#timer = this.clock.after(LOOK_MS, () => this.#lookAgain());
  }

  #look({ isChanged = false } = {}): void {
    this.#looking = this.#looking.then(async () => {
      try {
        if (!this.#end.signal.aborted) await this.#compare(isChanged);
      } catch (error) {
        this.log.error('ADMIN1 could not be told that mail is held; tried again with the next round.', { error: String(error) });
      }
    });
  }

  async #compare(isChanged: boolean): Promise<void> {
    await this.filters.hear();
    const view = await this.#view();
    const told = await this.#told(view);
    const news = newsIn(told, view);
    const settled = isDeepStrictEqual(news.next, told) ? news : await this.#settle(view);
    if (this.filters.blocking.length > 0) return;
    // A plugin that was only being started has kept mail waiting as well.
    if (isChanged || settled.over.length > 0) await this.#goOn(settled.over, view);
    else if (Object.keys(settled.next).length > 0) await this.heldMail.retryHeld({ patienceMs: 0 });
  }

  async #view(): Promise<BlockedView> {
    const servers = await this.leases.servers();
    const { blocking } = this.filters;
    return {
      server: servers.find(({ isThis }) => isThis)?.name ?? this.server.name,
      others: new Set(servers.filter(({ isThis, isGone }) => !isThis && !isGone).map(({ name }) => name)),
      blocking: blocking.filter(({ how }) => how !== 'off' && how !== 'changing').map(({ id }) => id),
      waiting: new Set(blocking.filter(({ how }) => how !== 'off').map(({ id }) => id)),
    };
  }

  async #told({ server }: BlockedView): Promise<BlockedRecord> {
    const told = await this.state.get('blocked-on');
    return told ?? Object.fromEntries(((await this.state.get('blocked')) ?? []).map((id) => [id, [server]]));
  }

  /** One server at a time tells: under the lease what was told may have changed. */
  async #settle(view: BlockedView): Promise<BlockedNews> {
    const parts = { leases: this.leases, clock: this.clock };
    const lease = await takeLease('blocked', { patienceMs: PATIENCE_MS, signal: this.#end.signal }, parts);
    if (lease === undefined) throw new Error('Another server has been telling it for long.');
    try {
      const told = await this.#told(view);
      const news = newsIn(told, view);
      await this.#tell(news, view, lease.fence);
      await this.state.update('blocked-on', (kept) => newsIn(kept ?? told, view).next);
      return news;
    } finally {
      await lease.release();
    }
  }

  async #tell({ fresh, joined, left, next }: BlockedNews, view: BlockedView, fence: Fence): Promise<void> {
    const where = view.others.size > 0 ? ` on the server ${view.server}` : '';
    for (const id of left) this.#note('service', `${id} is missed${where} no longer; mail is held on ${next[id]?.join(', ')}.`);
    for (const { id, why } of this.#named([...fresh, ...joined]))
      this.#note('problem', `Mail is held${where} until ${id} runs again: ${why}`);
    if (fresh.length === 0) return;
    const about = view.others.size > 0 ? { node: view.server } : {};
    const octets = composeBlockedNotice({ host: this.server.name, ...about, plugins: this.#named(fresh), now: this.clock.now() });
    await this.ownMail.deliver(octets, [ADMIN1], 'mail waits for a plugin', { fence });
  }

  #named(ids: readonly string[]): readonly BlockingPlugin[] {
    return this.filters.blocking.filter(({ id }) => ids.includes(id));
  }

  async #goOn(over: readonly string[], { others }: BlockedView): Promise<void> {
    const delivered = await this.heldMail.retryHeld({ patienceMs: others.size > 0 ? PATIENCE_MS : 0, signal: this.#end.signal });
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
