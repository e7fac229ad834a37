// Writes header lines of our own: ASCII, folded, and with no way for text from outside to begin a line.
import { encodeHeaderText } from './encodedWords.js';

/** Characters of a line without its end (RFC 5322 section 2.1.1 recommends 78). */
const LINE_WIDTH = 76;

/** `Name: text`, folded at spaces, ended by CRLF. Text that is not printable ASCII is encoded (RFC 2047). */
export function headerLine(name: string, text: string): string {
  return foldedLine(`${name}: ${encodeHeaderText(text)}`);
}

/** Folds a finished line of printable ASCII at its spaces; CRLF ended. A single word that is too long stays whole. */
export function foldedLine(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > LINE_WIDTH) {
      lines.push(current);
      current = `\t${word}`;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return `${[...lines, current].filter((part) => part.trim() !== '').join('\r\n')}\r\n`;
}

/** A host name, address or id for a Received line: everything that is no plain word becomes a hyphen. */
export function plainWord(text: string, longest = 255): string {
  return text.replace(/[^A-Za-z0-9._:[\]@+=/-]/g, '-').slice(0, longest) || 'unknown';
}
