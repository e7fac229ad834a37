// ADMIN1's password for the manager: whether there is one, and the first one.
import { ADMIN1, type Disposable, isSameMailbox } from '@postroom/sdk';
import type { AdminPassword, SecretStore } from '@postroom/sdk/services';

export class StoredAdminPassword implements AdminPassword {
  constructor(private readonly secrets: SecretStore) {}

  get isSet(): boolean {
    return this.secrets.hasPassword(ADMIN1);
  }

  set(password: string): Promise<void> {
    return this.secrets.setUserPassword(ADMIN1, password);
  }

  onDidChange(listener: () => void): Disposable {
    return this.secrets.onDidSetUserPassword((mailbox) => {
      if (isSameMailbox(mailbox, ADMIN1)) listener();
    });
  }
}
