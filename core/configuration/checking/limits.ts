// How large an edition lets the settings be: asked of the one in force, read from the manifest of one that is to be. Pure.
import type { EditionDeclaration, LicenceQuery, LicenceVerdict } from '@postroom/sdk';
import { type AccountEntry, accountEntries, groupOf, textsOf } from '@postroom/sdk/settings';
import { error, type SettingsFinding } from '../problems/problems.js';
import type { SettingsSchema } from '../schema/schema.js';

/** Asks the edition in force. */
export type LimitCheck = (query: LicenceQuery) => LicenceVerdict;

/** What an edit is held against. */
export interface Limits {
  /** The settings in force. */
  readonly before: unknown;
  readonly check: LimitCheck;
}

/** The limits of the edition that the settings choose. */
export function checkLimits(settings: unknown, schema: SettingsSchema, limits: Limits): readonly SettingsFinding[] {
  const [now, before] = [enabledEditions(settings, schema), enabledEditions(limits.before, schema)];
  return now.join() === before.join() ? growth(settings, limits) : change(settings, schema, now, before);
}

/** Asked only where accounts or users grow, so that a file beyond the limits can be edited back towards them. */
function growth(settings: unknown, { before, check }: Limits): readonly SettingsFinding[] {
  const accounts = accountEntries(settings).map(({ id, users }) => ({ id, users: users.length }));
  const former = new Map(accountEntries(before).map(({ id, users }) => [id, users.length]));
  const larger = accounts.filter(({ id, users }) => users > (former.get(id) ?? 0));
  if (accounts.length <= former.size && larger.length === 0) return [];
  const verdict = check({ kind: 'configure', accounts });
  if (verdict.granted) return [];
  const added = accounts.find(({ id }) => !former.has(id)) ?? larger[0];
  return [error(added === undefined ? ['accounts'] : ['accounts', added.id], `${verdict.reason} ${verdict.remedy}`)];
}

/** Another edition can't be asked before it is active; its manifest says what it will grant. None is for the licence to deny. */
function change(settings: unknown, schema: SettingsSchema, now: readonly string[], before: readonly string[]): readonly SettingsFinding[] {
  if (now.length > 1) return [error(['plugins.enabled'], tooManyEditions(now, before))];
  const [id = ''] = now;
  const edition = schema.editions.get(id);
  if (now.length !== 1 || edition === undefined) return [];
  const accounts = accountEntries(settings);
  const orKeep = before.length === 1 ? `, or keep ${before.join()}` : '';
  const sentences = [
    ...(accounts.length > edition.accounts ? [tooManyAccounts(accounts, edition)] : []),
    ...accounts.filter(({ users }) => users.length > edition.usersPerAccount).map((account) => tooManyUsers(account, edition)),
  ];
  return sentences.map((sentence) => error(['plugins.enabled'], `${sentence}${orKeep}.`));
}

function tooManyEditions(now: readonly string[], before: readonly string[]): string {
  const goesOn = before.length === 1 ? ` Until then ${before.join()} goes on.` : '';
  return `Only one edition can be enabled: of ${now.join(' and ')} leave the one that is to run.${goesOn}`;
}

function tooManyAccounts(accounts: readonly AccountEntry[], { name, accounts: limit }: EditionDeclaration): string {
  const ids = accounts.map(({ id }) => id);
  const shares = `${name} shares ${limit} ${limit === 1 ? 'account' : 'accounts'}, and there are ${ids.length}`;
  return `${shares}. Before ${name} is enabled, remove ${ids.length - limit} of ${ids.join(', ')}`;
}

function tooManyUsers({ id, users }: AccountEntry, { name, usersPerAccount: limit }: EditionDeclaration): string {
  return `${name} has ${limit} users in an account, and ${id} has ${users.length}. Before ${name} is enabled, remove ${users.length - limit} of them`;
}

function enabledEditions(settings: unknown, schema: SettingsSchema): readonly string[] {
  const enabled = textsOf(groupOf(settings)['plugins.enabled']);
  const disabled = textsOf(groupOf(settings)['plugins.disabled']);
  return [...schema.editions.keys()].filter((id) => enabled.includes(id) && !disabled.includes(id));
}
