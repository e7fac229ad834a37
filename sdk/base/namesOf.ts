// Lists of names in sentences, which stay short however many there are.

const SHOWN = 10;

/** `a, b, c`; of a long list the first ten and how many more there are. */
export function namesOf(names: readonly string[]): string {
  return names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
}
