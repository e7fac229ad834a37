// accounts list|kinds|add|change|remove|set-password: the ISP mailboxes that are shared.
import { type AccountView, type CommandHandler, PostroomError } from '@postroom/sdk';
import { accountNamed, shellWord } from '@postroom/sdk/base';
import {
  type Accounts,
  type PluginCatalogue,
  type Rounds,
  type SecretStore,
  type SettingsService,
  secretPath,
} from '@postroom/sdk/services';
import { editBy, orFail } from '@postroom/sdk/settings';
import { knownAssignments } from '../settingsEdits.js';
import { accountSecrets, neededSecrets } from './accountSecrets.js';
import { offeredKinds } from './offeredKinds.js';

/** What `accounts add` takes. */
interface NewAccount {
  readonly account: string;
  readonly address: string;
  readonly kind: string;
  readonly set?: readonly string[];
}

export interface AccountServices {
  readonly accounts: Accounts;
  readonly settings: SettingsService;
  readonly secrets: SecretStore;
  readonly plugins: PluginCatalogue;
  readonly rounds: Pick<Rounds, 'wake'>;
}

export class AccountCommands {
  constructor(private readonly services: AccountServices) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    const { settings, plugins } = this.services;
    return {
      'accounts.list': () => this.#list(),
      'accounts.kinds': () => offeredKinds(plugins.plugins, settings.schema),
      'accounts.add': (added: NewAccount, { author }) => this.#add(added, author),
      'accounts.change': async ({ account, set }: { account: string; set: readonly string[] }, { author }) => {
        accountNamed(account, this.services.accounts);
        return { account, ...orFail(await settings.edit(author, knownAssignments(['accounts', account], set, settings.schema))) };
      },
      'accounts.remove': ({ account }: { account: string }, { author }) => this.#remove(account, author),
      'accounts.set-password': ({ account, key, password }: { account: string; key?: string; password: string }) =>
        this.#setPassword(account, key, password),
    };
  }

  #list(): readonly object[] {
    const { accounts, secrets } = this.services;
    return accounts.all.map((account) => ({
      account: account.id,
      kind: account.kind,
      address: account.address,
      users: account.users.map((user) => user.name),
      passwords: this.#secretsOf(account).filter((key) => secrets.hasSecret(secretPath(key, account.id))),
    }));
  }

  async #add({ account, address, kind, set = [] }: NewAccount, author: string): Promise<object> {
    const { accounts, settings, secrets } = this.services;
    const mustBeNew = (): void => {
      if (accounts.find(account) === undefined) return;
      throw new PostroomError(
        'settings/invalid',
        `There is an account ${account} already. "postroom accounts change ${shellWord(account)} ..." changes it.`,
      );
    };
    mustBeNew();
    // An account of that id may have been here before and be gone from the file by an editor.
    await secrets.removeAccount(account);
    const base = ['accounts', account];
    const edits = [{ path: base, value: { kind, address, users: {} } }, ...knownAssignments(base, set, settings.schema)];
    const result = await editBy(settings, author, () => {
      mustBeNew();
      return edits;
    });
    return { account, address, kind, ...result, next: `postroom accounts set-password ${shellWord(account)}` };
  }

  async #remove(account: string, author: string): Promise<object> {
    const { settings, secrets } = this.services;
    accountNamed(account, this.services.accounts);
    const result = orFail(await settings.edit(author, [{ path: ['accounts', account], value: undefined }]));
    await secrets.removeAccount(account);
    return { account, ...result };
  }

  async #setPassword(account: string, key: string | undefined, password: string): Promise<object> {
    const { secrets, rounds } = this.services;
    const keys = this.#secretsOf(accountNamed(account, this.services.accounts));
    if (key !== undefined && !keys.includes(key)) {
      throw new PostroomError('settings/unknown-key', `${key} is no secret of an account. There are: ${keys.join(', ')}.`);
    }
    const set = key === undefined ? keys : [key];
    for (const one of set) await secrets.setSecret(secretPath(one, account), password);
    rounds.wake(account);
    return { account, set };
  }

  #secretsOf(account: AccountView): readonly string[] {
    const { plugins, settings } = this.services;
    return neededSecrets(account, accountSecrets(plugins), settings.schema);
  }
}
