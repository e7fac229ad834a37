// Checks a value against the merged schema: every problem at once, as sentences, and the value with its defaults filled in.

import type { SettingScope } from '@postroom/sdk';
import { didYouMean, shellWord, shownName } from '@postroom/sdk/base';
import { NODES, nameProblem, nodeNameProblem, type SettingPath } from '@postroom/sdk/settings';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import { type JsonSchema, VOCABULARY } from '../../schemas/vocabulary.js';
import { error, type SettingsFinding, warning } from '../problems/problems.js';
import { looksSecret, sentenceFor } from '../problems/sentences.js';
import { leanSchema, usedKeys } from '../schema/leanSchema.js';
import type { SettingsSchema } from '../schema/schema.js';

/** The answer of a check. */
export interface Checked {
  readonly findings: readonly SettingsFinding[];
  /** A copy with the defaults filled in; sound only where no finding is an error. */
  readonly effective: unknown;
}

export type SettingsCheck = (value: unknown) => Checked;

/** Checks the values of strangers' properties in settings that are otherwise checked; fills in the defaults of their parts. */
export interface StrangerSettings {
  /** What each value fails, with places in the whole settings. */
  check(effective: unknown, schema: Pick<SettingsSchema, 'properties'>): readonly (readonly ErrorObject[])[];
}

// CommonJS: what TypeScript sees as the module's default is its `default` member at run time.
const addFormats = ajvFormats.default;

/** `trusting`: takes schemas for good, and fills defaults in. */
function makeAjv(trusting: boolean): Ajv {
  const ajv = new Ajv({
    // Each check runs a few times in a process; making its code fast would cost more than it saves.
    code: { optimize: false },
    allErrors: true,
    verbose: true,
    useDefaults: trusting,
    // The meta-schema takes longer to get ready than everything else.
    validateSchema: !trusting,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    logger: false,
  });
  addFormats(ajv);
  ajv.addVocabulary([...VOCABULARY]);
  return ajv;
}

/** Checks declarations one after the other: an Ajv takes tens of milliseconds to get ready, its meta-schema above all. */
let declarations: Ajv | undefined;

/** Whether a property's declaration is a schema that can be used; otherwise what is wrong with it. For those of the product, which tests hold against it. */
export function schemaProblem(schema: JsonSchema): string | undefined {
  try {
    declarations ??= makeAjv(false);
    const validate = declarations.compile(schema);
    declarations.removeSchema(schema);
    if (!('default' in schema) || validate(schema['default'])) return undefined;
    return `its default does not fit it (${validate.errors?.[0]?.message ?? 'unknown reason'}).`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** What is wrong with a value by a schema that schemaProblem() has found to be one; `undefined` where nothing is. */
export function valueProblem(schema: JsonSchema, value: unknown): string | undefined {
  declarations ??= makeAjv(false);
  const validate = declarations.compile(schema);
  declarations.removeSchema(schema);
  if (validate(value)) return undefined;
  const [first] = validate.errors ?? [];
  return `${first?.instancePath ?? ''} ${first?.message ?? 'it does not fit its schema'}`.trim();
}

/**
 * Makes the check. What no text has used so far is not compiled: a file names few of some two hundred properties, and compiling takes far longer than
 * checking. The declarations must be good, which schemaProblem() tells. `strangers` checks the values of strangers' properties.
 */
export function compileCheck(schema: SettingsSchema, strangers?: StrangerSettings): SettingsCheck {
  const compiled = new Set<string>();
  let validate: ValidateFunction | undefined;
  return (value) => {
    const fresh = [...usedKeys(value)].filter((key) => schema.properties.has(key) && !compiled.has(key));
    if (validate === undefined || fresh.length > 0) {
      for (const key of fresh) compiled.add(key);
      validate = makeAjv(true).compile(leanSchema(schema, compiled));
    }
    const effective = structuredClone(value);
    validate(effective);
    const findings = findingsOf(validate.errors ?? [], schema, effective);
    const further = strangers?.check(effective, schema) ?? [];
    return { findings: [...findings, ...further.flatMap((failures) => findingsOf(failures, schema, effective))], effective };
  };
}

/** What fails beyond these is not looked at: each is compared with the others. */
const MOST_FAILURES = 1_000;

function findingsOf(all: readonly ErrorObject[], schema: SettingsSchema, root: unknown): readonly SettingsFinding[] {
  const failures = all.slice(0, MOST_FAILURES);
  // Where no branch of a choice fits, what each branch lacks would only confuse.
  const choices = failures.filter((each) => each.keyword === 'anyOf' || each.keyword === 'oneOf');
  const inChoice = (each: ErrorObject): boolean =>
    choices.some(
      (choice) =>
        each !== choice && each.schemaPath.startsWith(`${choice.schemaPath}/`) && each.instancePath.startsWith(choice.instancePath),
    );
  // A list of what is allowed says more than the type.
  const isListed = (each: ErrorObject): boolean =>
    each.keyword === 'type' && failures.some((other) => other.keyword === 'enum' && other.instancePath === each.instancePath);
  return failures
    .filter((each) => !inChoice(each) && !isListed(each) && each.propertyName === undefined)
    .flatMap((each) => findingOf(each, schema, pathOf(each.instancePath, root)));
}

function findingOf(failure: ErrorObject, schema: SettingsSchema, path: SettingPath): readonly SettingsFinding[] {
  const params = failure.params as Readonly<Record<string, unknown>>;
  if (failure.keyword === 'propertyNames') {
    const name = String(params['propertyName']);
    const problem = groupNameProblem(path, name);
    return [
      { severity: 'error', path: [...path, name], atKey: true, message: problem ?? `"${shownName(name)}" is not allowed as a name here.` },
    ];
  }
  if (failure.keyword === 'additionalProperties') {
    return [{ ...unknownKey(path, String(params['additionalProperty']), failure, schema), atKey: true }];
  }
  // Follows from the branch that failed, which is reported by itself.
  if (failure.keyword === 'if') return [];
  return [error(path, sentenceFor(failure, path))];
}

/** What is wrong with a name in a group of accounts, users or servers. */
function groupNameProblem(path: SettingPath, name: string): string | undefined {
  if (path.length === 1 && path[0] === NODES) return nodeNameProblem(name);
  if (path.length === 1 && path[0] === 'accounts') return nameProblem('account', name);
  return path.length === 3 && path[0] === 'accounts' && path[2] === 'users' ? nameProblem('user', name) : undefined;
}

type Level = 'server' | 'account' | 'user' | 'node';
const LEVEL_WORDS: Readonly<Record<SettingScope, string>> = {
  server: 'at the top of the file',
  account: 'inside an account',
  user: 'inside a user',
  boot: 'to boot.json',
};

/** What the top of the file holds beside properties. */
const TOP_GROUPS: readonly string[] = ['accounts', NODES];

/** Where properties of the merged schema stand; `undefined` further inside, where a plugin's own schema speaks. */
function levelOf(path: SettingPath): Level | undefined {
  if (path.length === 0) return 'server';
  if (path[0] === NODES && path.length === 2) return 'node';
  if (path[0] !== 'accounts') return undefined;
  if (path.length === 2) return 'account';
  return path.length === 4 && path[2] === 'users' ? 'user' : undefined;
}

function unknownKey(path: SettingPath, key: string, failure: ErrorObject, schema: SettingsSchema): SettingsFinding {
  const here = [...path, key];
  const level = levelOf(path);
  const known = Object.keys((failure.parentSchema?.['properties'] ?? {}) as object).filter((each) => each !== '$schema');
  if (level === undefined) {
    return error(here, `"${shownName(key)}" is unknown here.${didYouMean(key, known) || allowedNames(known)}`);
  }
  const declared = schema.properties.get(key);
  if (declared?.schema.secret === true) return error(here, secretSentence(key, path));
  if (level === 'user' && looksSecret([key])) return error(here, passwordSentence(key, path));
  if (looksSecret([key])) {
    const guess = didYouMean(
      key,
      [...schema.properties.values()].filter((each) => each.schema.secret === true).map((each) => each.key),
    );
    return error(here, `"${shownName(key)}" is unknown, and secrets never stand in settings.json. Take it out.${guess}`);
  }
  if (level === 'node' && (declared?.scope === 'server' || TOP_GROUPS.includes(key)))
    return warning(here, `"${key}" has no effect here: it is the same on all servers, and belongs ${LEVEL_WORDS.server}.`);
  if (declared !== undefined) return warning(here, `"${key}" has no effect here: it belongs ${LEVEL_WORDS[declared.scope]}.`);
  return warning(here, `"${shownName(key)}" is not a setting that any installed plugin knows; it has no effect.${didYouMean(key, known)}`);
}

function allowedNames(known: readonly string[]): string {
  return known.length === 0 || known.length > 12 ? '' : ` Known are ${known.map((each) => `"${each}"`).join(', ')}.`;
}

/** How a secret setting is set, to end a sentence with. `account` for one of scope `account`. */
export function howToSetSecret(key: string, account?: string): string {
  return account === undefined
    ? 'set it in the manager'
    : `set it in the manager or with "postroom accounts set-password ${shellWord(account)} --key ${key}"`;
}

function secretSentence(key: string, path: SettingPath): string {
  const account = path[0] === 'accounts' && typeof path[1] === 'string' ? path[1] : undefined;
  return `"${key}" is a secret and never stands in settings.json. Take it out, and ${howToSetSecret(key, account)}.`;
}

function passwordSentence(key: string, path: SettingPath): string {
  const [, account, , user] = path;
  return `Passwords never stand in settings.json. Take "${shownName(key)}" out, and set it in the manager or with "postroom users set-password ${shellWord(String(account ?? ''))} ${shellWord(String(user ?? ''))}".`;
}

/** A JSON Pointer (RFC 6901) as ajv writes it. Digits are a place only where the value is a list: users may be called 7 too. */
function pathOf(pointer: string, root: unknown): SettingPath {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => {
      const step = Array.isArray(value) ? Number(part) : part;
      value = (value as Readonly<Record<string | number, unknown>> | undefined)?.[step];
      return step;
    });
}
