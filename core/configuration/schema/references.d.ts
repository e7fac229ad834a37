import type { PropertySchema, SettingScope } from '@postroom/sdk';
import { type AccountEntry, type UserEntry } from '@postroom/sdk/base';
import type { SettingPath } from '../problems/problems.js';
/** A name of a user in the settings. */
export interface UserReference {
  readonly path: SettingPath;
  readonly name: string;
  readonly property: PropertySchema;
  /** Whose property it is; `undefined` for one of the account. */
  readonly user: UserEntry | undefined;
}
/** A property that names a user, without or with another name in the user's place. */
export interface RewrittenProperty {
  readonly key: string;
  readonly property: PropertySchema;
  readonly user: UserEntry | undefined;
  readonly value: unknown;
}
/** The declared properties, by key. */
interface Declared {
  readonly properties: ReadonlyMap<
    string,
    {
      readonly scope: SettingScope;
      readonly schema: PropertySchema;
      readonly refersToUsers?: true;
    }
  >;
}
/** Every name of a user in an account's properties and in those of its users. */
export declare function userReferences(account: AccountEntry, schema: Declared): readonly UserReference[];
/** The properties of an account that name a user, with `instead` in the user's place; without it the name is taken out where that leaves a value. */
export declare function rewrittenReferences(
  account: AccountEntry,
  isNamed: (name: string) => boolean,
  instead: string | undefined,
  schema: Declared,
): readonly RewrittenProperty[];
/** The names of all users, each once. */
export declare function userNamesIn(settings: unknown): readonly string[];
/** Whether a schema, or one inside it, says that its texts name users. */
export declare function holdsReferences(schema: unknown): boolean;
/** The schema, with names for editors to complete wherever it refers to users. */
export declare function withUserNames<S>(schema: S, names: readonly string[]): S;
/** The property that an argument of `users add` sets. */
export declare function propertyOf(argument: NonNullable<PropertySchema['argument']>, { properties }: Declared): string | undefined;
