// users list|add|change|rename|remove|set-password: who shares an account.
import { ADMIN1, type CommandCall, foldCase, isAdminName, type MailboxRef, PostroomError, type PropertySchema } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import { Accounts, BccAddresses, MailStore, SecretStore, type SettingEdit, SettingsService } from '@postroom/sdk/services';
import { accountEntries, assignments, orFail, propertyOf, refuseUnknownKeys, rewrittenReferences } from '@postroom/sdk/settings';
import { inject } from '../base/inject.js';
import { CommandRegistry } from '../host/commandRegistry.js';
import { accessTokens } from './accessTokens.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { USER_COMMANDS } from './userDeclarations.js';

/** A property that names a user, as it is to be written. */
interface Reference {
  readonly key: string;
  /** Whose property it is; `undefined` for one of the account. */
  readonly user: string | undefined;
  readonly edit: SettingEdit;
  /** What is said where the user is removed. */
  readonly removed: string;
}

export class UserArea implements CommandArea {
  constructor(
    @Accounts private readonly accounts: Accounts,
    @BccAddresses private readonly bcc: BccAddresses,
    @SettingsService private readonly settings: SettingsService,
    @SecretStore private readonly secrets: SecretStore,
    @MailStore private readonly store: MailStore,
    @inject(CommandRegistry) private readonly commands: CommandRegistry,
  ) {}

  readonly handlers: HandlersOf<typeof USER_COMMANDS> = {
    'users.list': handler<{ account?: string }>(({ account }) => {
      const users = this.accounts.all
        .filter(({ id }) => account === undefined || id === account)
        .flatMap(({ id, users }) => users.map((user) => ({ id, user })));
      const rows = users.map(({ id, user }) => ({
        account: id,
        user: user.name,
        addresses: this.accounts.sendersOf(user.mailbox),
        ...this.#bccAddress(user.mailbox),
        cc: this.#copiesOf(id, user.name),
        password: this.#passwordState(user.mailbox),
      }));
      return [{ user: 'admin1', addresses: [], cc: [], password: this.#passwordState(ADMIN1) }, ...rows];
    }),
    'users.add': handler<{ account: string; user: string; cc?: readonly string[]; set?: readonly string[] }>(
      async ({ account, user, cc = [], set = [] }, call) => {
        this.#known(account);
        if (this.#find(account, user) !== undefined) {
          throw new PostroomError(
            'settings/invalid',
            `${account} has a user ${user} already. "postroom users change ${shellWord(account)} ${shellWord(user)} ..." changes it.`,
          );
        }
        // Somebody of that name may have been here before and be gone from the file by an editor.
        await this.secrets.removeUser({ account, user });
        const base = ['accounts', account, 'users', user];
        const value = cc.length === 0 ? {} : { [this.#copiesProperty()]: cc };
        const edits: SettingEdit[] = [{ path: base, value }, ...this.#assign(base, set)];
        const result = orFail(await this.settings.edit(call.author, edits));
        return { account, user, ...result, next: `postroom users set-password ${shellWord(account)} ${shellWord(user)}` };
      },
    ),
    'users.change': handler<{ account: string; user: string; set: readonly string[] }>(async ({ account, user, set }, call) => {
      const name = this.#user(account, user).user;
      return {
        account,
        user: name,
        ...orFail(await this.settings.edit(call.author, this.#assign(['accounts', account, 'users', name], set))),
      };
    }),
    'users.rename': handler<{ account: string; user: string; name: string }>(({ account, user, name }, call) =>
      this.#rename(this.#user(account, user), name, call.author),
    ),
    'users.remove': handler<{ account: string; user: string }>(async ({ account, user }, call) => {
      const mailbox = this.#user(account, user);
      const { user: name } = mailbox;
      const references = this.#references(account, name, undefined);
      const edits = [{ path: ['accounts', account, 'users', name], value: undefined }, ...references.map(({ edit }) => edit)];
      const { warnings } = orFail(await this.settings.edit(call.author, edits));
      await this.secrets.removeUser(mailbox);
      return { account, user: name, warnings: [...warnings, ...references.map(({ removed }) => removed)] };
    }),
    'users.set-password': handler<{ account: string; user?: string; password: string; revokeTokens: boolean }>(
      async ({ account, user, password, revokeTokens }, call) => {
        if (user === undefined && isAdminName(account)) return this.#setAdminPassword(password, revokeTokens, call);
        const mailbox = this.#user(account, user ?? '');
        await this.secrets.setUserPassword(mailbox, password);
        return { user: mailbox.user, ...(mailbox.account !== undefined && { account: mailbox.account }), password: 'set' };
      },
    ),
  };

  /** With the password that opens everything, the holder of a token would gain more rights than it covers, and for longer. */
  async #setAdminPassword(password: string, revokeTokens: boolean, call: CommandCall): Promise<object> {
    if (call.token !== undefined) {
      throw new PostroomError(
        'command/not-allowed',
        'No access token sets the password of ADMIN1. Use the manager, or the command line of the server.',
      );
    }
    await this.secrets.setUserPassword(ADMIN1, password);
    return { user: ADMIN1.user, password: 'set', ...(await accessTokens(this.commands, revokeTokens, call)) };
  }

  /** The old name stays as a further name of the user, so that mail to it keeps arriving (SORTING case 104). */
  async #rename(mailbox: MailboxRef, name: string, author: string): Promise<object> {
    const account = mailbox.account ?? '';
    const holder = this.#find(account, name);
    if (holder !== undefined && holder.user !== mailbox.user) {
      throw new PostroomError(
        'settings/invalid',
        `${account} has a user ${holder.user} already, whose mailbox is another. Choose another name.`,
      );
    }
    const entry = this.settings.value['accounts'] as Record<string, { kind: string; users: Record<string, Record<string, unknown>> }>;
    const present = entry[account]?.users[mailbox.user] ?? {};
    const alias = this.accounts.ownsDomains(this.#known(account)) ? 'aliases' : 'names';
    const former = [...new Set([...((present[alias] as readonly string[] | undefined) ?? []), mailbox.user])];
    const references = this.#references(account, mailbox.user, name);
    const own = references.filter(({ user }) => user === mailbox.user).map(({ key, edit }) => [key, edit.value]);
    const written = this.settings.written(['accounts', account, 'users', mailbox.user]) as object;
    const moved = { ...written, ...Object.fromEntries(own), [alias]: former };
    const base = ['accounts', account, 'users'];
    const result = orFail(
      await this.settings.edit(author, [
        { path: [...base, name], value: moved },
        { path: [...base, mailbox.user], value: undefined },
        ...references.filter(({ user }) => user !== mailbox.user).map(({ edit }) => edit),
      ]),
    );
    const to: MailboxRef = { account, user: name };
    await this.store.renameMailbox(mailbox, to);
    await this.secrets.renameUser(account, mailbox.user, name);
    return { account, user: name, formerly: mailbox.user, ...result };
  }

  /**
   * The properties of the account and of its users that name a user, with `instead` in the user's place, or without (SORTING case 102). A removed user's
   * own properties go along.
   */
  #references(account: string, name: string, instead: string | undefined): readonly Reference[] {
    const entry = accountEntries({ accounts: { [account]: this.settings.written(['accounts', account]) } })[0];
    if (entry === undefined) return [];
    const isNamed = (other: string): boolean => foldCase(other) === foldCase(name);
    const found = rewrittenReferences(entry, isNamed, instead, this.settings.schema);
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
    const property = propertyOf('cc', this.settings.schema);
    return property === undefined ? [] : (this.settings.forUser<readonly string[] | undefined>(account, user, property) ?? []);
  }

  #copiesProperty(): string {
    const property = propertyOf('cc', this.settings.schema);
    if (property !== undefined) return property;
    throw new PostroomError(
      'command/arguments',
      'No installed plugin gives colleagues copies. "postroom plugins list --all" shows those there are.',
    );
  }

  /** Nothing where the user's own address will do. */
  #bccAddress(mailbox: MailboxRef): { readonly bccAddress?: string } {
    const bcc = this.bcc.of(mailbox);
    return bcc === undefined ? {} : { bccAddress: 'address' in bcc ? bcc.address : `none: ${bcc.problem}` };
  }

  #passwordState(mailbox: MailboxRef): string {
    return this.secrets.hasPassword(mailbox) ? 'set' : 'none: cannot log in';
  }

  #assign(base: readonly string[], pairs: readonly string[]): readonly SettingEdit[] {
    return refuseUnknownKeys(this.settings.schema, assignments(base, pairs, this.settings.schema));
  }

  #known(account: string): NonNullable<ReturnType<Accounts['find']>> {
    const found = this.accounts.find(account);
    if (found === undefined) {
      throw new PostroomError('user/unknown', `There is no account ${account}. "postroom accounts list" shows them all.`);
    }
    return found;
  }

  #find(account: string, user: string): MailboxRef | undefined {
    return this.#known(account).users.find(({ name }) => name.toLowerCase() === user.toLowerCase())?.mailbox;
  }

  #user(account: string, user: string): MailboxRef {
    const found = this.#find(account, user);
    if (found === undefined) {
      const known = this.#known(account)
        .users.map(({ name }) => name)
        .join(', ');
      throw new PostroomError(
        'user/unknown',
        `${account} has no user "${user}". ${known === '' ? 'It has none yet.' : `It has: ${known}.`}`,
      );
    }
    return found;
  }
}

function removedSentence(name: string, owner: string, key: string, { referenceMessages }: PropertySchema): string {
  const own = referenceMessages?.removed;
  return own === undefined ? `${name} is taken out of "${key}" of ${owner}.` : own.replaceAll('{name}', name).replaceAll('{user}', owner);
}
