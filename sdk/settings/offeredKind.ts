// A kind of account as people are offered it: an answer of `accounts kinds`, which the setup asks by.
import type { AccountKindDeclaration } from '../manifest.js';
import type { NeededProperty } from './neededProperties.js';

export interface OfferedKind {
  /** Value of `kind` in settings.json. */
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly owns: AccountKindDeclaration['owns'];
  /** Properties of the account that set-up asks for. */
  readonly requires: readonly NeededProperty[];
}
