// The forms in which people and their programs write a name. Pure text: who has the name is another file's question.
import { cleanName, foldCase } from '@postroom/sdk';

const TITLES = /^(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|hr|fr|monsieur|madame|mme|m|sig|sra?|sir)\.?\s+/iu;

/** Two names are the same where their keys are: width, compatibility forms, case and invisible characters do not count. */
export function nameKey(name: string): string {
  return foldCase(cleanName(name));
}

/** The same without accents, for names that lost or damaged theirs on the way. The last resort. */
export function plainKey(name: string): string {
  return nameKey(name).normalize('NFD').replace(/\p{M}/gu, '');
}

/** The name as it stands, then with quotes, a bracketed suffix, a title and a full stop taken off: `Mr. "andrew" (office).` Plainest last. */
export function plainForms(name: string): readonly string[] {
  const forms = [cleanName(name)];
  const add = (form: string): void => {
    const cleaned = cleanName(form);
    if (cleaned !== '' && !forms.includes(cleaned)) forms.push(cleaned);
  };
  add(withoutBrackets(forms.at(-1) ?? ''));
  add((forms.at(-1) ?? '').replace(/[.,;:]+$/u, ''));
  add((forms.at(-1) ?? '').replace(TITLES, ''));
  return forms;
}

/** Cuts a bracketed suffix, without backtracking: the name may be as long as a header. */
function withoutBrackets(name: string): string {
  const opening: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  const bracket = opening[name.replace(/[.\s]$/u, '').at(-1) ?? ''];
  const start = bracket === undefined ? -1 : name.lastIndexOf(bracket);
  return start > 0 ? name.slice(0, start) : name;
}

/** The words of a name, as keys: `Smith, Andrew` gives `smith` and `andrew`. */
export function nameWords(name: string): readonly string[] {
  return nameKey(name)
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');
}

/** Whether `part`'s words stand one behind the other in `words`. */
export function containsWords(words: readonly string[], part: readonly string[]): boolean {
  if (part.length === 0) return false;
  return words.some((_, start) => part.every((word, offset) => words[start + offset] === word));
}

// Cyrillic and Greek letters that look like Latin ones.
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    һ: 'h',
    і: 'i',
    ј: 'j',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    ѕ: 's',
    т: 't',
    у: 'y',
    х: 'x',
    α: 'a',
    ε: 'e',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
  }),
);

/** The key with letters of other alphabets replaced by the Latin ones that they look like. For a hint, never for a match: that would let anybody pass as anybody. */
export function lookalikeKey(name: string): string {
  return Array.from(nameKey(name), (letter) => LOOKALIKES.get(letter) ?? letter).join('');
}
