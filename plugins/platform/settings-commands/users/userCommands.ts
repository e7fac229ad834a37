// users list|add|change|rename|remove|set-password: who shares an account.
import {
  ADMIN1,
  type CommandCall,
  type CommandHandler,
  foldCase,
  isAdminName,
  type MailboxRef,
  PostroomError,
  type PropertySchema,
} from '@postroom/sdk';
import { accountNamed, shellWord } from '@postroom/sdk/base';
import type {
  Accounts,
  BccAddresses,
  CommandCatalogue,
  MailStore,
  SecretStore,
  SettingEdit,
  SettingsService,
} from '@postroom/sdk/services';
import { accountEntries, editBy, orFail, propertyOf } from '@postroom/sdk/settings';
import { knownAssignments } from '../settingsEdits.js';
import { accessTokens } from './accessTokens.js';
import { rewrittenReferences } from './rewrittenReferences.js';

/** What `users add` takes. */
interface NewUser {
  readonly account: string;
  readonly user: string;
  readonly cc?: readonly string[];
  readonly set?: readonly string[];
}

/** What `users set-password` takes. */
interface NewPassword {
  readonly account: string;
  readonly user?: string;
  readonly password: string;
  readonly revokeTokens: boolean;
}

/** A property that names a user, as it is to be written. */
interface Reference {
  readonly key: string;
  /** Whose property it is; `undefined` for one of the account. */
  readonly user: string | undefined;
  readonly edit: SettingEdit;
  /** What is said where the user is removed. */
  readonly removed: string;
}

export interface UserServices {
  readonly accounts: Accounts;
  readonly settings: SettingsService;
  readonly secrets: SecretStore;
  readonly commands: CommandCatalogue;
  readonly mail: Pick<MailStore, 'renameMailbox'>;
  readonly bcc: Pick<BccAddresses, 'of'>;
}

export class UserCommands {
  constructor(private readonly services: UserServices) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'users.list': ({ account }: { account?: string }) => this.#list(account),
      'users.add': (added: NewUser, { author }) => this.#add(added, author),
      'users.change': (change: { account: string; user: string; set: readonly string[] }, { author }) => this.#change(change, author),
      'users.rename': ({ account, user, name }: { account: string; user: string; name: string }, { author }) =>
        this.#rename(this.#user(account, user), name, author),
      'users.remove': ({ account, user }: { account: string; user: string }, { author }) => this.#remove(account, user, author),
      'users.set-password': (given: NewPassword, call) => this.#setPassword(given, call),
    };
  }

  #list(account: string | undefined): readonly object[] {
    const { accounts } = this.services;
    const users = accounts.all
      .filter(({ id }) => account === undefined || id === account)
      .flatMap(({ id, users }) => users.map((user) => ({ id, user })));
    const rows = users.map(({ id, user }) => ({
      account: id,
      user: user.name,
      addresses: accounts.sendersOf(user.mailbox),
      ...this.#bccAddress(user.mailbox),
      cc: this.#copiesOf(id, user.name),
      password: this.#passwordState(user.mailbox),
    }));
    return [{ user: 'admin1', addresses: [], cc: [], password: this.#passwordState(ADMIN1) }, ...rows];
  }

  async #add({ account, user, cc = [], set = [] }: NewUser, author: string): Promise<object> {
    const { settings, secrets } = this.services;
    const mustBeNew = (): void => {
      if (this.#find(account, user) === undefined) return;
      throw new PostroomError(
        'settings/invalid',
        `${account} has a user ${user} already. "postroom users change ${shellWord(account)} ${shellWord(user)} ..." changes it.`,
      );
    };
    mustBeNew();
    // Somebody of that name may have been here before and be gone from the file by an editor.
    await secrets.removeUser({ account, user });
    const base = ['accounts', account, 'users', user];
    const value = cc.length === 0 ? {} : { [this.#copiesProperty()]: cc };
    const edits: readonly SettingEdit[] = [{ path: base, value }, ...knownAssignments(base, set, settings.schema)];
    const result = await editBy(settings, author, () => {
      mustBeNew();
      return edits;
    });
    return { account, user, ...result, next: `postroom users set-password ${shellWord(account)} ${shellWord(user)}` };
  }

  async #change({ account, user, set }: { account: string; user: string; set: readonly string[] }, author: string): Promise<object> {
    const { settings } = this.services;
    const name = this.#user(account, user).user;
    const edits = knownAssignments(['accounts', account, 'users', name], set, settings.schema);
    return { account, user: name, ...orFail(await settings.edit(author, edits)) };
  }

  async #remove(account: string, user: string, author: string): Promise<object> {
    const { settings, secrets } = this.services;
    const mailbox = this.#user(account, user);
    const { user: name } = mailbox;
    let references = this.#references(account, name, undefined);
    const { warnings } = await editBy(settings, author, () => {
      references = this.#references(account, name, undefined);
      return [{ path: ['accounts', account, 'users', name], value: undefined }, ...references.map(({ edit }) => edit)];
    });
    await secrets.removeUser(mailbox);
    return { account, user: name, warnings: [...warnings, ...references.map(({ removed }) => removed)] };
  }

  async #setPassword({ account, user, password, revokeTokens }: NewPassword, call: CommandCall): Promise<object> {
    if (user === undefined && isAdminName(account)) return this.#setAdminPassword(password, revokeTokens, call);
    const mailbox = this.#user(account, user ?? '');
    await this.services.secrets.setUserPassword(mailbox, password);
    return { user: mailbox.user, ...(mailbox.account !== undefined && { account: mailbox.account }), password: 'set' };
  }

  /** With the password that opens everything, the holder of a token would gain more rights than it covers, and for longer. */
  async #setAdminPassword(password: string, revokeTokens: boolean, call: CommandCall): Promise<object> {
    if (call.token !== undefined) {
      throw new PostroomError(
        'command/not-allowed',
        'No access token sets the password of ADMIN1. Use the manager, or the command line of the server.',
      );
    }
    const { secrets, commands } = this.services;
    await secrets.setUserPassword(ADMIN1, password);
    return { user: ADMIN1.user, password: 'set', ...(await accessTokens(commands, revokeTokens, call)) };
  }

  /** The old name stays as a further name of the user, so that mail to it keeps arriving (sorting case 104). */
  async #rename(mailbox: MailboxRef, name: string, author: string): Promise<object> {
    const { settings, secrets, mail } = this.services;
    const account = mailbox.account ?? '';
    const result = await editBy(settings, author, () => this.#renaming(mailbox, account, name));
    await mail.renameMailbox(mailbox, { account, user: name });
    await secrets.renameUser(account, mailbox.user, name);
    return { account, user: name, formerly: mailbox.user, ...result };
  }

  #renaming(mailbox: MailboxRef, account: string, name: string): readonly SettingEdit[] {
    const { accounts, settings } = this.services;
    this.#user(account, mailbox.user);
    const holder = this.#find(account, name);
    if (holder !== undefined && holder.user !== mailbox.user) {
      throw new PostroomError(
        'settings/invalid',
        `${account} has a user ${holder.user} already, whose mailbox is another. Choose another name.`,
      );
    }
    const entry = settings.value['accounts'] as Record<string, { kind: string; users: Record<string, Record<string, unknown>> }>;
    const present = entry[account]?.users[mailbox.user] ?? {};
    const alias = accounts.ownsDomains(accountNamed(account, accounts)) ? 'aliases' : 'names';
    const former = [...new Set([...((present[alias] as readonly string[] | undefined) ?? []), mailbox.user])];
    const references = this.#references(account, mailbox.user, name);
    const own = references.filter(({ user }) => user === mailbox.user).map(({ key, edit }) => [key, edit.value]);
    const written = settings.written(['accounts', account, 'users', mailbox.user]) as object;
    const moved = { ...written, ...Object.fromEntries(own), [alias]: former };
    const base = ['accounts', account, 'users'];
    return [
      { path: [...base, name], value: moved },
      { path: [...base, mailbox.user], value: undefined },
      ...references.filter(({ user }) => user !== mailbox.user).map(({ edit }) => edit),
    ];
  }

  /**
   * The properties of the account and of its users that name a user, with `instead` in the user's place, or without (sorting case 102). A removed user's
   * own properties go along.
   */
  #references(account: string, name: string, instead: string | undefined): readonly Reference[] {
    const { settings } = this.services;
    const entry = accountEntries({ accounts: { [account]: settings.written(['accounts', account]) } })[0];
    if (entry === undefined) return [];
    const isNamed = (other: string): boolean => foldCase(other) === foldCase(name);
    const found = rewrittenReferences(entry, isNamed, instead, settings.schema);
    return found
      .filter(({ user }) => instead !== undefined || user?.name !== name)
      .map(({ key, property, user, value }) => ({
        key,
        user: user?.name,
        edit: { path: [...(user ?? entry).path, key], value },
        removed: removedSentence(name, user === undefined ? account : user.name, key, property),
      }));
  }

  /** Empty where no plugin gives colleagues copies. */
  #copiesOf(account: string, user: string): readonly string[] {
    const { settings } = this.services;
    const property = propertyOf('cc', settings.schema);
    return property === undefined ? [] : (settings.forUser<readonly string[] | undefined>(account, user, property) ?? []);
  }

  #copiesProperty(): string {
    const property = propertyOf('cc', this.services.settings.schema);
    if (property !== undefined) return property;
    throw new PostroomError(
      'command/arguments',
      'No installed plugin gives colleagues copies. "postroom plugins list --all" shows those there are.',
    );
  }

  /** Nothing where the user's own address will do. */
  #bccAddress(mailbox: MailboxRef): { readonly bccAddress?: string } {
    const bcc = this.services.bcc.of(mailbox);
    return bcc === undefined ? {} : { bccAddress: 'address' in bcc ? bcc.address : `none: ${bcc.problem}` };
  }

  #passwordState(mailbox: MailboxRef): string {
    return this.services.secrets.hasPassword(mailbox) ? 'set' : 'none: cannot log in';
  }

  #find(account: string, user: string): MailboxRef | undefined {
    const { users } = accountNamed(account, this.services.accounts);
    return users.find(({ name }) => name.toLowerCase() === user.toLowerCase())?.mailbox;
  }

  #user(account: string, user: string): MailboxRef {
    const found = this.#find(account, user);
    if (found !== undefined) return found;
    const { users } = accountNamed(account, this.services.accounts);
    const known = users.map(({ name }) => name).join(', ');
    throw new PostroomError('user/unknown', `${account} has no user "${user}". ${known === '' ? 'It has none yet.' : `It has: ${known}.`}`);
  }
}

function removedSentence(name: string, owner: string, key: string, { referenceMessages }: PropertySchema): string {
  const own = referenceMessages?.removed;
  return own === undefined ? `${name} is taken out of "${key}" of ${owner}.` : own.replaceAll('{name}', name).replaceAll('{user}', owner);
}
