// Every command of the core, put together from its areas: `config questions` is declared in setupDeclarations.ts and done in setupArea.ts.
// Plugins declare theirs the same way, in their manifests.
import type { CommandDeclaration } from '@postroom/sdk';
import { SETUP_COMMANDS } from './setupDeclarations.js';

export const CORE_COMMANDS: readonly CommandDeclaration[] = [...SETUP_COMMANDS];
