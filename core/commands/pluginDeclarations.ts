// plugins list|order|enable|disable|add|allow|remove: what they take and answer. pluginArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { anyOf, arrayOf, integer, number, object, oneOf, string, strings } from './answerSchemas.js';
import { args, flag, packedPlugin, text, texts } from './argumentSchemas.js';

const pluginState = oneOf(['disabled', 'activating', 'active', 'deactivating', 'failed']);
const network = strings('What it connects to.');
const tapRow = object(
  {
    hook: string(),
    place: integer('From 1.'),
    tap: string('`publisher.plugin/tap`'),
    stage: string(),
    calls: integer('Since it was added.'),
    failures: integer(),
    reason: string('Why it stands there.'),
  },
  { onError: oneOf(['skip']), medianMs: number('Milliseconds, over the last 128 calls.'), slowestMs: number() },
);
const startRow = object({
  place: integer('From 1.'),
  plugin: string('`publisher.name`'),
  phase: oneOf(['before the settings', 'after the settings']),
  provides: string('`MailStore 1.0.0, Outbox 1.0.0`'),
  requires: string('`MailStore of postroom.store-sqlite, Clock of the host`'),
});
const switched = object(
  { plugin: string('`publisher.name`'), state: pluginState, problems: strings('A sentence each.') },
  { insteadOf: strings('Plugins that it takes the place of.'), network },
);

export const PLUGIN_COMMANDS = [
  {
    command: 'plugins.list',
    title: 'Installed plugins and their states',
    reads: true,
    offline: true,
    arguments: args({ all: flag('Also those that are not enabled.') }),
    result: arrayOf(
      object({
        plugin: string('`publisher.name`'),
        name: string(),
        version: string(),
        state: pluginState,
        runs: oneOf(['in the host', 'in the host, trusted by boot.json', 'isolated']),
        deliveries: string('Whether it may take over deliveries; empty where it may not.'),
        mail: string('What becomes of mail while it does not run; empty where that is not in question.'),
        problems: strings('A sentence each.'),
      }),
    ),
  },
  {
    command: 'plugins.order',
    title: 'The order of the taps in each hook, with reasons, and what each has cost since it was added',
    reads: true,
    offline: true,
    positional: ['hook'],
    arguments: args({
      hook: { enum: ['onSchedule', 'onLicenseCheck', 'onFetch', 'onSort', 'onDeliver'] },
      services: flag('Instead: the order in which plugins start, with the services that they provide and require.'),
    }),
    result: arrayOf(anyOf(tapRow, startRow)),
  },
  {
    command: 'plugins.enable',
    title: 'Enable a plugin and its pack',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
    result: switched,
  },
  {
    command: 'plugins.disable',
    title: 'Disable a plugin',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
    result: switched,
  },
  {
    command: 'plugins.add',
    title: 'Install a plugin, or another version of it, and enable it; mail goes on flowing',
    offline: true,
    positional: ['plugin'],
    arguments: args(
      { plugin: packedPlugin("The plugin's folder, or the file that `plugins pack` made."), disabled: flag('Install it only.') },
      ['plugin'],
    ),
    result: object({ plugin: string(), version: string(), state: pluginState, problems: strings('A sentence each.') }, { network }),
  },
  {
    command: 'plugins.allow',
    title: 'Show what a plugin wants to connect to, and agree to what is on this machine or in the local network',
    offline: true,
    positional: ['plugin', 'places'],
    arguments: args(
      {
        plugin: text('publisher.name'),
        places: texts('What to agree to, as in 127.0.0.1:3310; without it, everything that waits for agreement.'),
        yes: flag('Agree without being asked.'),
        revoke: flag('Take the agreement back.'),
      },
      ['plugin'],
    ),
    result: object(
      {
        plugin: string(),
        asks: arrayOf(object({ 'asks for': string(), means: string('Hosts and ports, by its settings.'), state: string() })),
      },
      {
        agreed: strings('What was agreed to now.'),
        revoked: strings('What was taken back now.'),
        next: string('The command that agrees.'),
        confirm: string('The question to a person.'),
      },
    ),
  },
  {
    command: 'plugins.remove',
    title: 'Remove an installed plugin with its settings, secrets and stored state',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
    result: object({ removed: string('`publisher.name`') }),
  },
] as const satisfies readonly CommandDeclaration[];
