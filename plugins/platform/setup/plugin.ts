// Setup: what `postroom setup` asks and tests, as the plugins at work contribute it. setup.ts is the program itself.
import type { PluginContext } from '@postroom/sdk';
import { CommandCatalogue, PluginAdministration, SettingsService } from '@postroom/sdk/services';
import { contributionsOf } from './setupContributions.js';

export function activate(context: PluginContext): void {
  const settings = context.get(SettingsService);
  const plugins = context.get(PluginAdministration);
  const commands = context.get(CommandCatalogue);
  context.commands.register('config.questions', () => contributionsOf(settings.schema, plugins.plugins, commands.withRole('login-test')));
}
