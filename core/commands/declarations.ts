// Every command of the core, put together from its areas: `users add` is declared in userDeclarations.ts and done in userArea.ts.
// Plugins declare theirs the same way, in their manifests.
import type { CommandDeclaration } from '@postroom/sdk';
import { ACCOUNT_COMMANDS } from './accountDeclarations.js';
import { CONFIG_COMMANDS } from './configDeclarations.js';
import { EXPLAIN_COMMANDS } from './explainDeclarations.js';
import { RESORT_COMMANDS } from './resortDeclarations.js';
import { SETUP_COMMANDS } from './setupDeclarations.js';
import { SUGGEST_COMMANDS } from './suggestDeclarations.js';
import { USER_COMMANDS } from './userDeclarations.js';

export const CORE_COMMANDS: readonly CommandDeclaration[] = [
  ...EXPLAIN_COMMANDS,
  ...RESORT_COMMANDS,
  ...ACCOUNT_COMMANDS,
  ...SUGGEST_COMMANDS,
  ...USER_COMMANDS,
  ...CONFIG_COMMANDS,
  ...SETUP_COMMANDS,
];

/** What the areas are about: `postroom users` is explained by it. Those of plugins stand in their manifests. */
export const AREA_TITLES: Readonly<Record<string, string>> = {
  accounts: 'The ISP mailboxes that are shared: list, add, change, remove, suggest the kind, passwords',
  config: 'The settings file: get, set, unset, confirm, validate, history, diff, undo, questions of the setup',
  users: 'Who shares an account: list, add, change, rename, remove, passwords',
};
