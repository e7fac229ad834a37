// Header fields in which hosts write the SMTP envelope down. Shared by all that read them, so that they agree.
import type { Address, HeaderField, MailView } from './mail.js';
import { splitAddress } from './recipients.js';

/**
 * Header fields in which hosts write whom SMTP named (RCPT TO), best first: the last two are written after aliases were expanded, the others before.
 * They count in the lines of `ispTrace` only: a sender writes below them what he likes.
 */
export const ENVELOPE_FIELDS: readonly string[] = Object.freeze([
  'X-Original-To',
  'Envelope-To',
  'X-Envelope-To',
  'X-RCPT-To',
  'X-Gm-Original-To',
  'X-Real-To',
  'X-MDRcpt-To',
  'X-Apparently-To',
  'X-Delivered-To',
  'Delivered-To',
]);

/**
 * The recipients in an envelope field. What some hosts write behind the address is decoration, `lisa@works.example via 203.0.113.9; Mon, 2 Nov 2026`:
 * everything from `via` on, and behind a semicolon what holds no address.
 */
export function envelopeAddresses(mail: MailView, field: HeaderField): readonly Address[] {
  const { value } = field;
  const via = value.search(/\svia\s/i);
  const semicolon = value.indexOf(';');
  const ends = [via, semicolon >= 0 && !value.includes('@', semicolon) ? semicolon : -1].filter((end) => end >= 0);
  if (ends.length === 0) return mail.addresses(field);
  const texts = value
    .slice(0, Math.min(...ends))
    .split(',')
    .map((text) => text.trim().replace(/^<(.*)>$/, '$1'));
  // What is no bare address is read as in other fields.
  if (!texts.every((text) => BARE.test(text))) return mail.addresses(field);
  return texts.map((text) => ({ name: '', ...splitAddress(text), raw: text }));
}

const BARE = /^[^\s<>",;()@]+@[^\s<>",;()@]+$/;
