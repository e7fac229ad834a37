// Tells an author that mail did not arrive, or not yet: a delivery status notification (RFC 3464) in plain words, with the part for
// programs and the original behind it. What a remote server said is quoted, never trusted.
import { randomBytes } from 'node:crypto';
import { readHeader } from '@postroom/sdk/mail';
import { formatDateTime } from './dateTime.js';
import { foldedLine, headerLine, plainWord } from './headerLine.js';
import { octetsInCrlfForm } from './lineEnds.js';

/** Octets of the original that a notice returns; beyond, its header alone goes back. */
export const RETURNED_OCTETS = 50_000;

/** `failed`: given up. `delayed`: tried again. `unsure`: may have arrived, is on hold. `relayed`: handed on to a server that sends no notices. */
export type BounceKind = 'failed' | 'delayed' | 'unsure' | 'relayed';

/** One recipient that did not get the message. */
export interface BounceRecipient {
  readonly address: string;
  /** ORCPT as the author's program gave it: `rfc822;` and xtext (RFC 3461 section 4.2). */
  readonly orcpt?: string;
  /** Enhanced status code, for example `5.1.1`. */
  readonly status: string;
  /** What the remote server said, or the reason. */
  readonly text: string;
  /** Host that said so. */
  readonly remote?: string;
  readonly lastAttempt?: Date;
}

export interface BounceRequest {
  readonly kind: BounceKind;
  /** This server's host name: Reporting-MTA. */
  readonly host: string;
  /** The envelope sender of the original: the notice goes there and nowhere else (RFC 3464 section 2). */
  readonly to: string;
  readonly recipients: readonly BounceRecipient[];
  /** When the original was taken in. */
  readonly arrivedAt: Date;
  readonly now: Date;
  /** For `delayed`: when the server gives up. */
  readonly triedUntil?: Date;
  readonly envid?: string;
  readonly ret?: 'FULL' | 'HDRS';
  readonly original: BouncedMessage;
}

export interface BouncedMessage {
  readonly subject: string;
  /** Without angle brackets, '' where there is none. */
  readonly messageId: string;
  readonly size: number;
  /** Octets in CRLF form, header first. */
  read(): AsyncIterable<Uint8Array>;
}

/** Whether the author asked for this notice (NOTIFY, RFC 3461 section 4.1); without NOTIFY failures and delays are told. */
export function isNoticeWanted(kind: BounceKind, notify: readonly string[] | undefined): boolean {
  if (notify === undefined) return kind !== 'relayed';
  if (kind === 'unsure') return notify.includes('FAILURE') || notify.includes('DELAY');
  return notify.includes({ failed: 'FAILURE', delayed: 'DELAY', relayed: 'SUCCESS' }[kind]);
}

/** The notice in CRLF form. Its envelope sender is the null reverse-path: a bounce must not be answered. */
export async function composeBounce(request: BounceRequest): Promise<Uint8Array> {
  const boundary = `postroom-${randomBytes(16).toString('hex')}`;
  const returned = await returnedPart(request);
  const parts = [
    `${headOf(request, boundary)}\r\nThis is a MIME message.\r\n`,
    `\r\n--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${humanText(request, returned.isWhole)}`,
    `\r\n--${boundary}\r\nContent-Type: message/delivery-status\r\n\r\n${deliveryStatus(request)}`,
    `\r\n--${boundary}\r\nContent-Type: ${returned.isWhole ? 'message/rfc822' : 'text/rfc822-headers'}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
  ];
  return Buffer.concat([Buffer.from(parts.join(''), 'utf8'), returned.octets, Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')]);
}

function headOf(request: BounceRequest, boundary: string): string {
  const host = plainWord(request.host);
  const { messageId } = request.original;
  const reference = /^[!-;=?-~]{1,900}$/.test(messageId) ? `<${messageId}>` : undefined;
  return [
    foldedLine(`From: Mail delivery <MAILER-DAEMON@${host}>`),
    foldedLine(`To: <${request.to.replace(/[\s<>\p{Cc}]/gu, '')}>`),
    headerLine('Subject', `${SUBJECTS[request.kind]}: ${request.original.subject.slice(0, 200)}`),
    foldedLine(`Date: ${formatDateTime(request.now)}`),
    foldedLine(`Message-ID: <${randomBytes(12).toString('hex')}@${host}>`),
    ...(reference === undefined ? [] : [foldedLine(`In-Reply-To: ${reference}`), foldedLine(`References: ${reference}`)]),
    'Auto-Submitted: auto-replied\r\n',
    'MIME-Version: 1.0\r\n',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"\r\n`,
  ].join('');
}

const SUBJECTS: Readonly<Record<BounceKind, string>> = {
  failed: 'Not delivered',
  delayed: 'Not delivered yet',
  unsure: 'Perhaps not delivered',
  relayed: 'Passed on',
};

const FIRST_SENTENCES: Readonly<Record<BounceKind, string>> = {
  failed: 'Your message could not be delivered to the recipients below. It will not be tried again.',
  delayed: 'Your message has not been delivered to the recipients below yet. You need not send it again.',
  unsure:
    'Your message may or may not have reached the recipients below, once or oftener: each time it was sent, the line broke before the other side said that it has it. It is on hold and not sent again by itself. Ask the recipients, then your administrator, who can send it again or give it up.',
  relayed: 'Your message was passed on for the recipients below, to a server that does not tell when it arrives.',
};

function humanText(request: BounceRequest, isWhole: boolean): string {
  const { original, triedUntil } = request;
  const lines = [
    FIRST_SENTENCES[request.kind],
    ...(triedUntil === undefined ? [] : [`It is tried again until ${formatDateTime(triedUntil)}.`]),
    '',
    `Subject: ${oneLine(original.subject, 200)}`,
    `Given to the mail server: ${formatDateTime(request.arrivedAt)}`,
    '',
    ...request.recipients.flatMap((recipient) => [
      `${oneLine(recipient.address, 320)}`,
      `    ${recipient.remote === undefined ? 'Reason' : `${oneLine(recipient.remote, 255)} said`}: ${oneLine(recipient.text, 800)}`,
    ]),
    '',
    isWhole ? 'Your message follows.' : 'The header of your message follows.',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Per message, then per recipient, each block after an empty line (RFC 3464 section 2.1). */
function deliveryStatus(request: BounceRequest): string {
  const message = [
    foldedLine(`Reporting-MTA: dns; ${plainWord(request.host)}`),
    ...(request.envid === undefined ? [] : [foldedLine(`Original-Envelope-Id: ${asciiText(decodeXtext(request.envid), 200)}`)]),
    foldedLine(`Arrival-Date: ${formatDateTime(request.arrivedAt)}`),
  ];
  return [message, ...request.recipients.map((recipient) => recipientFields(request, recipient))]
    .map((block) => block.join(''))
    .join('\r\n');
}

function recipientFields(request: BounceRequest, recipient: BounceRecipient): string[] {
  const { orcpt, remote, lastAttempt } = recipient;
  const quoted = asciiText(recipient.text, 800);
  return [
    ...(orcpt === undefined ? [] : [foldedLine(`Original-Recipient: ${originalRecipient(orcpt)}`)]),
    foldedLine(`Final-Recipient: ${finalRecipient(recipient.address)}`),
    `Action: ${request.kind === 'unsure' ? 'delayed' : request.kind}\r\n`,
    `Status: ${/^[245]\.\d{1,3}\.\d{1,3}$/.test(recipient.status) ? recipient.status : request.kind === 'failed' ? '5.0.0' : '4.0.0'}\r\n`,
    ...(remote === undefined ? [] : [foldedLine(`Remote-MTA: dns; ${plainWord(remote)}`)]),
    foldedLine(`Diagnostic-Code: ${/^[2-5]\d\d[ -]/.test(quoted) ? 'smtp' : 'x-postroom'}; ${quoted}`),
    ...(lastAttempt === undefined ? [] : [foldedLine(`Last-Attempt-Date: ${formatDateTime(lastAttempt)}`)]),
    ...(request.triedUntil === undefined ? [] : [foldedLine(`Will-Retry-Until: ${formatDateTime(request.triedUntil)}`)]),
  ];
}

/** International addresses in the ASCII form of RFC 6533 section 3. */
function finalRecipient(address: string): string {
  const clean = oneLine(address, 320);
  if (/^[ -~]*$/.test(clean)) return `rfc822; ${clean}`;
  const escaped = [...clean].map((character) =>
    character > '~' ? `\\x{${character.codePointAt(0)?.toString(16).toUpperCase()}}` : character,
  );
  return `utf-8; ${escaped.join('')}`;
}

function originalRecipient(orcpt: string): string {
  const [type = 'rfc822', ...rest] = orcpt.split(';');
  return `${plainWord(type.trim())}; ${asciiText(decodeXtext(rest.join(';')), 500)}`;
}

/** RFC 3461 section 4: `+2B` stands for `+`. */
function decodeXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_pair, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Text from outside, folded into one line. */
function oneLine(text: string, longest: number): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, longest);
}

function asciiText(text: string, longest: number): string {
  return oneLine(text, longest).replace(/[^ -~]/gu, '?');
}

interface ReturnedPart {
  readonly octets: Uint8Array;
  readonly isWhole: boolean;
}

/** The whole original where the author did not ask for less (RET) and it is small; of delays only the header goes back (RFC 3461 section 6.2). */
async function returnedPart(request: BounceRequest): Promise<ReturnedPart> {
  const octets = await firstOctets(request.original.read(), RETURNED_OCTETS);
  const isWhole = request.kind === 'failed' && request.ret !== 'HDRS' && request.original.size <= RETURNED_OCTETS;
  if (isWhole) return { octets, isWhole };
  const header = readHeader(octets);
  const isComplete = header.size < octets.length || request.original.size <= RETURNED_OCTETS;
  const end = isComplete ? header.size : (header.fields.at(-1)?.start ?? 0);
  return { octets: octetsInCrlfForm(octets.subarray(0, end)), isWhole };
}

async function firstOctets(source: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    if (size >= count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}
