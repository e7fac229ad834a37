// PostgreSQL has no room for U+0000 in a text: U+FFFD stands in its place.
export function plainText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** A statement's value with the texts in it as PostgreSQL takes them. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}
