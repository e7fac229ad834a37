// How an edition answers onLicenseCheck: it grants the limits that its manifest states, and refuses settings beyond them in sentences that count.
import { PostroomError } from './errors.js';
import type { LicenceHandler } from './hooks.js';
import type { LicenceVerdict } from './licensing.js';
import type { EditionDeclaration, PluginManifest } from './manifest.js';

/** What to do other than remove what is too much: the ends of sentences, `share the further accounts on a second server`. */
export interface EditionRemedies {
  readonly accounts: string;
  readonly users: string;
}

/** The handler of an edition's tap in the stage `grant`. Throws `plugin/manifest` where the manifest declares no `contributes.edition`. */
export function editionGrant(manifest: PluginManifest, remedies: EditionRemedies): LicenceHandler {
  const edition = manifest.contributes?.edition;
  if (edition === undefined) {
    throw new PostroomError('plugin/manifest', `${manifest.displayName} grants the limits of contributes.edition, and declares none.`);
  }
  const { name, ...limits } = edition;
  return (query) => {
    const accounts = query.kind === 'configure' ? query.accounts : [];
    const crowded = accounts.find(({ users }) => users > limits.usersPerAccount);
    if (accounts.length > limits.accounts) return tooManyAccounts(edition, accounts.length, remedies.accounts);
    return crowded === undefined ? { granted: true, edition: name, limits } : tooManyUsers(edition, crowded, remedies.users);
  };
}

function tooManyAccounts({ name, accounts }: EditionDeclaration, count: number, orElse: string): LicenceVerdict {
  const excess = count - accounts;
  const these = excess === 1 ? `this would be the ${ordinal(count)}` : `these would be ${count}`;
  return {
    granted: false,
    edition: name,
    reason: `${name} shares ${accounts} ${accounts === 1 ? 'account' : 'accounts'}; ${these}.`,
    remedy: `Remove ${excess === 1 ? 'one' : excess}, or ${orElse}.`,
  };
}

function tooManyUsers(
  edition: EditionDeclaration,
  { id, users }: { readonly id: string; readonly users: number },
  orElse: string,
): LicenceVerdict {
  const { name, usersPerAccount } = edition;
  const excess = users - usersPerAccount;
  return {
    granted: false,
    edition: name,
    reason: `${name} has ${usersPerAccount} ${usersPerAccount === 1 ? 'user' : 'users'} in an account; ${id} would have ${users}.`,
    remedy: `Remove ${excess === 1 ? 'one' : excess}, or ${orElse}.`,
  };
}

const RULES = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** 1st, 2nd, 11th, 21st. */
function ordinal(number: number): string {
  return `${number}${ENDINGS[RULES.select(number)] ?? 'th'}`;
}
