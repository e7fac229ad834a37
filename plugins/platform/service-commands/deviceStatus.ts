// What a plugin knows of the network device: whichever has the command for it.
import type { CommandCall } from '@postroom/sdk';
import type { CommandCatalogue } from '@postroom/sdk/services';

/** As that plugin answers. */
export interface KnownDevice {
  readonly history: readonly unknown[];
  /** Servers on the store that see it. */
  readonly seenBy?: readonly string[];
}

/** `undefined` where no plugin that looks for it is active. */
export async function deviceStatus(commands: CommandCatalogue, call: CommandCall): Promise<KnownDevice | undefined> {
  const [status] = commands.withRole('licence-status');
  return status && ((await commands.run(status.command, {}, call)) as KnownDevice);
}
