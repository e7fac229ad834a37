// A message that Postroom itself writes to people: plain text, marked as automatic (RFC 3834 section 5).
import { randomBytes } from 'node:crypto';
import { formatDateTime } from './dateTime.js';
import { foldedLine, headerLine, plainWord } from './headerLine.js';

export interface Notice {
  /** This server's host name. */
  readonly host: string;
  /** An address. */
  readonly to: string;
  readonly subject: string;
  readonly lines: readonly string[];
  readonly now: Date;
}

/** Octets in CRLF form. */
export function composeNotice({ host, to, subject, lines, now }: Notice): Uint8Array {
  const name = plainWord(host);
  const head = [
    foldedLine(`From: Postroom <MAILER-DAEMON@${name}>`),
    foldedLine(`To: <${to.replace(/[\s<>\p{Cc}]/gu, '')}>`),
    headerLine('Subject', subject),
    foldedLine(`Date: ${formatDateTime(now)}`),
    foldedLine(`Message-ID: <${randomBytes(12).toString('hex')}@${name}>`),
    'Auto-Submitted: auto-generated\r\n',
    'MIME-Version: 1.0\r\n',
    'Content-Type: text/plain; charset=utf-8\r\n',
    'Content-Transfer-Encoding: 8bit\r\n',
  ];
  return Buffer.from(`${head.join('')}\r\n${lines.join('\r\n')}\r\n`, 'utf8');
}
