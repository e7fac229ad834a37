// Which messages are reports of a mail system: bounces, delays, read receipts. The best ones say so (RFC 3464, RFC 8098); old hosts send plain text, and
// ISPs drop the null Return-Path. One sure sign is enough, or two that people's mail can bear as well.
import type { MailView } from '@postroom/sdk';
import type { ReportPart } from './mimeParts.js';

const REPORT_TYPE = /^\s*(?:multipart\/report|message\/(?:global-)?(?:delivery-status|disposition-notification))\b/i;
/** Fields that only reports have: Exim, Gmail and many others; Exchange; MDaemon. */
const REPORT_FIELDS = ['X-Failed-Recipients', 'X-MS-Exchange-Message-Is-Ndr', 'X-MDDSN-Message'];
const DAEMON = /^mail(?:er)?[-_.]?daemon$/i;
const OFFICE = /^(?:postmaster|mail[-_.]?(?:delivery|system|server)|mdaemon|ndr)$/i;
const OFFICE_NAME = /^(?:postmaster|mail(?: delivery)? (?:sub)?system|(?:system|mail) administrator|mail(?:er)?[ -]daemon)$/i;
/** What the subjects of reports begin with, in lower case; in other languages as Exchange and Notes have them. */
const SUBJECTS = [
  ...['undeliver', 'returned mail', 'returned to sender', 'failure notice', 'mail delivery', 'mail system error', 'message undeliver'],
  ...[
    'delivery status',
    'delivery failure',
    'delivery failed',
    'delivery has failed',
    'delivery report',
    'delivery delayed',
    'non delivery',
  ],
  ...['message could not be delivered', 'mail could not be delivered', 'not delivered', 'message not delivered', 'message delayed'],
  ...['delivery notification', 'non-delivery', 'warning: could not send', 'warning: message', 'address not found', 'bounced'],
  ...['unzustellbar', 'nicht zustellbar', 'undelivrable', 'non remis', 'no se puede entregar', 'non recapitabil', 'onbestelbaar'],
  ...['não é possível entregar', 'niedostarczon', 'недостав', 'не удается доставить'],
  ...[
    'read:',
    'not read:',
    'return receipt',
    'disposition notification',
    'gelesen:',
    'lu :',
    'lu:',
    'leído:',
    'letto:',
    'gelezen:',
    'lida:',
  ],
];
/** The first line of a report in plain text: qmail's, by which programs are told to know it (QSBMF), and Exim's. */
const OPENINGS = [/^Hi\. This is the /, /^This message was created automatically by mail delivery software/];

/** By the header alone. */
export function isBounce(mail: MailView): boolean {
  return isReport(mail) || signsOf(mail) >= 2;
}

/** What an ISP's header does not show: the form of the text, or a part for programs in a message that is no report by its type. */
export function isBounceInside(mail: MailView, parts: readonly ReportPart[]): boolean {
  const text = parts.find(({ kind }) => kind === 'text')?.text.trimStart() ?? '';
  if (OPENINGS.some((opening) => opening.test(text))) return true;
  return parts.some(({ kind }) => kind === 'report') && signsOf(mail) > 0;
}

/** Whether the header in a text, marked up or not, is that of a report. */
export function isOfAutomaton(header: string): boolean {
  return /^[ \t>|*]*(?:from|sender|return-path)[ \t]*:.*(?:mailer-daemon|postmaster)|multipart\/report|x-failed-recipients/im.test(header);
}

function isReport(mail: MailView): boolean {
  // RFC 5321 section 4.5.5: the null sender. Some write it into From as well, behind a name.
  if (mail.envelope.from === '' || ['Return-Path', 'From'].some((name) => /<\s*>\s*$/.test(mail.header(name) ?? ''))) return true;
  if (REPORT_TYPE.test(mail.header('Content-Type') ?? '')) return true;
  if (/^\s*urn:content-classes:(?:dsn|mdn|reportdsn)\b/i.test(mail.header('Content-Class') ?? '')) return true;
  return REPORT_FIELDS.some((name) => (mail.header(name)?.trim() ?? '') !== '') || sendersOf(mail).some(({ local }) => DAEMON.test(local));
}

/** Postmasters are people, too, people choose their subjects, and automata of all kinds say that they are (RFC 3834): each of these is half a proof. */
function signsOf(mail: MailView): number {
  const subject = (mail.header('Subject') ?? '').trim().toLowerCase();
  return [
    sendersOf(mail).some(({ local, name }) => OFFICE.test(local) || OFFICE_NAME.test(name.trim())),
    /^\s*auto-(?:replied|generated|notified)\b/i.test(mail.header('Auto-Submitted') ?? ''),
    SUBJECTS.some((beginning) => subject.startsWith(beginning)),
  ].filter((isShown) => isShown).length;
}

function sendersOf(mail: MailView): ReturnType<MailView['addresses']> {
  return ['From', 'Sender', 'Return-Path'].flatMap((name) => mail.addresses(name).slice(0, 5));
}
