// licence: what they take. licenceArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';

export const LICENCE_COMMANDS = [
  { command: 'licence', title: 'Edition, limits and device', reads: true, offline: true },
] as const satisfies readonly CommandDeclaration[];
