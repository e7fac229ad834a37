// licence: edition, limits, whether the service may run, and what is known of the network device.
import { type CommandCall, PostroomError } from '@postroom/sdk';
import { Accounts, Licence } from '@postroom/sdk/services';
import { CommandRegistry } from '../host/commandRegistry.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { LICENCE_COMMANDS } from './licenceDeclarations.js';

/** Contributed by the plugin that looks for the device. */
const DEVICE_STATUS = 'network-device.status';

export class LicenceArea implements CommandArea {
  constructor(
    @Licence private readonly licence: Licence,
    @Accounts private readonly accounts: Accounts,
    @CommandRegistry private readonly commands: CommandRegistry,
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
    try {
      const { history, ...device } = (await this.commands.run(DEVICE_STATUS, {}, call)) as { readonly history: readonly unknown[] };
      return { device, history };
    } catch (error) {
      if (error instanceof PostroomError && error.code === 'command/unknown') return {};
      throw error;
    }
  }
}
