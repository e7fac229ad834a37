// licence: edition, limits, and whether the service may run.
import { Accounts, Licence } from '@postroom/sdk/services';
import { type CommandArea, handler } from './area.js';

export class LicenceArea implements CommandArea {
  constructor(
    @Licence private readonly licence: Licence,
    @Accounts private readonly accounts: Accounts,
  ) {}

  readonly handlers = {
    licence: handler(() => ({
      ...this.licence.recheck(),
      used: {
        accounts: this.accounts.all.length,
        users: this.accounts.all.map((account) => ({ account: account.id, users: account.users.length })),
      },
    })),
  };
}
