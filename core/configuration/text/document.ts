// settings.json as text: JSON with comments, read with the place of everything in it, edited without touching the rest.

import { NOT_UTF8, shownName } from '@postroom/sdk/base';
import type { SettingEdit } from '@postroom/sdk/services';
import { LARGEST_SETTINGS_TEXT, type SettingsProblem } from '@postroom/sdk/services';
import { POLLUTING_KEYS, type SettingPath } from '@postroom/sdk/settings';
import {
  applyEdits as applyTextEdits,
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { error, MOST_PROBLEMS, pathText, type SettingsFinding } from '../problems/problems.js';
import { removeValue, setValue } from './textEdits.js';

const DEEPEST_NESTING = 64;
/** Names, values and signs; twenty accounts of 64 users take half of them. */
const MOST_TOKENS = 100_000;
const BOM = '\uFEFF';

/** A text that was read. */
export interface SettingsDocument {
  /** The value, `undefined` where the text is not JSON. */
  readonly value: unknown;
  /** Syntax errors, duplicate and forbidden keys, numbers beyond the range. */
  readonly problems: readonly SettingsProblem[];
  /** Adds line and column of the nearest thing that exists on the way to the finding's path. */
  place(finding: SettingsFinding): SettingsProblem;
}

/** Reads a text. Never throws, however broken the text is. */
export function parseDocument(source: string): SettingsDocument {
  const text = source.startsWith(BOM) ? source.slice(1) : source;
  const refusal = refuse(text);
  if (refusal !== undefined) return unreadable([refusal]);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const lines = lineStarts(text);
  if (root === undefined) return unreadable([toProblem(error([], 'The file is empty; it needs at least {}.'))]);
  // One slip makes many followers: only the first one is sure.
  const [slip] = errors;
  if (slip !== undefined) return unreadable([at(lines, slip.offset, error([], syntaxSentence(printParseErrorCode(slip.error))))]);
  const found: SettingsProblem[] = [];
  const value = plainValue(root, [], (node, finding) => {
    if (found.length < MOST_PROBLEMS) found.push(at(lines, node.offset, finding));
  });
  return { value, problems: found, place: (finding) => at(lines, offsetOf(root, finding), finding) };
}

/** Changes values in a text and leaves comments, order and line ends alone. The text must be free of syntax errors. */
export function applyEdits(source: string, edits: readonly SettingEdit[]): string {
  const bom = source.startsWith(BOM) ? BOM : '';
  const eol = source.includes('\r\n') ? '\r\n' : '\n';
  const formattingOptions = { insertSpaces: !/^\t/m.test(source), tabSize: 2, eol };
  let text = source.slice(bom.length);
  for (const { path, value } of edits)
    text = value === undefined ? removeValue(text, path) : setValue(text, path, value, formattingOptions);
  return bom + text;
}

/** Gives keys another name in place: the value, its comments and every line stay where they are. */
export function renameKeys(source: string, renames: readonly { readonly path: SettingPath; readonly to: string }[]): string {
  const bom = source.startsWith(BOM) ? BOM : '';
  const text = source.slice(bom.length);
  const root = parseTree(text, [], { allowTrailingComma: true });
  const edits = renames.flatMap(({ path, to }) => {
    const key = root && findNodeAtLocation(root, [...path])?.parent?.children?.[0];
    return key === undefined ? [] : [{ offset: key.offset, length: key.length, content: JSON.stringify(to) }];
  });
  return bom + applyTextEdits(text, edits);
}

function unreadable(problems: readonly SettingsProblem[]): SettingsDocument {
  return { value: undefined, problems, place: toProblem };
}

/** Texts that would cost too much to parse. The parser calls itself for every level: depth is counted before, without recursion. */
function refuse(text: string): SettingsProblem | undefined {
  const octets = Buffer.byteLength(text);
  if (octets > LARGEST_SETTINGS_TEXT) {
    return toProblem(error([], `The file has ${octets} octets; more than ${LARGEST_SETTINGS_TEXT} are not read.`));
  }
  // UTF-16 without a mark at its beginning passes for UTF-8, with NULs between the letters.
  if (text.includes('\0')) return toProblem(error([], NOT_UTF8));
  const scanner = createScanner(text, true);
  let depth = 0;
  let tokens = 0;
  // 1-4 are the tokens { } [ ], 17 the end: the parser's own enumeration exists at compile time only.
  for (let token: number = scanner.scan(); token !== 17; token = scanner.scan()) {
    if (token === 1 || token === 3) depth++;
    else if (token === 2 || token === 4) depth--;
    tokens++;
    if (tokens > MOST_TOKENS) return toProblem(error([], 'The file holds more names and values than settings ever have; it is not read.'));
    if (depth > DEEPEST_NESTING) {
      const place = { line: scanner.getTokenStartLine() + 1, column: scanner.getTokenStartCharacter() + 1 };
      return { ...toProblem(error([], `More than ${DEEPEST_NESTING} brackets are open here; settings are never that deep.`)), ...place };
    }
  }
  return undefined;
}

function plainValue(node: Node, path: SettingPath, report: (node: Node, finding: SettingsFinding) => void): unknown {
  if (node.type === 'array') return (node.children ?? []).map((child, index) => plainValue(child, [...path, index], report));
  if (node.type === 'object') return objectOf(node, path, report);
  if (node.type === 'number' && !Number.isFinite(node.value)) {
    report(node, error(path, 'The number is beyond the range of numbers.'));
  }
  return node.value as unknown;
}

function objectOf(node: Node, path: SettingPath, report: (node: Node, finding: SettingsFinding) => void): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const property of node.children ?? []) {
    const [keyNode, valueNode] = property.children ?? [];
    if (keyNode === undefined || valueNode === undefined) continue;
    const key = String(keyNode.value);
    if (POLLUTING_KEYS.has(key)) report(keyNode, error(path, `The name "${key}" is refused wherever it stands. Take it out.`));
    else if (Object.hasOwn(value, key)) {
      report(keyNode, error([...path, key], `"${shownName(key)}" stands here twice, and only one can count. Take one of them out.`));
    } else value[key] = plainValue(valueNode, [...path, key], report);
  }
  return value;
}

function offsetOf(root: Node, { path, atKey }: SettingsFinding): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
    if (node === undefined) continue;
    // What is missing inside a value is looked for at its name.
    const wantsKey = atKey === true || length < path.length || node.type === 'object';
    return wantsKey && node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return root.offset;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

function at(lines: readonly number[], offset: number, finding: SettingsFinding): SettingsProblem {
  const line = lineOf(lines, offset);
  return { ...toProblem(finding), line, column: offset - (lines[line - 1] ?? 0) + 1 };
}

/** How many lines begin at or before an offset. */
function lineOf(lines: readonly number[], offset: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function toProblem({ severity, path, message }: SettingsFinding): SettingsProblem {
  return { severity, path: pathText(path), message };
}

const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is neither a value nor a name. Text needs "double quotes".',
  InvalidNumberFormat: 'This is not a number as JSON writes it.',
  PropertyNameExpected: 'A name in "double quotes" is expected here.',
  ValueExpected: 'A value is expected here.',
  ColonExpected: 'A colon is expected between the name and its value.',
  CommaExpected: 'A comma is missing before this.',
  CloseBraceExpected: 'A closing } is missing before this.',
  CloseBracketExpected: 'A closing ] is missing before this.',
  EndOfFileExpected: 'The settings end before this; there is a bracket too many, or text behind the last one.',
  UnexpectedEndOfComment: 'A comment that begins with /* is never closed with */.',
  UnexpectedEndOfString: 'The closing quote of a text is missing.',
  UnexpectedEndOfNumber: 'A number ends too early.',
  InvalidUnicode: 'A \\u needs four hexadecimal digits behind it.',
  InvalidEscapeCharacter: 'After a backslash only " \\ / b f n r t u are allowed; write \\\\ for the backslash itself.',
  InvalidCharacter: 'There is a control character inside a text; write it as \\n, \\t or \\uXXXX.',
};

function syntaxSentence(code: string): string {
  return SYNTAX[code] ?? 'This is not JSON.';
}
