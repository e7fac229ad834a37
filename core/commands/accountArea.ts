// accounts list|kinds|add|change|remove|set-password: the ISP mailboxes that are shared.
import { type AccountView, PostroomError } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import { Accounts, SecretStore, type SettingEdit, SettingsService, secretPath } from '@postroom/sdk/services';
import { assignments, neededSecrets, offeredKinds, orFail, refuseUnknownKeys } from '@postroom/sdk/settings';
import { inject } from '../base/inject.js';
import { FetchStep } from '../flow/fetching/fetch.js';
import { RelayStep } from '../flow/sending/relay.js';
import { PluginHost } from '../host/pluginHost.js';
import type { ACCOUNT_COMMANDS } from './accountDeclarations.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';

export class AccountArea implements CommandArea {
  constructor(
    @Accounts private readonly accounts: Accounts,
    @SettingsService private readonly settings: SettingsService,
    @SecretStore private readonly secrets: SecretStore,
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(FetchStep) private readonly fetching: FetchStep,
    @inject(RelayStep) private readonly relay: RelayStep,
  ) {}

  readonly handlers: HandlersOf<typeof ACCOUNT_COMMANDS> = {
    'accounts.list': handler(() =>
      this.accounts.all.map((account) => ({
        account: account.id,
        kind: account.kind,
        address: account.address,
        users: account.users.map((user) => user.name),
        passwords: this.#secretsOf(account).filter((key) => this.secrets.hasSecret(secretPath(key, account.id))),
      })),
    ),
    'accounts.kinds': handler(() => offeredKinds(this.host.plugins, this.settings.schema)),
    'accounts.add': handler<{ account: string; address: string; kind: string; set?: readonly string[] }>(
      async ({ account, address, kind, set = [] }, call) => {
        if (this.accounts.find(account) !== undefined) {
          throw new PostroomError(
            'settings/invalid',
            `There is an account ${account} already. "postroom accounts change ${shellWord(account)} ..." changes it.`,
          );
        }
        // An account of that id may have been here before and be gone from the file by an editor.
        await this.secrets.removeAccount(account);
        const base = ['accounts', account];
        const edits = [{ path: base, value: { kind, address, users: {} } }, ...this.#assign(base, set)];
        const result = orFail(await this.settings.edit(call.author, edits));
        return { account, address, kind, ...result, next: `postroom accounts set-password ${shellWord(account)}` };
      },
    ),
    'accounts.change': handler<{ account: string; set: readonly string[] }>(async ({ account, set }, call) => {
      this.#known(account);
      return { account, ...orFail(await this.settings.edit(call.author, this.#assign(['accounts', account], set))) };
    }),
    'accounts.remove': handler<{ account: string }>(async ({ account }, call) => {
      this.#known(account);
      const result = orFail(await this.settings.edit(call.author, [{ path: ['accounts', account], value: undefined }]));
      await this.secrets.removeAccount(account);
      return { account, ...result };
    }),
    'accounts.set-password': handler<{ account: string; key?: string; password: string }>(async ({ account, key, password }) => {
      const keys = this.#secretsOf(this.#known(account));
      if (key !== undefined && !keys.includes(key)) {
        throw new PostroomError('settings/unknown-key', `${key} is no secret of an account. There are: ${keys.join(', ')}.`);
      }
      const set = key === undefined ? keys : [key];
      for (const one of set) {
        await this.secrets.setSecret(secretPath(one, account), password);
      }
      this.fetching.wake(account);
      this.relay.wake(account);
      return { account, set };
    }),
  };

  #assign(base: readonly string[], pairs: readonly string[]): readonly SettingEdit[] {
    return refuseUnknownKeys(this.settings.schema, assignments(base, pairs, this.settings.schema));
  }

  #known(account: string): AccountView {
    const found = this.accounts.find(account);
    if (found !== undefined) return found;
    const known = this.accounts.all.map(({ id }) => id).join(', ');
    throw new PostroomError(
      'user/unknown',
      `There is no account ${account}. ${known === '' ? 'None is set up yet.' : `There are: ${known}.`}`,
    );
  }

  #secretsOf(account: AccountView): readonly string[] {
    return neededSecrets(account, this.host.accountSecrets, this.settings.schema);
  }
}
