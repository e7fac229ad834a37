// Arguments in a query string, typed by the command's schema: `?limit=50&accounts=company&accounts=works`.

interface ArgumentSchema {
  readonly type?: string;
  readonly items?: { readonly type?: string };
}

/** What does not fit its type is passed as it is: the command's own check says so. */
export function argumentsOfQuery(
  query: Readonly<Record<string, string | readonly string[]>>,
  schema: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  const properties = (schema?.['properties'] ?? {}) as Readonly<Record<string, ArgumentSchema>>;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (declared?.type === 'array') {
        const values = typeof value === 'string' ? [value] : value;
        return [name, values.map((each) => typed(each, declared.items?.type))];
      }
      return [name, typeof value === 'string' ? typed(value, declared?.type) : value];
    }),
  );
}

function typed(text: string, type: string | undefined): unknown {
  if (type === 'integer' || type === 'number') {
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  }
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}
