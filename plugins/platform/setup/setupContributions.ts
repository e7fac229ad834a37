// The answer of `config questions`: what the setup goes by, from the manifests of the plugins at work. Pure.
import type { CollectorDeclaration, CommandDeclaration } from '@postroom/sdk';
import type { PluginStatus, SettingsDeclarations } from '@postroom/sdk/services';
import { defaultVia, editionsBySize, propertyOf } from '@postroom/sdk/settings';
import { type OfferedQuestion, offeredQuestions } from './offeredQuestions.js';

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

/** `loginTests`: the commands that log in at the ISP, each with the id of its plugin. */
export function contributionsOf(
  schema: SettingsDeclarations,
  plugins: readonly PluginStatus[],
  loginTests: readonly (CommandDeclaration & { readonly owner: string })[],
): SetupContributions {
  const active = plugins.filter(({ state }) => state === 'active');
  const collectors = schema.collectors.filter(({ via }) =>
    active.some(({ manifest }) => manifest?.contributes?.collectors?.some((each) => each.via === via)),
  );
  const first = defaultVia(collectors);
  const cc = propertyOf('cc', schema);
  return {
    questions: offeredQuestions(active, schema),
    collectors: [...collectors].sort((a, b) => Number(b.via === first) - Number(a.via === first)),
    loginTests: loginTests.map(({ command, owner, via }) => ({
      name: plugins.find(({ id }) => id === owner)?.name ?? command,
      command,
      ...(via !== undefined && { via }),
    })),
    editions: editionsBySize(schema.editions).map(([id]) => id),
    ...(cc !== undefined && { cc }),
  };
}
