// Mail that the server writes to ADMIN1 about itself: plain words, no original behind it.
import { randomBytes } from 'node:crypto';
import { formatDateTime } from './dateTime.js';
import { foldedLine, headerLine, plainWord } from './headerLine.js';

export interface AdminNotice {
  /** This server's host name. */
  readonly host: string;
  readonly subject: string;
  /** Without line ends. */
  readonly lines: readonly string[];
  readonly now: Date;
}

/** In CRLF form. */
export function composeAdminNotice({ host, subject, lines, now }: AdminNotice): Uint8Array {
  const name = plainWord(host);
  const head = [
    foldedLine(`From: Postroom <MAILER-DAEMON@${name}>`),
    foldedLine(`To: <postmaster@${name}>`),
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
