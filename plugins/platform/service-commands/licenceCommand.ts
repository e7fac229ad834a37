// licence: edition, limits, whether the service may run, and what is known of the network device.
import type { CommandCall } from '@postroom/sdk';
import type { Accounts, CommandCatalogue, Licence } from '@postroom/sdk/services';
import { deviceStatus } from './deviceStatus.js';

export class LicenceCommand {
  constructor(
    private readonly licence: Licence,
    private readonly accounts: Accounts,
    private readonly commands: CommandCatalogue,
  ) {}

  async answer(call: CommandCall): Promise<object> {
    const found = await deviceStatus(this.commands, call);
    const { history, ...device } = found ?? {};
    return {
      ...this.licence.recheck(),
      used: {
        accounts: this.accounts.all.length,
        users: this.accounts.all.map((account) => ({ account: account.id, users: account.users.length })),
      },
      ...(found && { device, history }),
    };
  }
}
