// Who shares what, and whose an address is.

import { isDeepStrictEqual } from 'node:util';
import { type AccountView, foldCase, isAdminName, isOwnAddress, type MailboxRef, splitAddress, type UserView } from '@postroom/sdk';
import { ownAddresses } from '@postroom/sdk/base';
import type { SettingsDeclarations } from '@postroom/sdk/services';
import { type Accounts, SettingsService } from '@postroom/sdk/services';
import type { SettingsValue } from '@postroom/sdk/settings';
import { accountViews } from './accountViews.js';
import { isLocalHost } from './localHosts.js';
import { resolveLogin } from './logins.js';

/** Everything that is looked up, made once for each version of the settings. */
interface Directory {
  readonly value: SettingsValue;
  readonly schema: SettingsDeclarations;
  readonly all: readonly AccountView[];
  readonly byId: ReadonlyMap<string, AccountView>;
  /** By account id and folded user name. */
  readonly users: ReadonlyMap<string, UserView>;
}

export class SettingsAccounts implements Accounts {
  #directory: Directory | undefined;

  /** `addresses`: this machine's IP addresses. */
  constructor(
    @SettingsService private readonly settings: SettingsService,
    private readonly addresses: () => readonly string[] = ownAddresses,
  ) {}

  get all(): readonly AccountView[] {
    return this.#current().all;
  }

  find(account: string): AccountView | undefined {
    return this.#current().byId.get(account);
  }

  user({ account, user }: MailboxRef): UserView | undefined {
    return account === undefined ? undefined : this.#current().users.get(`${account}/${foldCase(user)}`);
  }

  mailboxOf(login: string): MailboxRef | undefined {
    return resolveLogin(login, this.all);
  }

  /** Written as in the settings; compare without regard to case. ADMIN1 may write for every account. */
  sendersOf(mailbox: MailboxRef): readonly string[] {
    if (mailbox.account === undefined) return isAdminName(mailbox.user) ? this.all.map((account) => account.address) : [];
    const [account, user] = [this.find(mailbox.account), this.user(mailbox)];
    if (account === undefined || user === undefined) return [];
    return [...new Set([...domainAddresses(account, user), account.address])];
  }

  ownerOf(address: string): AccountView | undefined {
    const { local, domain } = splitAddress(address.trim().replace(/^<(.*)>$/, '$1'));
    if (local === '' || domain === '') return undefined;
    const { all } = this.#current();
    const owner = all.find((account) => isOwnAddress(account, { name: '', local, domain, raw: address }));
    if (owner !== undefined) return owner;
    if (!isLocalHost(domain, this.settings.get<string>('server.name'), this.addresses)) return undefined;
    // ADMIN1 belongs to no account: any of them sorts mail for it to the same mailbox.
    if (isAdminName(local)) return all[0];
    const mailbox = resolveLogin(local, all);
    return mailbox?.account === undefined ? undefined : this.find(mailbox.account);
  }

  ownsDomains(account: AccountView): boolean {
    return this.settings.schema.kinds.some((kind) => kind.kind === account.kind && kind.owns === 'domain');
  }

  /** Compared on every call rather than on an event: a listener that hears of a change earlier must not see the former accounts. */
  #current(): Directory {
    const { value, schema } = this.settings;
    if (this.#directory?.value !== value || this.#directory.schema !== schema)
      this.#directory = directoryOf(value, schema, this.#directory);
    return this.#directory;
  }
}

function directoryOf(value: SettingsValue, schema: SettingsDeclarations, former: Directory | undefined): Directory {
  // An account that did not change stays the same object.
  const all = accountViews(value, schema).map((view) => {
    const old = former?.byId.get(view.id);
    return isDeepStrictEqual(old, view) && old !== undefined ? old : view;
  });
  return {
    value,
    schema,
    all: Object.freeze(all),
    byId: new Map(all.map((account) => [account.id, account])),
    users: new Map(all.flatMap((account) => account.users.map((user) => [`${account.id}/${foldCase(user.name)}`, user]))),
  };
}

/** An alias with a domain counts at that domain only, and with one the user's own name counts at such domains only. */
function domainAddresses(account: AccountView, { name, aliases }: UserView): readonly string[] {
  const bound = aliases.map(splitAddress).filter(({ domain }) => account.domains.includes(domain));
  const free = aliases.filter((alias) => !alias.includes('@'));
  const home = account.domains.filter((domain) => bound.length === 0 || bound.some((alias) => alias.domain === domain));
  return [
    ...home.map((domain) => `${name}@${domain}`),
    ...account.domains.flatMap((domain) => free.map((alias) => `${alias}@${domain}`)),
    ...bound.map(({ local, domain }) => `${local}@${domain}`),
  ];
}
