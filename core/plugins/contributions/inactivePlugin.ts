// Why a plugin does not run and what makes it run, for who asks for a command of it. Pure.
import type { PluginStatus } from '@postroom/sdk/services';
import { isPlatform } from '../services/servicePlan.js';

/** Where plugins are switched off: ids. */
export interface SwitchedOff {
  /** In `plugins.disabled` of the settings. */
  readonly bySettings: readonly string[];
  /** In `disabled` of boot.json. */
  readonly atBoot: readonly string[];
}

/** Sentences. `status`: `undefined` where nothing is known of it. */
export function whyInactive(
  id: string,
  status: Pick<PluginStatus, 'manifest' | 'problems' | 'state'> | undefined,
  off: SwitchedOff,
): string {
  const enable = `postroom plugins enable ${id}`;
  if (off.atBoot.includes(id)) return 'It stands in "disabled" of boot.json: take it out there, and start the server again.';
  switch (status?.state) {
    case 'active':
      return 'It runs, and has no handler for the command.';
    case 'activating':
    case 'deactivating':
      return 'That is changing now: try again in a moment.';
    case 'disabled':
      return off.bySettings.includes(id)
        ? `It stands in plugins.disabled. Take it out there: ${enable}`
        : `It is not enabled. Enable it: ${enable}`;
    case 'failed': {
      const again = isPlatform(status) ? 'Mend that, and start the server again.' : `Mend that, then: ${enable}`;
      return `${status.problems.join(' ')} ${again}`;
    }
    default:
      return '"postroom plugins list" says why.';
  }
}
