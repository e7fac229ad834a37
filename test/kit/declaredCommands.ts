// Every command of the product as it is declared: by the core, by the command line alone, and in the manifests of the product's plugins.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import { AUTHORING_COMMANDS } from '#core/cli/authoring.js';
import { CORE_COMMANDS } from '#core/commands/declarations.js';
import { ROOT } from './sourceFiles.js';

export const PRODUCT_COMMANDS: readonly CommandDeclaration[] = [...CORE_COMMANDS, ...AUTHORING_COMMANDS, ...commandsOfPlugins()];

function commandsOfPlugins(): readonly CommandDeclaration[] {
  const plugins = path.join(ROOT, 'plugins');
  const manifests = readdirSync(plugins, { recursive: true, encoding: 'utf8' }).filter(
    (name) => path.basename(name) === 'package.json' && !name.includes('node_modules'),
  );
  return manifests.flatMap((name) => {
    const { contributes } = JSON.parse(readFileSync(path.join(plugins, name), 'utf8')) as PluginManifest;
    return contributes?.commands ?? [];
  });
}
