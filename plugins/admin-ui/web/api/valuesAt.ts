// What the settings say of an account or a user.

type Values = Readonly<Record<string, unknown>>;

/** What settings say at a path; nothing where they don't. */
export function valuesAt(settings: Values | undefined, path: readonly string[]): Values {
  return path.reduce<Values>((values, name) => (values[name] ?? {}) as Values, settings ?? {});
}
