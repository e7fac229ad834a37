// Typed access to the settings in force.

import { noSuchAccount } from '../base/accountNamed.js';
import { didYouMean } from '../base/nearest.js';
import { shownName } from '../base/shownName.js';
import { PostroomError } from '../errors.js';
import type { SettingScope } from '../manifest.js';
import { foldCase } from '../recipients.js';
import { groupOf, type SettingsValue } from './settingsLayout.js';

/** What manifests declare, as far as a reader has to know it. */
export interface DeclaredSettings {
  readonly properties: ReadonlyMap<
    string,
    {
      readonly key: string;
      readonly scope: SettingScope;
      readonly schema: { readonly secret?: boolean | undefined; readonly default?: unknown };
    }
  >;
}

/** Reads one version of the settings. `reader`: who asks, for the sentence of a refusal. */
export class SettingsReader {
  /** What was read of accounts: sort taps ask for the same few settings with every message. */
  readonly #ofAccounts = new Map<string, Map<string, unknown>>();

  constructor(
    private readonly value: SettingsValue,
    private readonly schema: DeclaredSettings,
    private readonly reader?: string,
  ) {}

  /** Whether it reads this version. */
  reads(value: SettingsValue, schema: DeclaredSettings): boolean {
    return this.value === value && this.schema === schema;
  }

  get<T>(key: string): T {
    return this.#read(this.value, key, 'server') as T;
  }

  forAccount<T>(account: string, key: string): T {
    const known = this.#ofAccounts.get(account);
    if (known?.has(key)) return known.get(key) as T;
    const read = this.#read(this.#account(account), key, 'account');
    if (known === undefined) this.#ofAccounts.set(account, new Map([[key, read]]));
    else known.set(key, read);
    return read as T;
  }

  forUser<T>(account: string, user: string, key: string): T {
    const users = groupOf(this.#account(account)['users']);
    const name = Object.hasOwn(users, user) ? user : Object.keys(users).find((each) => foldCase(each) === foldCase(user));
    if (name === undefined) {
      throw new PostroomError(
        'user/unknown',
        `The account "${account}" has no user "${shownName(user)}".${didYouMean(user, Object.keys(users))}`,
      );
    }
    return this.#read(groupOf(users[name]), key, 'user') as T;
  }

  #account(account: string): SettingsValue {
    const accounts = groupOf(this.value['accounts']);
    if (Object.hasOwn(accounts, account)) return groupOf(accounts[account]);
    throw noSuchAccount(account, Object.keys(accounts));
  }

  #read(values: SettingsValue, key: string, scope: SettingScope): unknown {
    if (isStructural(key, scope)) return values[key];
    const declared = this.schema.properties.get(key);
    if (declared === undefined || declared.scope !== scope || declared.schema.secret === true) throw this.#unknown(key, scope);
    return Object.hasOwn(values, key) ? values[key] : declared.schema.default;
  }

  #unknown(key: string, scope: SettingScope): PostroomError {
    const declared = this.schema.properties.get(key);
    const known = [...this.schema.properties.values()].filter((each) => each.scope === scope).map((each) => each.key);
    const reason =
      declared === undefined
        ? `No manifest declares a setting "${shownName(key)}".${didYouMean(key, known)}`
        : declared.schema.secret === true
          ? `The setting "${key}" is a secret: read it with secrets.get().`
          : `The setting "${key}" has the scope "${declared.scope}", not "${scope}".`;
    const who = this.reader === undefined ? '' : ` (Asked for by ${this.reader}.)`;
    return new PostroomError('settings/unknown-key', `${reason}${who}`, { key, reader: this.reader });
  }
}

/** What the host itself defines at each level. */
function isStructural(key: string, scope: SettingScope): boolean {
  return scope === 'server' ? key === 'accounts' : scope === 'account' && ['kind', 'via', 'address', 'users'].includes(key);
}
