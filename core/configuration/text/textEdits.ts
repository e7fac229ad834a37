// Single changes of a JSON text with comments. A comment stays with the line that it was written on, which jsonc-parser's own
// insertions and removals don't see to: they take the comments between two properties along.

import type { SettingPath } from '@postroom/sdk/settings';
import { applyEdits, createScanner, type FormattingOptions, findNodeAtLocation, modify, type Node, parseTree } from 'jsonc-parser';

/** The scanner's tokens; the enumeration itself exists at compile time only. */
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const TRIVIA = 15;

/** Sets a value, with the groups on the way to it. Throws where the path leads through something that is no group or list. */
export function setValue(text: string, path: SettingPath, value: unknown, format: FormattingOptions): string {
  const root = rootOf(text);
  const group = root && lastGroup(root, path);
  const last = group?.node.children?.at(-1);
  if (group === undefined || last === undefined || group.depth === path.length) {
    return applyEdits(text, modify(text, [...path], value, { formattingOptions: format }));
  }
  const nested = path.slice(group.depth + 1).reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
  return append(text, last, String(path[group.depth]), nested, format);
}

/** Removes a property or an entry with its own line; does nothing where there is none. */
export function removeValue(text: string, path: SettingPath): string {
  const root = rootOf(text);
  const value = root && findNodeAtLocation(root, [...path]);
  const item = value?.parent?.type === 'property' ? value.parent : value;
  const siblings = item?.parent?.children;
  if (item === undefined || siblings === undefined) return text;
  const end = item.offset + item.length;
  const comma = commaAfter(text, end);
  const before = siblings[siblings.indexOf(item) - 1];
  // The last one takes the comma of the one before along.
  const formerComma = comma === undefined && before !== undefined ? commaAfter(text, before.offset + before.length) : undefined;
  const [from, to] = wholeLine(text, item.offset, comma === undefined ? end : comma + 1);
  const shortened = text.slice(0, from) + text.slice(to);
  return formerComma === undefined ? shortened : shortened.slice(0, formerComma) + shortened.slice(formerComma + 1);
}

function rootOf(text: string): Node | undefined {
  return parseTree(text, [], { allowTrailingComma: true });
}

/** The innermost group on the way to `path` that is there, where the next step names a new property of it. */
function lastGroup(root: Node, path: SettingPath): { readonly node: Node; readonly depth: number } | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(root, path.slice(0, depth) as (string | number)[]);
    if (node === undefined) continue;
    return node.type === 'object' || depth === path.length ? { node, depth } : undefined;
  }
  return undefined;
}

/** A property behind the last one of a group: its comma before the comments of that line, itself behind them. */
function append(text: string, last: Node, key: string, value: unknown, format: FormattingOptions): string {
  const end = last.offset + last.length;
  const comma = commaAfter(text, end);
  const lineStart = text.lastIndexOf('\n', last.offset) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, last.offset))?.[0] ?? '';
  const eol = format.eol ?? '\n';
  const step = format.insertSpaces === true ? ' '.repeat(format.tabSize ?? 2) : '\t';
  const { end: behind, ofLine } = comments(text, comma === undefined ? end : comma + 1);
  // Behind a comment that takes the rest of its line nothing may stand on that line.
  const ownLines = ofLine || (indent.length === last.offset - lineStart && lineStart > 0);
  const json = JSON.stringify(value, undefined, ownLines ? step : undefined).replaceAll('\n', `${eol}${indent}`);
  const property = `${ownLines ? `${eol}${indent}` : ' '}${JSON.stringify(key)}: ${json}${comma === undefined ? '' : ','}`;
  return text.slice(0, end) + (comma === undefined ? ',' : '') + text.slice(end, behind) + property + text.slice(behind);
}

/** Where the comma behind a value stands; comments may come between. */
function commaAfter(text: string, end: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(end);
  let token: number = scanner.scan();
  while (token === LINE_COMMENT || token === BLOCK_COMMENT) token = scanner.scan();
  return token === COMMA ? scanner.getTokenOffset() : undefined;
}

/** The end of the comments that follow on the same line, the given place where there are none; and whether the last one takes the whole line. */
function comments(text: string, start: number): { readonly end: number; readonly ofLine: boolean } {
  const scanner = createScanner(text, false);
  scanner.setPosition(start);
  let end = start;
  let ofLine = false;
  for (let token: number = scanner.scan(); token === TRIVIA || token === LINE_COMMENT || token === BLOCK_COMMENT; token = scanner.scan()) {
    if (token === TRIVIA) continue;
    end = scanner.getPosition();
    ofLine = token === LINE_COMMENT;
  }
  return { end, ofLine };
}

/** Widens a range to its line with the comment behind it, where nothing else stands on that line. */
function wholeLine(text: string, from: number, to: number): readonly [from: number, to: number] {
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const isFirst = text.slice(lineStart, from).trim() === '';
  const rest = /^[ \t]*(?:\/\/[^\r\n]*|\/\*(?:(?!\*\/)[^\r\n])*\*\/[ \t]*)?(?:\r?\n)/.exec(text.slice(to));
  if (isFirst && rest !== null) return [lineStart, to + rest[0].length];
  return [from, to + (/^[ \t]*/.exec(text.slice(to))?.[0].length ?? 0)];
}
