// Every command of the product as it is declared: in the manifests of its plugins.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import { ROOT } from './sourceFiles.js';

export const PRODUCT_COMMANDS: readonly CommandDeclaration[] = commandsIn('plugins');

/** Of every manifest below a folder of the project. */
export function commandsIn(folder: string): readonly CommandDeclaration[] {
  const top = path.join(ROOT, folder);
  const manifests = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter(
    (name) => path.basename(name) === 'package.json' && !/(^|[\\/])(dist|node_modules)[\\/]/.test(name),
  );
  return manifests.flatMap((name) => {
    const { contributes } = JSON.parse(readFileSync(path.join(top, name), 'utf8')) as PluginManifest;
    return contributes?.commands ?? [];
  });
}

/** Of a command of the product. Throws for another one. */
export function declarationOf(command: string): CommandDeclaration {
  const found = PRODUCT_COMMANDS.find((each) => each.command === command);
  if (found === undefined) throw new Error(`The product has no command ${command}.`);
  return found;
}
