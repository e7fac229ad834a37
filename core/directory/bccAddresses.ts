// By which address each user gets a blind copy, as the plugins of the kinds of account say.
import type { AccountView, Disposable, MailboxRef, UserView } from '@postroom/sdk';
import { Accounts, type BccAddress, type BccAddresses } from '@postroom/sdk/services';

export class ContributedBccAddresses implements BccAddresses {
  readonly #byKind = new Map<string, (account: AccountView, user: UserView) => BccAddress>();

  constructor(@Accounts private readonly accounts: Accounts) {}

  add(kind: string, of: (account: AccountView, user: UserView) => BccAddress): Disposable {
    this.#byKind.set(kind, of);
    return {
      dispose: () => {
        if (this.#byKind.get(kind) === of) this.#byKind.delete(kind);
      },
    };
  }

  of(mailbox: MailboxRef): BccAddress | undefined {
    const account = mailbox.account === undefined ? undefined : this.accounts.find(mailbox.account);
    const user = this.accounts.user(mailbox);
    return account === undefined || user === undefined ? undefined : this.#byKind.get(account.kind)?.(account, user);
  }
}
