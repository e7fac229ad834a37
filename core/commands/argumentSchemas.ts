// What commands take, as JSON Schema.

export function args(properties: Record<string, object>, required: readonly string[] = []): Readonly<Record<string, unknown>> {
  return { properties, required };
}
