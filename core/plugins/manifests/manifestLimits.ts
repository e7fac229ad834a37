// How large and how deep a stranger's manifest may be, before anything looks into it: what reads, shows and merges manifests goes through them level
// by level, and prints their texts on terminals.

/** Groups and lists inside each other. */
export const MOST_MANIFEST_DEPTH = 40;
/** Values in all. */
export const MOST_MANIFEST_VALUES = 20_000;

/** Line ends and tabs are text; what else a terminal obeys is not. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
/** Parts that are shown to people. */
const SHOWN: ReadonlySet<string> = new Set(['displayName', 'description', 'version', 'contributes']);

interface Part {
  readonly value: unknown;
  readonly depth: number;
  readonly isShown: boolean;
}

/** What is wrong with a parsed manifest as a whole, as a sentence. Pure; needs no stack however deep it is. */
export function manifestLimitProblem(manifest: unknown): string | undefined {
  const waiting: Part[] = [{ value: manifest, depth: 0, isShown: false }];
  let values = 0;
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const { value, depth, isShown } = part;
    values += 1;
    if (values > MOST_MANIFEST_VALUES) return `package.json holds more than ${MOST_MANIFEST_VALUES} values; a manifest is small.`;
    if (depth > MOST_MANIFEST_DEPTH) return `package.json is nested more than ${MOST_MANIFEST_DEPTH} deep; a manifest is flat.`;
    if (isShown && typeof value === 'string' && CONTROL.test(value)) return controlSentence(value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, each] of Object.entries(value)) {
      const shown = depth === 0 ? SHOWN.has(key) : isShown;
      if (shown && CONTROL.test(key)) return controlSentence(key);
      waiting.push({ value: each, depth: depth + 1, isShown: shown });
    }
  }
  return undefined;
}

function controlSentence(text: string): string {
  return `package.json holds a control character in ${JSON.stringify(text.slice(0, 40))}: terminals would obey it. Take it out.`;
}
