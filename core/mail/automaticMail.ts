// A message that a plugin sends in a user's name: plain text, marked as automatic so that no other automaton answers it (RFC 3834 section 3).
import { randomBytes } from 'node:crypto';
import type { OutgoingMail } from '@postroom/sdk';
import { formatDateTime } from './dateTime.js';
import { foldedLine, headerLine, plainWord } from './headerLine.js';

export interface AutomaticMail extends Omit<OutgoingMail, 'author'> {
  readonly from: { readonly name: string; readonly address: string };
  /** This server's host name. */
  readonly host: string;
  readonly now: Date;
}

const MESSAGE_ID = /^<[!-;=?-~]{1,900}>$/;

/** Octets in CRLF form. */
export function composeAutomaticMail(mail: AutomaticMail): Uint8Array {
  const reference = mail.inReplyTo !== undefined && MESSAGE_ID.test(mail.inReplyTo) ? mail.inReplyTo : undefined;
  const body = Buffer.from(mail.text.replace(/\r\n?|\n/g, '\r\n'), 'utf8').toString('base64');
  const head = [
    foldedLine(`From: ${phrase(mail.from.name)} <${plainWord(mail.from.address)}>`),
    foldedLine(`To: ${mail.to.map((address) => `<${address}>`).join(', ')}`),
    headerLine('Subject', mail.subject.replace(/\s+/g, ' ').slice(0, 500)),
    foldedLine(`Date: ${formatDateTime(mail.now)}`),
    foldedLine(`Message-ID: <${randomBytes(12).toString('hex')}@${plainWord(mail.host)}>`),
    ...(reference === undefined ? [] : [foldedLine(`In-Reply-To: ${reference}`), foldedLine(`References: ${reference}`)]),
    `Auto-Submitted: ${mail.kind}\r\n`,
    'Precedence: bulk\r\n',
    'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n',
  ];
  return Buffer.from(`${head.join('')}\r\n${(body.match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`, 'latin1');
}

/** A display name: quoted where it is ASCII, else an encoded-word. */
function phrase(name: string): string {
  return /^[\t -~]*$/.test(name) ? `"${name.replace(/["\\]/g, '')}"` : `=?UTF-8?B?${Buffer.from(name.slice(0, 30)).toString('base64')}?=`;
}
