// config questions: what the setup goes by, from the manifests of the plugins at work.

import type { CollectorDeclaration } from '@postroom/sdk';
import { SettingsService } from '@postroom/sdk/services';
import { defaultVia, editionsBySize, propertyOf } from '@postroom/sdk/settings';
import { inject } from '../base/inject.js';
import { type OfferedQuestion, offeredQuestions } from '../configuration/schema/offeredQuestions.js';
import { CommandRegistry } from '../host/commandRegistry.js';
import { PluginHost } from '../host/pluginHost.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { SETUP_COMMANDS } from './setupDeclarations.js';

/** The answer of `config questions`. */
export interface SetupContributions {
  readonly questions: readonly OfferedQuestion[];
  /** The default first. */
  readonly collectors: readonly CollectorDeclaration[];
  /** `via`: only for accounts that are collected this way. `name`: the plugin's, for people. */
  readonly loginTests: readonly { readonly name: string; readonly command: string; readonly via?: string }[];
  /** Ids of the installed editions, the smallest first. */
  readonly editions: readonly string[];
  /** The property of a user that `--cc` of `users add` sets. */
  readonly cc?: string;
}

export class SetupArea implements CommandArea {
  constructor(
    @SettingsService private readonly settings: SettingsService,
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(CommandRegistry) private readonly commands: CommandRegistry,
  ) {}

  readonly handlers: HandlersOf<typeof SETUP_COMMANDS> = {
    'config.questions': handler((): SetupContributions => {
      const { schema } = this.settings;
      const active = this.host.plugins.filter(({ state }) => state === 'active');
      const collectors = schema.collectors.filter(({ via }) =>
        active.some(({ manifest }) => manifest?.contributes?.collectors?.some((each) => each.via === via)),
      );
      const first = defaultVia(collectors);
      const cc = propertyOf('cc', schema);
      return {
        questions: offeredQuestions(active, schema),
        collectors: [...collectors].sort((a, b) => Number(b.via === first) - Number(a.via === first)),
        loginTests: this.commands.withRole('login-test').map(({ command, owner, via }) => ({
          name: this.host.plugins.find(({ id }) => id === owner)?.name ?? command,
          command,
          ...(via !== undefined && { via }),
        })),
        editions: editionsBySize(schema.editions).map(([id]) => id),
        ...(cc !== undefined && { cc }),
      };
    }),
  };
}
