// What the command line takes from the core itself, as a plugin would declare it: commands and words that are in no plugin yet.
import path from 'node:path';
import type { ProgramPlugin } from '@postroom/sdk/services';
import { PRODUCT_FOLDER } from './base/places.js';
import { OWN_EXAMPLES } from './cli/examples.js';
import { AREA_TITLES, CORE_COMMANDS } from './commands/declarations.js';

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
      programs: [
        {
          word: 'demo',
          title: 'Show it: a practice ISP, a server, sample mail, a round, and who got what',
          module: './dist/cli/demo.js',
          options: [
            { flag: '--once', description: 'end after the round' },
            { flag: '--json', description: 'print a summary as JSON' },
          ],
        },
        {
          word: 'setup',
          title: 'Share an ISP mailbox: asks for all that is needed, and tests the login',
          module: './dist/cli/setup.js',
          options: [
            { flag: '--data <folder>', description: 'the data folder' },
            { flag: '--from <file>', description: 'do not ask: the answers stand in this JSON file' },
          ],
        },
      ],
    },
  },
};

export function coreAsPlugin(): ProgramPlugin {
  return CORE_AS_PLUGIN;
}

export function loadOfCore(module: string): Promise<unknown> {
  return module.endsWith('demo.js') ? import('./cli/demo.js') : import('./cli/setup.js');
}
