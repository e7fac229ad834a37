// plugins list|order|enable|disable|add|allow|remove: what they take. pluginArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, flag, packedPlugin, text, texts } from './argumentSchemas.js';

export const PLUGIN_COMMANDS = [
  {
    command: 'plugins.list',
    title: 'Installed plugins and their states',
    reads: true,
    offline: true,
    arguments: args({ all: flag('Also those that are not enabled.') }),
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
  },
  {
    command: 'plugins.enable',
    title: 'Enable a plugin and its pack',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
  },
  {
    command: 'plugins.disable',
    title: 'Disable a plugin',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
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
  },
  {
    command: 'plugins.remove',
    title: 'Remove an installed plugin with its settings, secrets and stored state',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
  },
] as const satisfies readonly CommandDeclaration[];
