// licence: edition, limits, whether the service may run, and what is known of the network device.
import type { CommandCall } from '@postroom/sdk';
import type { Accounts, CommandCatalogue, Licence } from '@postroom/sdk/services';

export class LicenceCommand {
  constructor(
    private readonly licence: Licence,
    private readonly accounts: Accounts,
    private readonly commands: CommandCatalogue,
  ) {}

  async answer(call: CommandCall): Promise<object> {
    return {
      ...this.licence.recheck(),
      used: {
        accounts: this.accounts.all.length,
        users: this.accounts.all.map((account) => ({ account: account.id, users: account.users.length })),
      },
      ...(await this.#device(call)),
    };
  }

  /** From the plugin that looks for the device; nothing where none is active. */
  async #device(call: CommandCall): Promise<object> {
    const [status] = this.commands.withRole('licence-status');
    if (status === undefined) return {};
    const { history, ...device } = (await this.commands.run(status.command, {}, call)) as { readonly history: readonly unknown[] };
    return { device, history };
  }
}
