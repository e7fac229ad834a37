// What the schema check finds, in words that somebody who never saw a JSON Schema understands.

import { didYouMean } from '@postroom/sdk/base';
import type { SettingPath } from '@postroom/sdk/settings';
import type { ErrorObject } from 'ajv';

/** A sentence for one failed keyword: what stands there, what is allowed. */
export function sentenceFor(failure: ErrorObject, path: SettingPath): string {
  const { keyword, data } = failure;
  const name = nameOf(path);
  const params = failure.params as Readonly<Record<string, unknown>>;
  const schema = (failure.parentSchema ?? {}) as Readonly<Record<string, unknown>>;
  const stands = `not ${shown(data, path)}`;
  switch (keyword) {
    case 'type':
      return `${name} must be ${typeWords(params['type'])}, ${stands}.`;
    case 'enum':
      return enumSentence(name, params['allowedValues'], data, path);
    case 'const':
      return `${name} must be ${JSON.stringify(params['allowedValue'])}, ${stands}.`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `${name} must be ${rangeWords(schema)}, ${stands}.`;
    case 'multipleOf':
      return `${name} must be a multiple of ${String(params['multipleOf'])}, ${stands}.`;
    case 'minLength':
      return `${name} needs at least ${counted(params['limit'], 'character')}.`;
    case 'maxLength':
      return `${name} may have at most ${counted(params['limit'], 'character')}.`;
    case 'pattern':
    case 'format':
      return formSentence(name, schema, keyword, params, stands);
    case 'minItems':
      return `${name} needs at least ${counted(params['limit'], 'entry')}.`;
    case 'maxItems':
      return `${name} may have at most ${counted(params['limit'], 'entry')}.`;
    case 'uniqueItems':
      return `${name} lists the same entry twice.`;
    case 'required':
      return `${name} lacks "${String(params['missingProperty'])}".`;
    case 'anyOf':
    case 'oneOf':
      return `${name} has none of the forms that are allowed${describe(schema)}.`;
    default:
      return `${name} ${failure.message ?? 'is wrong'}.`;
  }
}

function enumSentence(name: string, allowed: unknown, data: unknown, path: SettingPath): string {
  const values = Array.isArray(allowed) ? allowed : [];
  const texts = values.filter((each): each is string => typeof each === 'string');
  const guess = typeof data === 'string' && !looksSecret(path) ? didYouMean(data, texts) : '';
  return `${name} must be one of ${values.map((each) => JSON.stringify(each)).join(', ')}, not ${shown(data, path)}.${guess}`;
}

function formSentence(
  name: string,
  schema: Readonly<Record<string, unknown>>,
  keyword: string,
  params: Readonly<Record<string, unknown>>,
  stands: string,
): string {
  const words = schema['patternErrorMessage'] ?? schema['errorMessage'];
  if (typeof words === 'string') return `${name}: ${stands[0]?.toUpperCase()}${stands.slice(1)}. ${words}`;
  if (keyword === 'format') return `${name} must be ${formatWords(String(params['format']))}, ${stands}.`;
  return `${name} has not the form that is allowed${describe(schema) || ` (${String(params['pattern'])})`}.`;
}

function describe(schema: Readonly<Record<string, unknown>>): string {
  // What a hover says of the default and of restarts is another paragraph.
  const words = schema['description'] ?? schema['markdownDescription'];
  return typeof words === 'string' ? `: ${words.split('\n\n')[0]?.replace(/\.$/, '')}` : '';
}

function rangeWords(schema: Readonly<Record<string, unknown>>): string {
  const low = numberOf(schema['minimum'] ?? schema['exclusiveMinimum']);
  const high = numberOf(schema['maximum'] ?? schema['exclusiveMaximum']);
  const above = schema['minimum'] === undefined ? 'more than' : 'at least';
  const below = schema['maximum'] === undefined ? 'less than' : 'at most';
  if (low === undefined) return `${below} ${high}`;
  if (high === undefined) return `${above} ${low}`;
  return above === 'at least' && below === 'at most' ? `between ${low} and ${high}` : `${above} ${low} and ${below} ${high}`;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'a group in { }',
  null: 'null',
};

function typeWords(type: unknown): string {
  const types = Array.isArray(type) ? type : String(type).split(',');
  return types.map((each) => TYPES[String(each)] ?? String(each)).join(' or ');
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'an address as in mail@company.com',
  hostname: 'a host name as in pop.isp.example',
  ipv4: 'an IPv4 address as in 192.168.1.1',
  ipv6: 'an IPv6 address as in fd00::1',
  uri: 'a URL',
  date: 'a date as in 2024-12-31',
  time: 'a time of day',
  regex: 'a regular expression',
};

function formatWords(format: string): string {
  return FORMATS[format] ?? `of the form "${format}"`;
}

/** `1 character`, `20 characters` */
export function counted(limit: unknown, thing: 'character' | 'entry'): string {
  if (limit === 1) return `1 ${thing}`;
  return `${String(limit)} ${thing === 'entry' ? 'entries' : 'characters'}`;
}

/** The innermost name on the path, with the place in the list where it is an entry. */
function nameOf(path: SettingPath): string {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  if (typeof last === 'string') return `"${last}"`;
  const list = [...path].reverse().find((part) => typeof part === 'string');
  return `Entry ${last + 1} of "${list ?? ''}"`;
}

/** A wrong value as a sentence may show it: short, and never anything that could be a password. */
export function shown(value: unknown, path: SettingPath): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group';
  if (looksSecret(path)) return typeof value === 'string' ? 'this text' : 'this value';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

/** Whether somebody may have put a secret under this name, right or wrong. */
export function looksSecret(path: SettingPath): boolean {
  return path.some((part) => typeof part === 'string' && /passw|passphrase|(^|\.)pass$|secret|token|credential|pwd/i.test(part));
}
