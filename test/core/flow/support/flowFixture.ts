// The flow with real hooks and taps that a test writes, on a store in memory and a clock that a test moves.
import {
  type AccountView,
  isOwnAddress,
  type MailboxRef,
  type MailView,
  mailboxName,
  type SortPlan,
  splitAddress,
  type UserView,
} from '@postroom/sdk';
import type { Accounts, Activity, BlockingPlugin, Leases, Log, OutboxEntry, PostroomEvent } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { CoreState } from '#core/base/coreState.js';
import { EventBus } from '#core/base/events.js';
import { DeliverStep } from '#core/flow/deliver.js';
import { HeldMailStep } from '#core/flow/held/heldMail.js';
import { DiskSpace } from '#core/flow/intake/diskSpace.js';
import { FetchedMail } from '#core/flow/intake/fetchedMail.js';
import { IntakeLog } from '#core/flow/intake/intakeLog.js';
import { OwnMail } from '#core/flow/intake/ownMail.js';
import { SubmissionFlow } from '#core/flow/intake/submissionFlow.js';
import { UnsettledSubmissions } from '#core/flow/intake/unsettledSubmissions.js';
import { MessageFlow } from '#core/flow/messageFlow.js';
import { Settling } from '#core/flow/settling.js';
import { SortStep } from '#core/flow/sort.js';
import type { BlockingPlugins } from '#core/hooking/blockingPlugins.js';
import { createHooks } from '#core/hooks/hooks.js';
import { MemoryStorages } from '../../../kit/memoryStorages.js';
import { SharedLeases } from '../../../kit/sharedLeases.js';
import { MemoryMailStore } from './memoryMailStore.js';

const user = (account: string, name: string): UserView => ({ mailbox: { account, user: name }, name, aliases: [], names: [] });

export const COMPANY: AccountView = {
  id: 'company',
  kind: 'regular',
  via: 'pop3',
  address: 'mail@company.example',
  domains: [],
  users: ['andrew', 'greg'].map((name) => user('company', name)),
};
export const WORKS: AccountView = {
  id: 'works',
  kind: 'domain',
  via: 'pop3',
  address: 'post@works.example',
  domains: ['works.example'],
  users: [user('works', 'lisa')],
};
export const ANDREW: MailboxRef = { account: 'company', user: 'andrew' };
export const GREG: MailboxRef = { account: 'company', user: 'greg' };
export const LISA: MailboxRef = { account: 'works', user: 'lisa' };

/** CRLF line ends for a text that is written with others. */
export function octetsOf(text: string): Buffer {
  return Buffer.from(text.replace(/\n/g, '\r\n'));
}

export async function* inPieces(...pieces: readonly (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

export class FlowFixture implements BlockingPlugins {
  readonly clock: VirtualClock;
  readonly hooks = createHooks();
  readonly store: MemoryMailStore;
  readonly storages: MemoryStorages;
  readonly shared: SharedLeases;
  readonly leases: Leases;
  /** What the store says of itself to those that wait for it. */
  readonly maintenance: { trouble: Error | undefined } = { trouble: undefined };
  readonly events: PostroomEvent[] = [];
  readonly activity: string[] = [];
  /** What the program's log says of errors. */
  readonly errors: string[] = [];
  /** Failures that the hooks report, each with its message. */
  readonly blamed: string[] = [];
  blocking: BlockingPlugin[] = [];
  all: readonly AccountView[] = [COMPANY, WORKS];

  readonly accounts: Accounts = this.#accounts();
  readonly server = { name: 'office.example' };
  readonly log = this.#log();
  readonly eventBus = new EventBus();
  readonly state: CoreState;
  readonly activityLog = { add: ({ text }: Pick<Activity, 'text'>) => void this.activity.push(text) } as never;
  readonly disk: DiskSpace;
  readonly sorting: SortStep;
  readonly delivering: DeliverStep;
  readonly settling: Settling;
  readonly flow: MessageFlow;
  readonly fetched: FetchedMail;
  readonly own: OwnMail;
  readonly submissions: SubmissionFlow;
  readonly held: HeldMailStep;

  /** A server called `a`; `b`, on the same store, where it is beside another one. */
  constructor(beside?: FlowFixture) {
    this.clock = beside?.clock ?? new VirtualClock();
    this.store = beside?.store ?? new MemoryMailStore();
    this.storages = beside?.storages ?? new MemoryStorages();
    this.shared = beside?.shared ?? new SharedLeases(() => this.clock.now());
    this.leases = this.shared.of(beside === undefined ? 'a' : 'b');
    this.state = new CoreState(this.storages);
    const store = this.store.asStore;
    this.eventBus.on((event) => void this.events.push(event));
    for (const hook of Object.values(this.hooks)) {
      hook.reportTo({
        noteCall: (steps, message) => {
          for (const { failure, plugin } of steps) if (failure !== undefined) this.blamed.push(`${plugin} over ${message}`);
        },
        tapFailed: ({ plugin }, message) => void this.blamed.push(`${plugin} over ${message}`),
        noteProblem: (plugin, sentence) => void this.blamed.push(`${plugin}: ${sentence}`),
      });
    }
    this.disk = new DiskSpace(store, { get: () => 100 } as never, { trouble: undefined } as never, this.clock);
    this.sorting = new SortStep(this.hooks, this, this.accounts);
    this.delivering = new DeliverStep(this.hooks, this);
    const intakeLog = new IntakeLog(this.activityLog);
    this.settling = new Settling(store, this.maintenance, this.clock);
    this.flow = new MessageFlow(store, this.settling, this.sorting, this.delivering, this.disk, this.clock, this.eventBus, intakeLog);
    this.fetched = new FetchedMail(this.flow, this.accounts, this.server);
    this.own = new OwnMail(this.flow, this.accounts, this.server, this.clock);
    const unsettled = new UnsettledSubmissions(this.clock);
    this.submissions = new SubmissionFlow(this.flow, this.accounts, this.server, this.disk, unsettled);
    const { flow, accounts, server, log, state, leases, clock } = this;
    this.held = new HeldMailStep(flow, store, accounts, server, log, state, leases, clock, this);
  }

  /** A tap of onSort. Answers what takes it out again. */
  tapSort(plugin: string, handler: (plan: SortPlan, mail: MailView) => SortPlan | undefined, onError: 'hold' | 'skip' = 'hold') {
    return this.hooks.onSort.add({ plugin, declaration: { hook: 'onSort', name: 'tap', stage: 'route', onError } }, handler);
  }

  /** Puts every copy where it should go, but for the mailboxes named, which are busy. */
  takeCopies(...busy: readonly MailboxRef[]) {
    const isBusy = (name: string): boolean => busy.map(mailboxName).includes(name);
    return this.hooks.onDeliver.add({ plugin: 'test.mailboxes', declaration: { hook: 'onDeliver', name: 'put' } }, ({ to }) =>
      to.kind === 'mailboxes'
        ? to.mailboxes.map(mailboxName).map((recipient) => ({
            recipient,
            outcome: isBusy(recipient) ? 'deferred' : 'delivered',
            status: isBusy(recipient) ? '4.2.0' : '2.0.0',
            text: isBusy(recipient) ? 'The mailbox is being repaired.' : 'Taken.',
          }))
        : undefined,
    );
  }

  /** Moves the clock on once somebody waits for it: what comes before that is done in turns of the event loop. */
  async advance(ms: number): Promise<void> {
    while (this.clock.pending === 0) await this.clock.advance(0);
    await this.clock.advance(ms);
  }

  async hear(): Promise<void> {
    // Filters are what a test says.
  }

  onDidChange(_listener: () => void): { dispose(): void } {
    return { dispose: () => undefined };
  }

  #accounts(): Accounts {
    const find = (id: string | undefined): AccountView | undefined => this.all.find((account) => account.id === id);
    const all = (): readonly AccountView[] => this.all;
    return {
      get all() {
        return all();
      },
      find,
      user: (mailbox) => find(mailbox.account)?.users.find(({ name }) => name === mailbox.user),
      mailboxOf: () => undefined,
      sendersOf: () => [],
      ownerOf: (text) => this.all.find((account) => isOwnAddress(account, { name: '', ...splitAddress(text), raw: text })),
      ownsDomains: (account) => account.domains.length > 0,
    };
  }

  #log(): Log {
    const nothing = (): void => undefined;
    const speaker = { debug: nothing, info: nothing, warn: nothing, error: (sentence: string) => void this.errors.push(sentence) };
    return { ...speaker, forSource: () => speaker, setLevel: nothing };
  }
}

export function outboxEntry(more: Partial<OutboxEntry> = {}): OutboxEntry {
  const now = new Date('2026-11-02T08:00:00Z');
  return {
    id: 1,
    message: '7',
    account: 'company',
    from: 'mail@company.example',
    recipient: 'ruth@far.example',
    prefix: new Uint8Array(),
    ret: undefined,
    envid: undefined,
    notify: undefined,
    orcpt: undefined,
    state: 'sending',
    queuedAt: now,
    attempts: 0,
    nextTryAt: now,
    status: '',
    text: '',
    delayNoticed: false,
    ...more,
  };
}
