// What --help says of a command's answer: one line for those who read it with a program.

type Schema = Readonly<Record<string, unknown>>;

const PLAIN: Readonly<Record<string, string>> = { string: 'a text', integer: 'a number', number: 'a number', boolean: 'true or false' };

/** `With --json: a list of objects with account, kind, [title]`; names in brackets may be missing. '' where nothing is declared. */
export function answerLine(result: Schema | undefined): string {
  const kind = result === undefined ? undefined : kindOf(result);
  return kind === undefined ? '' : `\nWith --json: ${kind}`;
}

function kindOf(schema: Schema): string | undefined {
  const { type, items, anyOf } = schema as { readonly type?: unknown; readonly items?: Schema; readonly anyOf?: readonly Schema[] };
  if (anyOf !== undefined) return joined(anyOf.map(kindOf));
  if (type === 'object') return `an object${membersOf(schema)}`;
  if (type !== 'array') return PLAIN[String(type)];
  const kinds = items?.['type'] === 'object' ? [membersOf(items)] : ((items?.['anyOf'] ?? []) as readonly Schema[]).map(membersOf);
  return kinds.length === 0 ? 'a list' : joined(kinds.map((members) => `a list of objects${members}`));
}

function joined(kinds: readonly (string | undefined)[]): string | undefined {
  return [...new Set(kinds.flatMap((kind) => kind ?? []))].join('; or ') || undefined;
}

function membersOf({ properties = {}, required = [] }: Schema): string {
  const names = Object.keys(properties as object).map((name) => ((required as readonly string[]).includes(name) ? name : `[${name}]`));
  return names.length === 0 ? '' : ` with ${names.join(', ')}`;
}
