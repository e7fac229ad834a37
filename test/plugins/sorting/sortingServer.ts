// Runs the bundled sort plugins over a message, in the order that their manifests declare, without a host around them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { AccountView, CommandHandler, MailView, PluginContext, PluginManifest, SortHandler, SortPlan, UserView } from '@postroom/sdk';
import { isOwnAddress, isSameMailbox, splitAddress } from '@postroom/sdk';
import { Accounts } from '@postroom/sdk/services';
import { orderTaps } from '#core/hooking/order.js';
import { createSortPlan, notesOf } from '#core/mail/sortPlan.js';
import type { CaseAccount, CaseRun, SortingCase } from './sortingCase.js';

const PLUGINS = new URL('../../../../plugins/', import.meta.url);
const SORT_PLUGINS = [
  'addressees',
  'admin1',
  'cc',
  'isp-domainpop',
  'isp-regular',
  'loop-guard',
  'mailing-lists',
  'public1',
  'reply-thread',
];
/** The server's own address, by which the manual's Eudora page names users. */
const SERVER_ADDRESS = '213.0.0.117';

interface LoadedTap {
  readonly plugin: string;
  readonly declaration: NonNullable<NonNullable<PluginManifest['contributes']>['taps']>[number];
}

export class SortingServer {
  readonly #manifests: readonly PluginManifest[] = SORT_PLUGINS.map(readManifest);
  readonly #handlers = new Map<string, SortHandler>();
  readonly #commands = new Map<string, CommandHandler>();
  readonly #states = new Map<string, Map<string, unknown>>();
  #accounts: readonly AccountView[] = [];

  constructor(private readonly sortingCase: Pick<SortingCase, 'accounts' | 'server'>) {
    this.#accounts = Object.entries(sortingCase.accounts).map(([id, account]) => accountView(id, account));
  }

  async start(): Promise<void> {
    for (const manifest of this.#manifests) {
      const plugin = (await import(new URL(`${manifest.name}/dist/plugin.js`, PLUGINS).href)) as {
        activate(context: PluginContext): unknown;
      };
      await plugin.activate(this.#contextFor(manifest));
    }
  }

  account(id: string): AccountView {
    const account = this.#accounts.find((candidate) => candidate.id === id);
    if (account === undefined) throw new Error(`No account ${id} in this case.`);
    return account;
  }

  get firstAccount(): string {
    return this.#accounts[0]?.id ?? '';
  }

  /** Users come, go and get other names while a server runs. */
  change({ removed = [], renamed = {} }: Pick<CaseRun, 'removed' | 'renamed'>): void {
    this.#accounts = this.#accounts.map((account) => ({
      ...account,
      users: account.users.filter((user) => !removed.includes(user.name)).map((user) => rename(user, renamed[user.name])),
    }));
  }

  async sort(plan: SortPlan, mail: MailView): Promise<SortPlan> {
    let result = plan;
    for (const { tap } of orderTaps<LoadedTap>('onSort', this.#taps()).taps) {
      const handler = this.#handlers.get(`${tap.plugin}/${tap.declaration.name}`);
      if (handler === undefined) throw new Error(`${tap.plugin} declares ${tap.declaration.name} and supplies no handler.`);
      result = (await handler(result, mail, { signal: AbortSignal.timeout(5000) })) ?? result;
    }
    return result;
  }

  planFor(account: string, outside: readonly string[] = []): SortPlan {
    return createSortPlan(this.account(account), outside);
  }

  async command(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const handler = this.#commands.get(name);
    return handler?.(args as never, { author: 'test', signal: AbortSignal.timeout(5000), progress: () => undefined });
  }

  reasons(plan: SortPlan): readonly string[] {
    return notesOf(plan);
  }

  #taps(): readonly LoadedTap[] {
    return this.#manifests.flatMap((manifest) =>
      (manifest.contributes?.taps ?? []).map((declaration) => ({ plugin: `${manifest.publisher}.${manifest.name}`, declaration })),
    );
  }

  #contextFor(manifest: PluginManifest): PluginContext {
    const id = `${manifest.publisher}.${manifest.name}`;
    const state = new Map<string, unknown>();
    this.#states.set(id, state);
    const context: Pick<PluginContext, 'id' | 'hooks' | 'settings' | 'commands' | 'state' | 'log' | 'subscriptions' | 'get'> = {
      id,
      hooks: {
        onSort: {
          tap: (name: string, handler: SortHandler) => {
            this.#handlers.set(`${id}/${name}`, handler);
            return { dispose: () => undefined };
          },
        },
      } as PluginContext['hooks'],
      settings: {
        get: <T>(key: string) => (this.sortingCase.server?.[key] ?? this.#default(key)) as T,
        forAccount: <T>(account: string, key: string) => (this.sortingCase.accounts[account]?.[key] ?? this.#default(key)) as T,
        forUser: <T>(account: string, user: string, key: string) =>
          (this.sortingCase.accounts[account]?.users[user]?.[key] ?? this.#default(key)) as T,
        onDidChange: () => ({ dispose: () => undefined }),
      },
      commands: {
        register: (name, handler) => {
          this.#commands.set(name, handler);
          return { dispose: () => undefined };
        },
      },
      state: {
        get: async (key) => structuredClone(state.get(key)),
        set: async (key, value) => void state.set(key, structuredClone(value)),
        delete: async (key) => void state.delete(key),
        keys: async (prefix) => [...state.keys()].filter((key) => key.startsWith(prefix)).sort(),
      },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      subscriptions: { push: () => undefined },
      get: (service) => {
        if (service.serviceName !== Accounts.serviceName)
          throw new Error(`${id} asks for ${service.serviceName}, which this test does not have.`);
        return this.#accountsService() as never;
      },
    };
    return context as PluginContext;
  }

  #accountsService(): Accounts {
    const all = (): readonly AccountView[] => this.#accounts;
    return {
      get all() {
        return all();
      },
      find: (account) => all().find((candidate) => candidate.id === account),
      user: (mailbox) =>
        all()
          .flatMap((account) => account.users)
          .find((user) => isSameMailbox(user.mailbox, mailbox)),
      sendersOf: () => [],
      ownerOf: (address) => all().find((account) => owns(account, address)),
      ownsDomains: (account) => account.domains.length > 0,
    };
  }

  #default(key: string): unknown {
    const properties = this.#manifests.map((manifest) => manifest.contributes?.configuration?.properties[key]);
    const property = properties.find((candidate) => candidate !== undefined);
    if (property === undefined) throw new Error(`No manifest declares ${key}.`);
    return property.default;
  }
}

function readManifest(name: string): PluginManifest {
  return JSON.parse(readFileSync(new URL(`${name}/package.json`, PLUGINS), 'utf8')) as PluginManifest;
}

/** Every folder of plugins/ that taps onSort before its last stage, that is: decides who gets a message. */
export function pluginsThatSort(): readonly string[] {
  return readdirSync(PLUGINS)
    .filter((name) => existsSync(new URL(`${name}/package.json`, PLUGINS)))
    .filter((name) => (readManifest(name).contributes?.taps ?? []).some((tap) => tap.hook === 'onSort' && tap.stage !== 'finish'))
    .sort();
}

export const SORTING_PLUGINS: readonly string[] = SORT_PLUGINS;

export function accountView(id: string, account: CaseAccount): AccountView {
  const ownsDomain = account.kind === 'domain';
  const further = (account['isp-domainpop.domains'] as readonly string[] | undefined) ?? [];
  return {
    id,
    kind: account.kind,
    address: account.address,
    domains: ownsDomain ? [splitAddress(account.address).domain, ...further.map((domain) => splitAddress(`@${domain}`).domain)] : [],
    users: Object.entries(account.users).map(([name, settings]) => ({
      name,
      mailbox: { account: id, user: name },
      aliases: (settings.aliases as readonly string[] | undefined) ?? [],
      names: (settings.names as readonly string[] | undefined) ?? [],
      ccTo: (settings['cc.to'] as readonly string[] | undefined) ?? [],
    })),
  };
}

function rename(user: UserView, name: string | undefined): UserView {
  if (name === undefined) return user;
  return {
    ...user,
    name,
    mailbox: { ...user.mailbox, user: name },
    names: [...user.names, user.name],
    aliases: [...user.aliases, user.name],
  };
}

function owns(account: AccountView, text: string): boolean {
  const { local, domain } = splitAddress(text);
  if (domain === SERVER_ADDRESS) return account.users.some((user) => user.name.toLowerCase() === local.toLowerCase());
  return isOwnAddress(account, { name: '', local, domain, raw: text });
}
