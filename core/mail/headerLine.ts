// Writes header lines of our own: ASCII, folded, and with no way for text from outside to begin a line.
import { encodeHeaderText } from '@postroom/sdk/mail';

/** Characters of a line without its end (RFC 5322 section 2.1.1 recommends 78). */
const LINE_WIDTH = 76;

/** `Name: text`, folded at spaces, ended by CRLF. Text that is not printable ASCII is encoded (RFC 2047). */
export function headerLine(name: string, text: string): string {
  return foldedLine(`${name}: ${encodeHeaderText(text)}`);
}

/** Folds a finished line of printable ASCII at its spaces; CRLF ended. A single word that is too long stays whole. */
export function foldedLine(line: string): string {
  if (line.length <= LINE_WIDTH) return `${line}\r\n`;
  const parts: string[] = [];
  let start = 0;
  for (let at = foldAfter(line, start, LINE_WIDTH); at > 0; at = foldAfter(line, start, LINE_WIDTH - 1)) {
    parts.push(line.slice(start, at));
    start = at + 1;
  }
  parts.push(line.slice(start));
  return `${parts.filter((part) => part.trim() !== '').join('\r\n\t')}\r\n`;
}

/** The space at which the rest of the line is broken: the last one that leaves a part of `width`, else the next; -1 for none. */
function foldAfter(line: string, start: number, width: number): number {
  if (line.length - start <= width) return -1;
  const last = line.lastIndexOf(' ', start + width);
  return last > start ? last : line.indexOf(' ', start + width);
}

/** A host name, address or id for a Received line: everything that is no plain word becomes a hyphen. */
export function plainWord(text: string, longest = 255): string {
  return text.replace(/[^A-Za-z0-9._:[\]@+=/-]/g, '-').slice(0, longest) || 'unknown';
}
