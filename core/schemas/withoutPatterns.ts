// What others get to see of a stranger's schema: browsers, editors and the command line match patterns by JavaScript's own engine, which a pattern
// can keep busy for ever. It allows whatever the whole schema allows; the server, which has the whole one, decides.
import { HOLDS_LIST, HOLDS_NAMED, HOLDS_ONE, isSchemaGroup, type Schema } from './schemaParts.js';

/** Keywords that refuse more where the schemas in them refuse less. */
const CONTRARY = new Set(['not', 'oneOf', 'if', 'then', 'else']);

/** The schema without its patterns, and without what would mean something else then. Not for schemas beyond the limits. */
export function withoutPatterns<S extends Schema>(schema: S): S {
  return (hasPattern(schema) ? cleaned(schema) : schema) as S;
}

function cleaned(value: unknown): unknown {
  if (!isSchemaGroup(value)) return value;
  const isContrary = [...CONTRARY].some((keyword) => [value[keyword]].flat().some(hasPattern));
  const entries = Object.entries(value).flatMap(([keyword, held]): [string, unknown][] => {
    if (keyword === 'pattern' || keyword === 'patternErrorMessage' || keyword === 'patternProperties') return [];
    // Names that a pattern allows would be further names.
    if (keyword === 'additionalProperties' && 'patternProperties' in value) return [];
    if (isContrary && CONTRARY.has(keyword)) return [];
    return [[keyword, cleanedPart(keyword, held)]];
  });
  return Object.fromEntries(entries);
}

function cleanedPart(keyword: string, held: unknown): unknown {
  if (Array.isArray(held) && HOLDS_LIST.has(keyword)) return held.map(cleaned);
  if (HOLDS_ONE.has(keyword)) return cleaned(held);
  if (!HOLDS_NAMED.has(keyword) || !isSchemaGroup(held)) return held;
  return Object.fromEntries(Object.entries(held).map(([name, each]) => [name, cleaned(each)]));
}

function hasPattern(value: unknown): boolean {
  if (!isSchemaGroup(value)) return false;
  return Object.entries(value).some(([keyword, held]) => {
    if (keyword === 'pattern' || keyword === 'patternProperties') return true;
    if (Array.isArray(held) && HOLDS_LIST.has(keyword)) return held.some(hasPattern);
    if (HOLDS_ONE.has(keyword)) return hasPattern(held);
    return HOLDS_NAMED.has(keyword) && isSchemaGroup(held) && Object.values(held).some(hasPattern);
  });
}
