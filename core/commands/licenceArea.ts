// licence: edition, limits, whether the service may run, and what is known of the network device.
import type { CommandCall } from '@postroom/sdk';
import { Accounts, Licence } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { CommandRegistry } from '../host/commandRegistry.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { LICENCE_COMMANDS } from './licenceDeclarations.js';

export class LicenceArea implements CommandArea {
  constructor(
    @Licence private readonly licence: Licence,
    @Accounts private readonly accounts: Accounts,
    @inject(CommandRegistry) private readonly commands: CommandRegistry,
  ) {}

  readonly handlers: HandlersOf<typeof LICENCE_COMMANDS> = {
    licence: handler(async (_args, call) => ({
      ...this.licence.recheck(),
      used: {
        accounts: this.accounts.all.length,
        users: this.accounts.all.map((account) => ({ account: account.id, users: account.users.length })),
      },
      ...(await this.#device(call)),
    })),
  };

  /** From the plugin that looks for the device; nothing where none is active. */
  async #device(call: CommandCall): Promise<object> {
    const [status] = this.commands.withRole('licence-status');
    if (status === undefined) return {};
    const { history, ...device } = (await this.commands.run(status.command, {}, call)) as { readonly history: readonly unknown[] };
    return { device, history };
  }
}
