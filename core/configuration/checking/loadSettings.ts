// From the text of settings.json to settings that can come into force, with every problem on the way. Pure.

import { withFewSuggestions } from '@postroom/sdk/base';
import type { SettingsProblem } from '@postroom/sdk/services';
import { groupOf, type SettingsValue, settingsOn } from '@postroom/sdk/settings';
import { hasErrors, MOST_PROBLEMS, pathText, type SettingsFinding } from '../problems/problems.js';
import type { SettingsSchema } from '../schema/schema.js';
import { parseDocument, renameKeys } from '../text/document.js';
import { checkLimits, type Limits } from './limits.js';
import { findRenames } from './migrate.js';
import { checkRules } from './rules.js';
import type { SettingsCheck } from './validate.js';

export interface LoadedSettings {
  readonly problems: readonly SettingsProblem[];
  /** With former keys renamed: what an edit starts from. */
  readonly text: string;
  /** What the text says, without defaults; `undefined` where it can't be read. */
  readonly written: unknown;
  /** What is to be in force; `undefined` where a problem is an error. */
  readonly good: GoodSettings | undefined;
}

/** Settings without an error, with the defaults. Both deeply frozen. */
export interface GoodSettings {
  /** As they count on this server. */
  readonly value: SettingsValue;
  /** As all servers share them: what each has for itself stands under `nodes`. */
  readonly shared: SettingsValue;
}

export interface LoadRules {
  /** This server's name. */
  readonly node: string;
  readonly schema: SettingsSchema;
  readonly check: SettingsCheck;
  /** The limits to hold against what was in force before; left out where no edition can be asked. */
  readonly limits?: Limits | undefined;
}

export function loadSettings(source: string, rules: LoadRules): LoadedSettings {
  return withFewSuggestions(() => load(source, rules));
}

function load(source: string, { node, schema, check, limits }: LoadRules): LoadedSettings {
  const original = parseDocument(source);
  if (original.value === undefined) return { problems: original.problems, text: source, written: undefined, good: undefined };
  const { renames, findings: renamed } = findRenames(original.value, schema);
  const text = renames.length === 0 ? source : renameKeys(source, renames);
  const document = renames.length === 0 ? original : parseDocument(text);
  const { findings, effective } = check(document.value);
  // What was said about a value already is not said again in other words.
  const told = new Set([...document.problems.map((each) => each.path), ...renamed.map((each) => pathText(each.path))]);
  const further: readonly SettingsFinding[] = [
    ...findings.filter((each) => !told.has(pathText(each.path))),
    ...checkRules(document.value, schema),
    ...(limits === undefined ? [] : checkLimits(document.value, schema, limits)),
  ];
  const [first, more] = fewest(further);
  const problems = [
    ...document.problems,
    ...renamed.slice(0, MOST_PROBLEMS).map((each) => original.place(each)),
    ...first.map((each) => document.place(each)),
  ].sort((one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0));
  const all = [...problems, ...more];
  return {
    problems: all,
    text,
    written: document.value,
    good: hasErrors(all) ? undefined : goodSettings(groupOf(effective), node, schema),
  };
}

function goodSettings(effective: SettingsValue, node: string, { properties }: SettingsSchema): GoodSettings {
  const shared = deepFreeze(effective);
  return { shared, value: deepFreeze(settingsOn(node, shared, properties)) };
}

/** The first ones, errors before warnings, and how many more there are. */
function fewest(findings: readonly SettingsFinding[]): readonly [readonly SettingsFinding[], readonly SettingsProblem[]] {
  if (findings.length <= MOST_PROBLEMS) return [findings, []];
  const sorted = [...findings.filter(({ severity }) => severity === 'error'), ...findings.filter(({ severity }) => severity === 'warning')];
  const rest = sorted.slice(MOST_PROBLEMS);
  const message = `And ${rest.length} more problems. Mend these first.`;
  return [sorted.slice(0, MOST_PROBLEMS), [{ severity: rest[0]?.severity ?? 'warning', path: '', message }]];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
