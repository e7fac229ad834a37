// What the header of a message, or of a part, says of its content (RFC 2045). Pure, on octets as Latin-1 text.

export interface PartHeader {
  /** Lower case: `text/plain`. */
  readonly type: string;
  /** Of a multipart that names one. */
  readonly boundary: string | undefined;
  readonly charset: string | undefined;
  /** Lower case; `7bit` where none is named. */
  readonly encoding: string;
  /** What follows is a whole message, header and all. */
  readonly holdsMessage: boolean;
}

/** Encodings that change the octets. Unknown names (`7-bit`, `plain`) every reader takes for none at all. */
const ENCODED = /^(?:base64|quoted-printable|uuencode|x-.*)$/;
/** Of a boundary: RFC 2046 allows 70. */
const LONGEST_BOUNDARY = 2_000;

export function readPartHeader(lines: Buffer, otherwise: string): PartHeader {
  const fields = fieldsOf(lines.toString('latin1'));
  const content = fieldValue(fields, 'content-type');
  const type = (/^\s*([^\s;()]+\/[^\s;()]+)/.exec(withoutComments(content ?? ''))?.[1] ?? otherwise).toLowerCase();
  const encoding = /[^\s;]+/.exec(withoutComments(fieldValue(fields, 'content-transfer-encoding') ?? ''))?.[0]?.toLowerCase() ?? '7bit';
  const boundary = type.startsWith('multipart/') ? parameter(content ?? '', 'boundary') : undefined;
  return {
    type,
    boundary: boundary === '' || (boundary?.length ?? 0) > LONGEST_BOUNDARY ? undefined : boundary,
    charset: parameter(content ?? '', 'charset'),
    encoding,
    holdsMessage: /^message\/(?:rfc822|news)$/.test(type) && isPlain(encoding),
  };
}

/** Whether an encoding leaves the octets as they are. */
export function isPlain(encoding: string): boolean {
  return !ENCODED.test(encoding);
}

/** One field with its folded lines, or a line that is none. Line ends included. */
export interface HeaderLine {
  readonly text: string;
  /** Lower case; `undefined` for what is no field. */
  readonly name: string | undefined;
}

/** The fields of a header, in order, without the empty line behind them. */
export function fieldsOf(text: string): readonly HeaderLine[] {
  const fields: HeaderLine[] = [];
  let position = 0;
  while (position < text.length) {
    let end = lineEnd(text, position);
    if (/^\r?\n$/.test(text.slice(position, end))) break;
    while (end < text.length && (text[end] === ' ' || text[end] === '\t')) end = lineEnd(text, end);
    const field = text.slice(position, end);
    fields.push({ text: field, name: /^([!-9;-~]+)[ \t]*:/.exec(field.slice(0, MOST_NAME))?.[1]?.toLowerCase() });
    position = end;
  }
  return fields;
}

const MOST_NAME = 1_000;

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

function fieldValue(fields: readonly HeaderLine[], name: string): string | undefined {
  const field = fields.find((each) => each.name === name)?.text;
  return field?.slice(field.indexOf(':') + 1).replace(/\r?\n/g, '');
}

/** A parameter of Content-Type, without its quotes. */
function parameter(value: string, wanted: string): string | undefined {
  return parametersOf(value).find(({ name }) => name === wanted)?.value;
}

/** A parameter as it stands in the field, `;` not included. */
export interface Parameter {
  readonly start: number;
  readonly end: number;
  /** Lower case. */
  readonly name: string;
  /** Without quotes and backslashes. */
  readonly value: string;
}

/** What stands behind each `;` that is in no quotes and no comment. */
export function parametersOf(value: string): readonly Parameter[] {
  const found: Parameter[] = [];
  let start = skip(value, 0);
  while (start < value.length) {
    const end = skip(value, start + 1);
    const text = value.slice(start + 1, end);
    const equals = text.indexOf('=');
    if (equals !== -1) {
      const name = text.slice(0, equals).trim().toLowerCase();
      found.push({ start: start + 1, end, name, value: unquoted(text.slice(equals + 1).trim()) });
    }
    start = end;
  }
  return found;
}

/** Where the next `;` stands that counts. */
function skip(value: string, from: number): number {
  let isQuoted = false;
  let comments = 0;
  for (let at = from; at < value.length; at++) {
    const character = value[at];
    if (character === '\\' && (isQuoted || comments > 0)) at++;
    else if (character === '"' && comments === 0) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '(') comments++;
    else if (character === ')' && comments > 0) comments--;
    else if (character === ';' && comments === 0) return at;
  }
  return value.length;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return withoutComments(text).trim();
  let value = '';
  for (let at = 1; at < text.length && text[at] !== '"'; at++) {
    if (text[at] === '\\' && at + 1 < text.length) at++;
    value += text[at];
  }
  return value;
}

function withoutComments(text: string): string {
  let kept = '';
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')' && depth > 0) depth--;
    else if (depth === 0) kept += character;
  }
  return kept;
}
