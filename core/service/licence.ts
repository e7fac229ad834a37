// onLicenseCheck: may the service run, may the settings look like this? No answer is a denial; mail that was accepted stays.
import type { Disposable, LicenceQuery, LicenceVerdict } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { Accounts, type Editions, Events, type Licence, PluginCatalogue } from '@postroom/sdk/services';
import { editionChoices } from '@postroom/sdk/settings';
import { HookCall } from '../hooking/hookCall.js';
import { TapFailed } from '../hooking/tapCalls.js';
import { HostHooks } from '../hooks/hooks.js';

const NOT_ASKED: LicenceVerdict = {
  granted: false,
  edition: 'none',
  reason: 'The licence has not been checked yet.',
  remedy: 'It is checked when the server starts.',
};

export class LicenceWarden implements Licence {
  #verdict: LicenceVerdict = NOT_ASKED;
  readonly #changed = new Listeners<LicenceVerdict>();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @Accounts private readonly accounts: Accounts,
    @Events private readonly events: Events,
    @PluginCatalogue private readonly plugins: PluginCatalogue,
  ) {}

  get verdict(): LicenceVerdict {
    return this.#verdict;
  }

  recheck(): LicenceVerdict {
    const run = this.ask({ kind: 'run' });
    const verdict = run.granted ? this.#withinLimits(run) : run;
    const changed = JSON.stringify(verdict) !== JSON.stringify(this.#verdict);
    this.#verdict = verdict;
    if (changed) {
      this.events.emit({ type: 'licence', verdict });
      this.#changed.fire(verdict);
    }
    return verdict;
  }

  /** A file that was written beyond the limits, or before another edition was chosen, stops the service until it is mended. */
  #withinLimits(run: LicenceVerdict): LicenceVerdict {
    const accounts = this.accounts.all.map(({ id, users }) => ({ id, users: users.length }));
    const size = this.ask({ kind: 'configure', accounts });
    return size.granted ? run : size;
  }

  /** Asks without remembering the answer. Never throws. */
  ask(query: LicenceQuery): LicenceVerdict {
    const editions = this.hooks.onLicenseCheck.order.taps.filter((entry) => entry.stage === 'grant').map((entry) => entry.tap.plugin);
    if (editions.length !== 1) {
      return wrongNumberOfEditions(editions, this.#installedEditions());
    }
    try {
      const verdict = this.hooks.onLicenseCheck.call(query, new HookCall()) ?? unanswered(editions[0] ?? '');
      // A tap that only requires something, as the device does, knows of no edition.
      return verdict.granted || verdict.edition !== 'none' ? verdict : { ...verdict, edition: this.#nameOf(editions[0] ?? '') };
    } catch (error) {
      return {
        granted: false,
        edition: editions[0] ?? '',
        reason: error instanceof TapFailed ? error.failure.message : String(error),
        remedy: 'The plugin that failed has to be mended or replaced; "postroom plugins list" shows it.',
      };
    }
  }

  #installedEditions(): Editions {
    return new Map(
      this.plugins.plugins.flatMap(({ id, bundled, manifest }) => {
        const edition = manifest?.contributes?.edition;
        return edition === undefined || !bundled ? [] : [[id, edition] as const];
      }),
    );
  }

  #nameOf(edition: string): string {
    return this.plugins.plugins.find(({ id }) => id === edition)?.manifest?.contributes?.edition?.name ?? edition;
  }

  onDidChange(listener: (verdict: LicenceVerdict) => void): Disposable {
    return this.#changed.add(listener);
  }
}

/** Exactly one edition must be enabled; `installed`: those that can be. */
function wrongNumberOfEditions(editions: readonly string[], installed: Editions): LicenceVerdict {
  return editions.length === 0
    ? {
        granted: false,
        edition: 'none',
        reason: 'No edition is enabled.',
        remedy:
          installed.size === 0 ? 'None is installed: install Postroom again.' : `Enable ${editionChoices(installed)} in plugins.enabled.`,
      }
    : {
        granted: false,
        edition: 'none',
        reason: `${editions.length} editions are enabled at once: ${editions.join(' and ')}.`,
        remedy: 'Leave exactly one of them in plugins.enabled.',
      };
}

function unanswered(edition: string): LicenceVerdict {
  return {
    granted: false,
    edition,
    reason: `${edition} gave no answer.`,
    remedy: 'The plugin has to be mended or replaced; "postroom plugins list" shows it.',
  };
}
