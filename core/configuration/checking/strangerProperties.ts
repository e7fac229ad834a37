// The settings that strangers' plugins declare: are the declarations within limits, and do the values fit them? Loaded only where there are some.

import type { DeclaredProperty } from '@postroom/sdk/services';
import { accountEntries, groupOf, nodeEntries, type SettingPath } from '@postroom/sdk/settings';
import type { ErrorObject } from 'ajv';
import { type StrangerCheck, StrangerSchemas } from '../../schemas/strangerSchemas.js';
import type { JsonSchema } from '../../schemas/vocabulary.js';
import type { SettingsSchema } from '../schema/schema.js';
import type { StrangerSettings } from './validate.js';

export class StrangerProperties implements StrangerSettings {
  readonly #schemas = new StrangerSchemas('setting');
  /** Compiled when a text first names them. */
  readonly #checks = new Map<string, StrangerCheck>();

  /** What is wrong with a declaration, to follow a colon. */
  problemOf(schema: JsonSchema, owner: string): string | undefined {
    return this.#schemas.problemOf(schema, owner);
  }

  check(effective: unknown, { properties }: Pick<SettingsSchema, 'properties'>): readonly (readonly ErrorObject[])[] {
    const declared = [...properties.values()].filter(({ whole, schema }) => whole !== undefined && schema.secret !== true);
    if (declared.length === 0) return [];
    return placesIn(effective).flatMap(({ scope, path, values, isNode = false }) =>
      declared
        .filter(
          (property) => property.scope === scope && Object.hasOwn(values, property.key) && (!isNode || property.schema.perNode === true),
        )
        .map((property) => placed(this.#checkOf(property)(values[property.key]), [...path, property.key]))
        .filter((failures) => failures.length > 0),
    );
  }

  #checkOf({ key, owner, whole = {} }: DeclaredProperty): StrangerCheck {
    const known = this.#checks.get(key);
    if (known !== undefined) return known;
    const check = this.#schemas.compile(whole, owner);
    this.#checks.set(key, check);
    return check;
  }
}

interface Place {
  readonly scope: DeclaredProperty['scope'];
  readonly path: SettingPath;
  readonly values: Readonly<Record<string, unknown>>;
  /** Only what may differ by server counts. */
  readonly isNode?: true;
}

function placesIn(settings: unknown): readonly Place[] {
  const accounts = accountEntries(settings);
  return [
    { scope: 'server', path: [], values: groupOf(settings) },
    ...nodeEntries(settings).map(({ path, values }): Place => ({ scope: 'server', path, values, isNode: true })),
    ...accounts.map(({ path, values }): Place => ({ scope: 'account', path, values })),
    ...accounts.flatMap(({ users }) => users.map(({ path, values }): Place => ({ scope: 'user', path, values }))),
  ];
}

/** Failures of a value, as failures of the settings that it stands in (JSON Pointers, RFC 6901). */
function placed(failures: readonly ErrorObject[], path: SettingPath): readonly ErrorObject[] {
  const prefix = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return failures.map((failure) => ({ ...failure, instancePath: `${prefix}${failure.instancePath}` }));
}
