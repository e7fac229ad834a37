// How POP3 writes messages (RFC 1939 section 3): lines end in CRLF, a line that begins with a dot gets a second one.
import { Buffer } from 'node:buffer';

/** A message as RETR sends it, without the final dot. Only what follows CRLF counts as a line; bare LF stays as it is. */
export function dotStuffed(octets: Buffer): Buffer {
  const text = octets.toString('latin1');
  const ended = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  return Buffer.from(ended.replace(/(^|\r\n)\./g, '$1..'), 'latin1');
}

/** The header, the empty line and the first `lines` lines of the body, for TOP. */
export function topOf(octets: Buffer, lines: number): Buffer {
  const text = octets.toString('latin1');
  const headerEnd = text.startsWith('\r\n') ? 2 : text.indexOf('\r\n\r\n') + 4;
  if (headerEnd === 3) return octets;
  let end = headerEnd;
  for (let taken = 0; taken < lines && end < text.length; taken += 1) {
    const lineEnd = text.indexOf('\r\n', end);
    end = lineEnd < 0 ? text.length : lineEnd + 2;
  }
  return octets.subarray(0, end);
}
