// Commands that a sentence proposes can be copied as they stand.

/** A name or path as one word of a command line, in quotes where it needs them. */
export function shellWord(text: string): string {
  if (/^[\p{L}\p{N}_.@%+=:,/-]+$/u.test(text)) return text;
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
