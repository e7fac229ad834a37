// What servers print where they have had enough: of recipients in one transaction, of messages in one session, of mail in an hour or a day. Many say
// it with a permanent code, and mean "later". Pure.

/** Characters of a reply: no server needs more to say so. */
const MOST_READ = 2_000;

/** RFC 3463 section 3.5 and 3.6 in the class of any code, and what large hosts use for limits of theirs. */
const LIMIT_STATUS = /^(?:4\.5|5\.3|1\.90|2\.12[12]|7\.23[23]|7\.705)$/;
/** A full mailbox, a message that is too large or goes round in a circle: none of them passes by itself within the day. */
const OTHER_STATUS = /^(?:2\.[23]|3\.4)$/;
const OTHER_WORDS = /\bsize\b|\bstorage\b|\bdisk\b|too (?:large|big)|mailbox (?:is )?(?:full|over)|mailbox quota|\bhops\b/;

const UNIT = '(?:sec(?:ond)?|min(?:ute)?|hour|day|month|24)';
const PERIOD = `(?:daily|hourly|monthly|${UNIT}-limit|(?:per|an?|each|every|in) ?\\d* ?-?${UNIT}s?|24[- ]?h(?:ours?)?)`;
const ENOUGH = '(?:limit|quota|exceed|allow|maximum|reached|threshold|too many|only \\d)';

/** So many in a time, in either order. The gaps are bounded, and each piece is looked at once. */
const IN_A_TIME = new RegExp(`\\b${PERIOD}\\b.{0,80}?${ENOUGH}|${ENOUGH}.{0,80}?\\b${PERIOD}\\b`);
const TIME = new RegExp(`\\b${PERIOD}\\b`);

const LIMITS: readonly RegExp[] = [
  /rate[ -]?limit|throttl|\b(?:sending|message|submission|smtp|mail) rate\b/,
  /\btoo (?:many|much) (?:\w+ ){0,2}(?:messages|e?mails?|e-mails|recipients|rcpts|addressees|connections|sessions|transactions|deliveries|requests)\b/,
  /\b(?:sending|send|sent|outgoing|outbound|relay|relaying|submission|message|messages|messaging|e?mail|e-mail|recipients?|smtp|outmail)(?: (?:count|sending|volume))?[ -]limits?\b/,
  /\b(?:sending|send|outgoing|outbound|relay|relaying|submission|message|messages|messaging|recipients?|outmail)(?: (?:count|sending|volume))? ?quota/,
  /quota (?:exceeded )?for (?:sending|outgoing)|quotaexceeded/,
  /\b(?:number|maximum|amount|volume) (?:of )?(?:\w+ )?(?:messages|e?mails|recipients)\b.{0,40}?(?:exceeded|reached)/,
  /exceeded (?:the |your |its )?(?:max(?:imum)?|allowed|permitted) (?:number|amount|e?mails|messages|recipients|defers)/,
  /sending (?:e?mail |messages )?too (?:fast|quickly|much|often)|\btoo (?:fast|frequent)/,
  /receiving (?:e?mail|messages) (?:at a rate|too quickly)/,
  /unusual sending activity/,
];

const RECIPIENTS =
  /too many (?:\w+ )?(?:recipients|rcpts|addresses|addressees|rcpt)|(?:recipients?|rcpts?)\b.{0,40}?(?:limit|exceed|maximum|per (?:message|mail|transaction|session|connection))|(?:limit|maximum|max)\b.{0,40}?\b(?:recipients|rcpts?)\b|multiple destination domains|one (?:recipient|domain) (?:at a time|per)/;
const SESSION =
  /(?:too many|maximum|max|limit).{0,80}?\b(?:session|connection)\b|\b(?:session|connection)\b.{0,40}?(?:limit|maximum|exceeded)/;

/** Whether a refusal, of either class, speaks of a limit that passes: such mail is sent later, whatever the code says. */
export function speaksOfLimit(reply: string): boolean {
  const { status, words } = read(reply);
  if (LIMIT_STATUS.test(status)) return true;
  if (OTHER_STATUS.test(status)) return false;
  if (OTHER_WORDS.test(words)) return IN_A_TIME.test(words) && !/\bsize\b/.test(words);
  return IN_A_TIME.test(words) || LIMITS.some((wording) => wording.test(words));
}

/**
 * Whether what refused a recipient, after others of the transaction were taken, asks for another transaction (RFC 5321 section 4.5.3.1.10): 452, or the
 * 552 of old servers, unless it says something of the mailbox; and any other code that says so.
 */
export function asksForAnotherTransaction(reply: string): boolean {
  const { code, status, words } = read(reply);
  if (TIME.test(words)) return false;
  if (/^[12]\./.test(status)) return false;
  return code === '452' || code === '552' || speaksOfRecipients(reply);
}

/** Whether a reply says that one transaction had too many recipients. */
export function speaksOfRecipients(reply: string): boolean {
  const { status, words } = read(reply);
  return !TIME.test(words) && (status === '5.3' || RECIPIENTS.test(words));
}

/** Whether a reply says that one session had too many messages. */
export function speaksOfSession(reply: string): boolean {
  const { words } = read(reply);
  return !TIME.test(words) && !/\brate\b/.test(words) && SESSION.test(words);
}

/** The code, subject and detail of the enhanced status (`5.3` of `4.5.3`), and the words in lower case on one line. */
function read(reply: string): { readonly code: string; readonly status: string; readonly words: string } {
  const code = reply.slice(0, 3);
  const status = /^\d{3}[ -][245]\.(\d{1,3}\.\d{1,3})(?!\S)/.exec(reply)?.[1] ?? '';
  const words = reply
    .slice(0, MOST_READ)
    .replace(/\n\d{3}[ -](?:[245]\.\d{1,3}\.\d{1,3} )?/g, ' ')
    .replace(/\s+/g, ' ')
    .toLowerCase();
  return { code, status, words };
}
