// What the properties that name a user become when the user is renamed or removed. Pure.
import type { PropertySchema } from '@postroom/sdk';
import type { SettingsDeclarations } from '@postroom/sdk/services';
import { type AccountEntry, groupOf, type SettingPath, type UserEntry, type UserReference, userReferences } from '@postroom/sdk/settings';

/** A property that names a user, without or with another name in the user's place. */
export interface RewrittenProperty {
  readonly key: string;
  readonly property: PropertySchema;
  /** Whose property it is; `undefined` for one of the account. */
  readonly user: UserEntry | undefined;
  readonly value: unknown;
}

/** The properties of an account that name a user, with `instead` in the user's place; without it the name is taken out where that leaves a value. */
export function rewrittenReferences(
  account: AccountEntry,
  isNamed: (name: string) => boolean,
  instead: string | undefined,
  schema: Pick<SettingsDeclarations, 'properties'>,
): readonly RewrittenProperty[] {
  const found = new Map<string, RewrittenProperty>();
  // From the last one on: what is taken out of a list moves nothing that comes before it.
  for (const reference of userReferences(account, schema)
    .filter(({ name }) => isNamed(name))
    .reverse()) {
    const { property, user } = reference;
    const [key, ...inside] = withinOwner(reference, account);
    const place = JSON.stringify([user?.name, key]);
    const value = found.has(place) ? found.get(place)?.value : (user ?? account).values[String(key)];
    found.set(place, { key: String(key), property, user, value: replaced(value, inside, instead) });
  }
  return [...found.values()].reverse();
}

/** The key, and the way inside its value. */
function withinOwner({ path, user }: UserReference, account: AccountEntry): SettingPath {
  return path.slice((user ?? account).path.length);
}

function replaced(value: unknown, [step, ...steps]: SettingPath, instead: string | undefined): unknown {
  if (step === undefined) return instead;
  if (Array.isArray(value)) {
    const items = value.map((each: unknown, index) => (index === step ? replaced(each, steps, instead) : each));
    return items.filter((each) => each !== undefined);
  }
  const group = groupOf(value);
  const member = replaced(group[step], steps, instead);
  const { [step]: _former, ...others } = group;
  // With the member where it was.
  return member === undefined ? others : { ...group, [step]: member };
}
