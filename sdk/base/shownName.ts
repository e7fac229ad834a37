// Names that strangers chose, made fit for people's eyes.

/** A name as it may stand in a sentence or log line: short, and without control characters that a terminal would obey. */
export function shownName(name: string): string {
  const plain = name.replace(/[\p{C}\u2028\u2029]/gu, '?');
  return [...plain].length > 64 ? `${[...plain].slice(0, 64).join('')}...` : plain;
}
