// The settings of the server in force, each with the place that it comes from. Pure.
import type { SettingsService } from '@postroom/sdk/services';
import { groupOf, NODES, ownValues } from '@postroom/sdk/settings';

export interface ShownSetting {
  readonly key: string;
  readonly value: unknown;
  /** Where it stands in settings.json: `top`, or `nodes.NAME` for what this server has for itself; `default` where it stands nowhere. */
  readonly from: string;
}

/** Accounts and secrets are left out, and where `all` is not asked for what stands nowhere. */
export function shownSettings(
  settings: Pick<SettingsService, 'node' | 'schema' | 'get' | 'written'>,
  all: boolean,
): readonly ShownSetting[] {
  const { node } = settings;
  const written = groupOf(settings.written([]));
  const own = ownValues(written, node, settings.schema.properties);
  const from = (key: string): string => (Object.hasOwn(own, key) ? `${NODES}.${node}` : Object.hasOwn(written, key) ? 'top' : 'default');
  return [...settings.schema.properties.values()]
    .filter(({ scope, schema }) => scope === 'server' && schema.secret !== true)
    .map(({ key }) => ({ key, value: settings.get(key), from: from(key) }))
    .filter((each) => all || each.from !== 'default')
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}
