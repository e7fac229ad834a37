// Delivery reports: they answer a message without saying so in their header; the message, or its header, is inside.
import type { MailView } from '@postroom/sdk';
import { idsInText } from './messageIds.js';

const READ_AT_MOST = 256 * 1024;
const MOST_IDS = 5;

/** Whether it comes from the null sender (RFC 5321 section 4.5.5) or calls itself a report (RFC 6522). */
export function isBounce(mail: MailView): boolean {
  if (mail.envelope.from === '') return true;
  if (/^\s*<\s*>\s*$/.test(mail.header('Return-Path') ?? '')) return true;
  return /^\s*multipart\/report\b/i.test(mail.header('Content-Type') ?? '');
}

/** Message-IDs of header lines in the body's first 256 KB, and what a read receipt names (RFC 8098 section 3.2.5). */
export async function returnedIds(mail: MailView): Promise<readonly string[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of mail.body()) {
    pieces.push(piece);
    length += piece.length;
    if (length >= READ_AT_MOST) break;
  }
  const text = Buffer.concat(pieces).subarray(0, READ_AT_MOST).toString('latin1');
  const ids: string[] = [];
  for (const match of text.matchAll(/^(?:original-)?message-id:(.*(?:\r?\n[ \t].*)?)/gim)) {
    ids.push(...idsInText(match[1] ?? ''));
    if (ids.length >= MOST_IDS) break;
  }
  return ids.slice(0, MOST_IDS);
}
