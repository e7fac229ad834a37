// PostgreSQL has no room for U+0000 in a text: U+FFFD stands in its place.
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** A statement's value with the texts in it as PostgreSQL takes them. */
export function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  return Array.isArray(value) ? value.map(storableValue) : value;
}
