// What the command line takes from the core itself, as a plugin would declare it: commands that are in no plugin yet.
import path from 'node:path';
import type { ProgramPlugin } from '@postroom/sdk/services';
import { PRODUCT_FOLDER } from './base/places.js';
import { AREA_TITLES, CORE_COMMANDS } from './commands/declarations.js';
import { OWN_EXAMPLES } from './commands/examples.js';

const CORE_AS_PLUGIN: ProgramPlugin = {
  id: 'core',
  bundled: true,
  folder: path.join(PRODUCT_FOLDER, 'core'),
  problems: [],
  manifest: {
    name: 'core',
    publisher: 'postroom',
    version: '1.0.0',
    type: 'module',
    displayName: 'Core',
    description: '',
    engines: { postroom: '*' },
    contributes: {
      commands: CORE_COMMANDS,
      areas: Object.entries(AREA_TITLES).map(([area, title]) => ({ area, title })),
      examples: Object.entries(OWN_EXAMPLES).flatMap(([command, lines]) => lines.map((line) => ({ command, line }))),
    },
  },
};

export function coreAsPlugin(): ProgramPlugin {
  return CORE_AS_PLUGIN;
}
