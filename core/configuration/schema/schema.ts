// One schema for settings.json out of every plugin's declarations: it checks the file, fills defaults, and completes in editors.

import type {
  AccountKindDeclaration,
  CollectorDeclaration,
  PluginManifest,
  PropertySchema,
  SettingScope,
  TapDeclaration,
} from '@postroom/sdk';
import type { DeclaredProperty, Editions, SettingsDeclarations } from '@postroom/sdk/services';
import {
  ACCOUNT_ID_PATTERN,
  defaultVia,
  editionsBySize,
  holdsReferences,
  NODE_NAME_PATTERN,
  NODES,
  POLLUTING_KEYS,
  USER_NAME_PATTERN,
} from '@postroom/sdk/settings';
import type { JsonSchema } from '../../schemas/vocabulary.js';
import { withoutPatterns } from '../../schemas/withoutPatterns.js';
import { ADDRESS_PATTERN, CORE_PROPERTIES } from './coreProperties.js';
import { explained, explainedOnNode } from './hover.js';

/** Everything that may stand in settings.json. */
export interface SettingsSchema extends SettingsDeclarations {
  /** Ids of the installed plugins. */
  readonly plugins: readonly string[];
  /** Draft-07. */
  readonly json: JsonSchema;
  /** Declarations that were left out, a sentence each: for the log, since the person at settings.json can't mend them. */
  readonly conflicts: readonly string[];
}

const KEY = /^[a-zA-Z][\w-]*(\.[a-zA-Z][\w-]*)*$/;
/** Names in accounts and users, and at the top, that no property may take. */
const STRUCTURAL = new Set(['accounts', NODES, 'users', 'kind', 'via', 'address', '$schema']);

/** `publisher.name` */
export function pluginId(manifest: Pick<PluginManifest, 'publisher' | 'name'>): string {
  return `${manifest.publisher}.${manifest.name}`;
}

/** What is wrong with a declaration. `owner`: `undefined` for the core's own. */
export type DeclarationCheck = (schema: JsonSchema, owner: PluginManifest | undefined) => string | undefined;

/**
 * Merges the core's properties with those of the manifests. Of two declarations of one key the first counts. `isStranger`: the schemas of this
 * manifest are checked by themselves, within limits.
 */
export function mergeSchema(
  manifests: readonly PluginManifest[],
  problemOf: DeclarationCheck,
  isStranger: (manifest: PluginManifest) => boolean = () => false,
): SettingsSchema {
  const conflicts: string[] = [];
  const properties = new Map<string, DeclaredProperty>();
  const declare = (manifest: PluginManifest | undefined, declared: Readonly<Record<string, PropertySchema>>): void => {
    const owner = manifest === undefined ? 'postroom' : pluginId(manifest);
    for (const [key, schema] of Object.entries(declared)) {
      const problem = keyProblem(key, properties.get(key)) ?? problemOf(schema, manifest);
      if (problem === undefined) {
        const own = manifest !== undefined && isStranger(manifest) ? { schema: withoutPatterns(schema), whole: schema } : { schema };
        const scope = schema.scope ?? 'server';
        const refers = scope !== 'server' && holdsReferences(schema);
        properties.set(key, { key, owner, scope, ...own, ...(refers && { refersToUsers: true }) });
      } else {
        conflicts.push(`${owner} declares the setting "${key}", which is left out: ${problem}`);
        const first = properties.get(key);
        if (first?.whole !== undefined) properties.set(key, { ...first, isContested: true });
      }
    }
  };
  const granting = manifests.filter((each) => each.contributes?.taps?.some(grantsLicences));
  const editions = new Map(granting.map((each) => [pluginId(each), each.contributes?.edition]));
  declare(undefined, withEditions(CORE_PROPERTIES, editions));
  for (const manifest of manifests) declare(manifest, manifest.contributes?.configuration?.properties ?? {});
  const kinds = distinctKinds(manifests, conflicts);
  const collectors = distinctCollectors(manifests, properties, conflicts);
  return {
    properties,
    kinds,
    collectors,
    plugins: manifests.map(pluginId),
    editions,
    json: jsonSchema([...properties.values()], kinds, collectors),
    conflicts,
  };
}

/** Whether a setting is surely the plugin's, whatever its manifest declares: what it keeps there it may read, and takes along when it is removed. */
export function isOwn({ properties }: Pick<SettingsSchema, 'properties'>, plugin: string, key: string): boolean {
  const declared = properties.get(key);
  return declared?.owner === plugin && declared.isContested !== true;
}

/** `grant` is the last stage of onLicenseCheck, and so the default. */
function grantsLicences({ hook, stage = 'grant' }: TapDeclaration): boolean {
  return hook === 'onLicenseCheck' && stage === 'grant';
}

/** Which editions there are is for the installed plugins to say. */
function withEditions(properties: typeof CORE_PROPERTIES, editions: Editions): typeof CORE_PROPERTIES {
  const { 'plugins.enabled': enabled = {}, ...others } = properties;
  const ids = editionsBySize(editions).map(([id]) => `\`${id}\``);
  if (ids.length === 0) return properties;
  const words = `${enabled.markdownDescription ?? ''} Exactly one edition belongs here: ${ids.join(' or ')}.`;
  return { 'plugins.enabled': { ...enabled, markdownDescription: words }, ...others };
}

function keyProblem(key: string, declared: DeclaredProperty | undefined): string | undefined {
  if (declared !== undefined) return `${declared.owner} declares it too.`;
  if (!KEY.test(key) || STRUCTURAL.has(key) || key.split('.').some((part) => POLLUTING_KEYS.has(part)))
    return 'it is no name for a setting.';
  return undefined;
}

function distinctKinds(manifests: readonly PluginManifest[], conflicts: string[]): readonly AccountKindDeclaration[] {
  const kinds = new Map<string, AccountKindDeclaration>();
  for (const manifest of manifests) {
    for (const kind of manifest.contributes?.accountKinds ?? []) {
      if (!kinds.has(kind.kind)) kinds.set(kind.kind, kind);
      else conflicts.push(`${pluginId(manifest)} declares the kind of account "${kind.kind}", which another plugin declares too.`);
    }
  }
  return [...kinds.values()];
}

/** Each with the keys of its properties, which are its plugin's own. */
function distinctCollectors(
  manifests: readonly PluginManifest[],
  declared: ReadonlyMap<string, DeclaredProperty>,
  conflicts: string[],
): readonly CollectorDeclaration[] {
  const collectors = new Map<string, CollectorDeclaration>();
  for (const manifest of manifests) {
    for (const collector of manifest.contributes?.collectors ?? []) {
      const isIts = ({ key, owner, scope }: DeclaredProperty): boolean =>
        owner === pluginId(manifest) &&
        scope === 'account' &&
        collector.properties.some((each) => (each.endsWith('.') ? key.startsWith(each) : key === each));
      const properties = [...declared.values()].filter(isIts).map(({ key }) => key);
      if (!collectors.has(collector.via)) collectors.set(collector.via, { ...collector, properties });
      else conflicts.push(`${pluginId(manifest)} collects mail by "${collector.via}", which another plugin does too.`);
    }
  }
  return [...collectors.values()];
}

function jsonSchema(
  properties: readonly DeclaredProperty[],
  kinds: readonly AccountKindDeclaration[],
  collectors: readonly CollectorDeclaration[],
): JsonSchema {
  const of = (scope: SettingScope): Record<string, PropertySchema> =>
    Object.fromEntries(
      properties.filter((each) => each.scope === scope && each.schema.secret !== true).map((each) => [each.key, explained(each.schema)]),
    );
  const perNode = properties
    .filter(({ scope, schema }) => scope === 'server' && schema.perNode === true && schema.secret !== true)
    .map(({ key, schema }) => [key, explainedOnNode(schema)]);
  const user = { type: 'object', additionalProperties: false, properties: of('user') };
  const account = {
    type: 'object',
    additionalProperties: false,
    required: ['kind', 'address'],
    properties: {
      kind: explained({
        type: 'string',
        title: 'Kind of account',
        markdownDescription: 'How mail is sorted to the users.',
        ...(kinds.length === 0
          ? {}
          : { enum: kinds.map((each) => each.kind), enumDescriptions: kinds.map((each) => `${each.title}: ${each.description}`) }),
      }),
      via: explained({
        type: 'string',
        maxLength: 64,
        title: 'Way to collect',
        markdownDescription: 'How mail is collected from the ISP.',
        // No list of what is allowed: where the plugin of one account is missing, the others go on.
        ...(collectors.length > 0 && { default: defaultVia(collectors), examples: collectors.map((each) => each.via) }),
      }),
      address: explained({
        type: 'string',
        pattern: ADDRESS_PATTERN,
        maxLength: 254,
        title: 'Address',
        markdownDescription: "The account's address at the ISP.",
        patternErrorMessage: 'An address as in mail@company.com.',
      }),
      users: explained({
        type: 'object',
        default: {},
        title: 'Users',
        markdownDescription: 'Who shares the account, by name. PUBLIC1 and ADMIN1 are there without being listed.',
        propertyNames: { pattern: USER_NAME_PATTERN },
        additionalProperties: user,
      }),
      ...of('account'),
    },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:postroom:settings',
    title: 'Settings of Postroom',
    allowComments: true,
    allowTrailingCommas: true,
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string', title: 'Schema', markdownDescription: 'Where editors find this schema: `./settings.schema.json`.' },
      ...of('server'),
      accounts: explained({
        type: 'object',
        default: {},
        title: 'Accounts',
        markdownDescription: 'The ISP mailboxes that are shared, each under an id of your choice.',
        propertyNames: { pattern: ACCOUNT_ID_PATTERN },
        additionalProperties: account,
      }),
      // Without a default: where no server has values of its own, nothing is told of them.
      [NODES]: explained({
        type: 'object',
        title: 'Single servers',
        markdownDescription:
          'Where several servers share these settings: what one of them has for itself, under its name (`node` in boot.json, or the name of its host). Ports, paths of files and the like may stand here.',
        propertyNames: { pattern: NODE_NAME_PATTERN },
        additionalProperties: { type: 'object', additionalProperties: false, properties: Object.fromEntries(perNode) },
      }),
    },
  };
}
