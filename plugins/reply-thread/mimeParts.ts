// The parts of a delivery report, decoded (RFC 2046, RFC 6522). Reports are often damaged: what cannot be taken apart is text. Pure, bounded, linear.
import { textOfHtml } from './htmlText.js';
import { decoded } from './transferDecoding.js';

/** Octets as Latin-1 text, with the fields that say how to read them. */
export interface Entity {
  readonly type: string;
  readonly encoding: string;
  readonly text: string;
}

/**
 * What a part is to a report: `report` for programs (message/delivery-status, message/disposition-notification), `returned` a message that comes back or
 * its header, `text` for people, HTML without its tags.
 */
export interface ReportPart {
  readonly kind: 'report' | 'returned' | 'text';
  readonly text: string;
}

/** Multiparts within each other, and all parts of a message: what is beyond is not read. */
export const MOST_DEPTH = 10;
export const MOST_PARTS = 100;

const REPORT = /^message\/(?:global-)?(?:delivery-status|disposition-notification)$|^message\/feedback-report$/;
const RETURNED = /^(?:message\/(?:rfc822|global|rfc822-headers|global-headers|news)|text\/rfc822(?:-headers)?)$/;
const NO_TEXT = /^(?:image|audio|video|font)\//;

/** In the order of the message. */
export function partsOf(entity: Entity): readonly ReportPart[] {
  const found: ReportPart[] = [];
  collect(entity, MOST_DEPTH, found);
  return found;
}

/** A message, or a part of one: header, empty line, body. */
export function entityIn(text: string): Entity {
  const { header, body } = splitMessage(text);
  return { type: fieldIn(header, 'content-type'), encoding: fieldIn(header, 'content-transfer-encoding'), text: body };
}

/** `header` is unfolded. Where the empty line is missing that ends it, all of it may be either. */
function splitMessage(text: string): { readonly header: string; readonly body: string } {
  const end = /(?:^|\n)\r?\n/.exec(text);
  const [header, body] = end === null ? [text, text] : [text.slice(0, end.index), text.slice(end.index + end[0].length)];
  return { header: header.replace(/\r?\n[ \t]+/g, ' '), body };
}

function fieldIn(header: string, name: string): string {
  const line = header
    .split('\n')
    .find((each) => each.slice(0, name.length).toLowerCase() === name && /^[ \t]*:/.test(each.slice(name.length)));
  return line === undefined ? '' : line.slice(line.indexOf(':') + 1).trim();
}

function collect(entity: Entity, depth: number, found: ReportPart[]): void {
  const type = typeOf(entity.type);
  const children = type.startsWith('multipart/') ? childrenOf(entity) : [];
  if (children.length > 0 && depth > 0) {
    for (const child of children) if (found.length < MOST_PARTS) collect(entityIn(child), depth - 1, found);
    return;
  }
  if (NO_TEXT.test(type)) return;
  const text = decoded(entity.text, entity.encoding);
  if (REPORT.test(type)) found.push({ kind: 'report', text });
  else if (RETURNED.test(type)) found.push({ kind: 'returned', text });
  else found.push({ kind: 'text', text: type === 'text/html' ? textOfHtml(text) : text });
}

/** Type and subtype in lower case; `text/plain` where there are none (RFC 2045 section 5.2). */
export function typeOf(contentType: string): string {
  return /^\s*([\w.+-]+\/[\w.+-]+)/.exec(contentType)?.[1]?.toLowerCase() ?? 'text/plain';
}

function childrenOf({ type, text }: Entity): readonly string[] {
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(type) ?? [];
  const boundary = (quoted ?? plain ?? '').trimEnd();
  if (boundary === '') return [];
  const children: string[] = [];
  let start: number | undefined;
  for (let at = 0; at <= text.length && children.length <= MOST_PARTS; ) {
    const next = text.indexOf('\n', at);
    const line = text.slice(at, next < 0 ? text.length : next);
    const behind = line.startsWith(`--${boundary}`) ? line.slice(boundary.length + 2).trimEnd() : undefined;
    if (behind === '' || behind === '--') {
      if (start !== undefined) children.push(text.slice(start, at));
      start = behind === '' && next >= 0 ? next + 1 : undefined;
    }
    if (next < 0) break;
    at = next + 1;
  }
  if (start !== undefined) children.push(text.slice(start));
  return children;
}
