// What no schema can say about the settings: names that point to each other, uniqueness. Pure.
import { type AccountKindDeclaration, foldCase, splitAddress } from '@postroom/sdk';
import { didYouMean, isTimeZone, shownName } from '@postroom/sdk/base';
import {
  type AccountEntry,
  accountEntries,
  defaultVia,
  foreignCollectors,
  groupOf,
  neededProperties,
  nodeEntries,
  ownedDomains,
  type SettingPath,
  settingsOn,
  textOf,
  textsOf,
  type UserEntry,
  userReferences,
} from '@postroom/sdk/settings';
import { error, type SettingsFinding, warning } from '../problems/problems.js';
import { LOCAL_PART_PATTERN } from '../schema/coreProperties.js';
import type { SettingsSchema } from '../schema/schema.js';

const LOCAL_PART = new RegExp(LOCAL_PART_PATTERN, 'u');

/** Every breach of every rule, in the order of the file as far as possible. */
export function checkRules(settings: unknown, schema: SettingsSchema): readonly SettingsFinding[] {
  const accounts = accountEntries(settings);
  const kinds = new Map(schema.kinds.map((kind) => [kind.kind, kind]));
  return [
    ...serverRules(groupOf(settings), schema),
    ...accounts.flatMap((account) => accountRules(account, kinds.get(account.kind ?? ''), schema)),
    ...addressRules(accounts, kinds),
    ...loginRules(accounts, kinds),
  ];
}

function serverRules(settings: Readonly<Record<string, unknown>>, schema: SettingsSchema): readonly SettingsFinding[] {
  const findings: SettingsFinding[] = [];
  for (const [index, id] of textsOf(settings['plugins.enabled']).entries()) {
    if (schema.plugins.includes(id)) continue;
    findings.push(warning(['plugins.enabled', index], `No plugin "${shownName(id)}" is installed.${didYouMean(id, schema.plugins)}`));
  }
  const zone = textOf(settings['server.timeZone']) ?? '';
  if (zone !== '' && !isTimeZone(zone)) {
    const zones = Intl.supportedValuesOf('timeZone');
    findings.push(
      error(['server.timeZone'], `"${shownName(zone)}" is no time zone; write it as in "Europe/Berlin".${didYouMean(zone, zones)}`),
    );
  }
  const lacking = lackingProperties(settings, schema);
  const onNodes = nodeEntries(settings).flatMap(({ name, path, values }) =>
    lackingProperties(settingsOn(name, settings, schema.properties), schema)
      .filter(({ key, other }) => [key, other].some((each) => Object.hasOwn(values, each)))
      .map((each) => ({ ...each, path: [...path, Object.hasOwn(values, each.key) ? each.key : each.other] })),
  );
  return [...findings, ...[...lacking, ...onNodes].map(({ path, other, why }) => error(path, `${why}: set "${other}" too.`))];
}

interface Lacking {
  readonly path: SettingPath;
  readonly key: string;
  readonly other: string;
  readonly why: string;
}

/** Properties that are set without others that they need. */
function lackingProperties(settings: Readonly<Record<string, unknown>>, { properties }: SettingsSchema): readonly Lacking[] {
  const isSet = (key: string): boolean => settings[key] !== undefined && settings[key] !== '';
  return [...properties.values()]
    .filter(({ key, scope, schema }) => scope === 'server' && schema.needs !== undefined && isSet(key))
    .flatMap(({ key, schema }) =>
      Object.entries(schema.needs ?? {})
        .filter(([other]) => properties.get(other)?.scope === 'server' && !isSet(other))
        .map(([other, why]) => ({ path: [key], key, other, why })),
    );
}

function accountRules(account: AccountEntry, kind: AccountKindDeclaration | undefined, schema: SettingsSchema): readonly SettingsFinding[] {
  const findings = foreignProperties(account.path, account.values, account, schema);
  if (account.kind !== undefined && kind === undefined && schema.kinds.length === 0) {
    findings.push(error([...account.path, 'kind'], `No installed plugin sorts accounts of kind "${shownName(account.kind)}".`));
  }
  // An error would bring down what is shared already where a newer version of a plugin needs more.
  const missing = kind && neededProperties(kind, schema).filter(({ key }) => account.values[key] === undefined);
  for (const { key } of missing ?? []) {
    findings.push(warning(account.path, `"${account.id}" needs "${key}": accounts of kind "${kind?.kind ?? ''}" do not work without it.`));
  }
  findings.push(...collectorRules(account, schema), ...nameRules(account, kind));
  for (const user of account.users) findings.push(...foreignProperties(user.path, user.values, account, schema));
  findings.push(...referenceRules(account, schema));
  return findings;
}

/** A warning: users of the account read what is here already, and the other accounts go on. */
function collectorRules(account: AccountEntry, { collectors }: SettingsSchema): readonly SettingsFinding[] {
  const via = account.via ?? defaultVia(collectors);
  const known = collectors.map((each) => each.via);
  const findings: SettingsFinding[] = [];
  if (account.via !== undefined && !known.includes(via)) {
    const message = `No installed plugin collects mail by "${shownName(via)}": "${account.id}" gets none from its ISP.${didYouMean(via, known)}`;
    findings.push(warning([...account.path, 'via'], message));
  }
  for (const key of Object.keys(account.values)) {
    const others = foreignCollectors(key, via, collectors);
    if (others.length === 0) continue;
    const message = `"${key}" has no effect here: it is for accounts that are collected by "${others.join('", "')}", and "${account.id}" is by "${shownName(via)}".`;
    findings.push({ ...warning([...account.path, key], message), atKey: true });
  }
  return findings;
}

/** Properties that a kind of account does not know. */
function foreignProperties(
  path: SettingPath,
  values: Readonly<Record<string, unknown>>,
  account: AccountEntry,
  schema: SettingsSchema,
): SettingsFinding[] {
  return Object.keys(values).flatMap((key) => {
    const kind = schema.properties.get(key)?.schema.accountKind;
    if (kind === undefined || kind === account.kind) return [];
    return [
      {
        ...warning(
          [...path, key],
          `"${key}" has no effect here: it is for accounts of kind "${kind}", and "${account.id}" is of kind "${account.kind ?? '?'}".`,
        ),
        atKey: true,
      },
    ];
  });
}

/** Within an account a name or alias means one user, in any case of letters. */
function nameRules(account: AccountEntry, kind: AccountKindDeclaration | undefined): readonly SettingsFinding[] {
  const findings: SettingsFinding[] = [];
  const owners = new Map<string, string>();
  const claim = (name: string, user: UserEntry, path: SettingPath, what: string): void => {
    const owner = owners.get(foldCase(name));
    if (owner === undefined) owners.set(foldCase(name), user.name);
    else if (owner !== user.name)
      findings.push(
        error(
          path,
          `${what} "${shownName(name)}" means "${shownName(owner)}" already. Names in an account must differ by more than upper and lower case.`,
        ),
      );
  };
  for (const user of account.users) claim(user.name, user, user.path, 'The name');
  for (const user of account.users) {
    for (const [index, alias] of textsOf(user.values['aliases']).entries())
      claim(alias, user, [...user.path, 'aliases', index], 'The alias');
    for (const [index, name] of textsOf(user.values['names']).entries()) claim(name, user, [...user.path, 'names', index], 'The name');
    if (kind?.owns === 'domain' && !LOCAL_PART.test(user.name)) {
      findings.push(
        error(
          user.path,
          `"${shownName(user.name)}" can't stand before the @ of an address, as users of a "${kind.kind}" account do. Choose a name without spaces.`,
        ),
      );
    }
  }
  return findings;
}

/** Names of users in properties of plugins. */
function referenceRules(account: AccountEntry, schema: SettingsSchema): readonly SettingsFinding[] {
  const names = account.users.map((each) => each.name);
  const folded = new Set(names.map(foldCase));
  return userReferences(account, schema).flatMap(({ path, name, property, user }) => {
    const { self, unknown } = property.referenceMessages ?? {};
    if (self !== undefined && user !== undefined && foldCase(name) === foldCase(user.name)) {
      return [error(path, `"${shownName(user.name)}" ${self}. Take the name out.`)];
    }
    if (folded.has(foldCase(name))) return [];
    const why = unknown === undefined ? '' : `: ${unknown}`;
    return [error(path, `"${shownName(name)}" is no user of the account "${account.id}"${why}.${didYouMean(name, names)}`)];
  });
}

/** An address belongs to one account: its mail is sorted by the rules of one. */
function addressRules(accounts: readonly AccountEntry[], kinds: ReadonlyMap<string, AccountKindDeclaration>): readonly SettingsFinding[] {
  const findings: SettingsFinding[] = [];
  const byAddress = new Map<string, string>();
  const byDomain = new Map<string, string>();
  for (const account of accounts) {
    const kind = kinds.get(account.kind ?? '');
    const ownDomain = splitAddress(account.address ?? '').domain;
    for (const domain of ownedDomains(account, kind)) {
      const property = domain === ownDomain ? 'address' : (kind?.domainsProperty ?? 'address');
      const other = byDomain.get(domain);
      if (other === undefined) byDomain.set(domain, account.id);
      else
        findings.push(
          error(
            [...account.path, property],
            `All addresses at ${domain} belong to the account "${other}" already. A domain can have one account only.`,
          ),
        );
    }
  }
  for (const account of accounts) {
    if (account.address === undefined) continue;
    const path = [...account.path, 'address'];
    const { local, domain } = splitAddress(account.address);
    const address = `${foldCase(local)}@${domain}`;
    const other = byAddress.get(address);
    const owner = byDomain.get(domain);
    if (other !== undefined) findings.push(error(path, `${address} is the address of the account "${other}" already.`));
    else if (owner !== undefined && owner !== account.id)
      findings.push(error(path, `${address} belongs to the account "${owner}", which owns all addresses at ${domain}.`));
    byAddress.set(address, account.id);
  }
  return findings;
}

/** The name alone where it is unique, else `name@account-id`; `name@domain` for domain accounts. */
function loginRules(accounts: readonly AccountEntry[], kinds: ReadonlyMap<string, AccountKindDeclaration>): readonly SettingsFinding[] {
  const findings: SettingsFinding[] = [];
  const ids = new Map<string, string>();
  const users = new Map<string, string>();
  const domains = new Map(
    accounts.flatMap((account) => ownedDomains(account, kinds.get(account.kind ?? '')).map((domain) => [domain, account.id])),
  );
  for (const account of accounts) {
    const twin = ids.get(foldCase(account.id));
    if (twin !== undefined)
      findings.push(
        error(account.path, `The ids "${account.id}" and "${twin}" differ in upper and lower case only; logins could not tell them apart.`),
      );
    ids.set(foldCase(account.id), account.id);
    const owner = domains.get(account.id.toLowerCase());
    if (owner !== undefined && owner !== account.id) {
      findings.push(
        error(
          account.path,
          `The id "${account.id}" is the domain of the account "${owner}"; the login name@${account.id} would mean both. Choose another id.`,
        ),
      );
    }
    for (const user of account.users) {
      const other = users.get(foldCase(user.name));
      if (other === undefined) users.set(foldCase(user.name), account.id);
      else if (other !== account.id) {
        const logins = `${user.name}@${other} and ${user.name}@${account.id}`;
        findings.push(
          warning(
            user.path,
            `"${user.name}" is a user of "${other}" too: the name alone can't log in, both need the account behind it (${logins}).`,
          ),
        );
      }
    }
  }
  return findings;
}
