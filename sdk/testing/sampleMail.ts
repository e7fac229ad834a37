// A dozen messages such as an office gets: enough to see each rule of the sorting at work.
import { Buffer } from 'node:buffer';
import { mailText } from './mailText.js';

/** Whom the sample mail is for. The users meant: andrew, greg, carolyn share `regular`; lisa (alias sales) and john have `domain`. */
export interface SampleAddresses {
  /** The shared address of a regular account: `mail@company.example`. */
  readonly regular: string;
  /** The domain of a domain account: `works.example`. */
  readonly domain: string;
  /** When the first was written; the others follow a minute apart. Default: now. */
  readonly date?: Date;
}

export interface SampleMessage {
  /** `by-name`, `reply` ...: also in the Message-ID, `by-name@sample.example`. */
  readonly name: string;
  /** Which ISP mailbox it belongs into. */
  readonly account: 'regular' | 'domain';
  /** What it shows, for people. */
  readonly about: string;
  /** Who should get it: user names, `admin1`. */
  readonly expected: readonly string[];
  /** CRLF line ends. */
  readonly text: string;
}

interface Sample extends Omit<SampleMessage, 'text' | 'name'> {
  readonly write: (to: SampleAddresses, date: Date) => string;
}

const RUTH = 'Ruth Weber <ruth@customer.example>';

const SAMPLES: Readonly<Record<string, Sample>> = {
  'by-name': {
    account: 'regular',
    about: 'The name in front of the shared address says who is meant.',
    expected: ['andrew'],
    write: ({ regular }, date) =>
      mailText({
        id: 'by-name',
        date,
        from: RUTH,
        to: `Andrew <${regular}>`,
        subject: 'The order of Monday',
        body: ['Dear Andrew,', '', 'when does it leave?', '', 'Ruth'],
      }),
  },
  'two-names': {
    account: 'regular',
    about: 'Two names with the same address: one copy each.',
    expected: ['andrew', 'greg'],
    write: ({ regular }, date) =>
      mailText({
        id: 'two-names',
        date,
        from: RUTH,
        to: `Andrew <${regular}>, "Greg" <${regular}>`,
        subject: 'Meeting',
        body: ['On Thursday at ten?'],
      }),
  },
  'encoded-name': {
    account: 'regular',
    about: 'The name is an encoded word (RFC 2047).',
    expected: ['carolyn'],
    write: ({ regular }, date) =>
      mailText({
        id: 'encoded-name',
        date,
        from: '=?UTF-8?B?SsO8cmdlbiBHcm/Dnw==?= <juergen@customer.example>',
        to: `=?UTF-8?Q?C=61rolyn?= <${regular}>`,
        subject: '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=',
        body: ['Schöne Grüße'],
      }),
  },
  'unknown-name': {
    account: 'regular',
    about: 'Nobody is called Peter: the administrator gets it.',
    expected: ['admin1'],
    write: ({ regular }, date) =>
      mailText({ id: 'unknown-name', date, from: RUTH, to: `Peter <${regular}>`, subject: 'For Peter', body: ['Hello Peter.'] }),
  },
  'no-name': {
    account: 'regular',
    about: 'No name at all: the administrator gets it.',
    expected: ['admin1'],
    write: ({ regular }, date) =>
      mailText({ id: 'no-name', date, from: RUTH, to: regular, subject: 'Opening hours', body: ['Are you open on Saturday?'] }),
  },
  'to-everybody': {
    account: 'regular',
    about: 'PUBLIC1 means everybody who shares the account.',
    expected: ['andrew', 'greg', 'carolyn'],
    write: ({ regular }, date) =>
      mailText({
        id: 'to-everybody',
        date,
        from: RUTH,
        to: `PUBLIC1 <${regular}>`,
        subject: 'We have moved',
        body: ['Our new address: Harbour Street 5.'],
      }),
  },
  attachment: {
    account: 'regular',
    about: 'A message with an attachment.',
    expected: ['greg'],
    write: ({ regular }, date) =>
      mailText({
        id: 'attachment',
        date,
        from: RUTH,
        to: `Greg <${regular}>`,
        subject: 'The drawing',
        ...withAttachment('Dear Greg, see the drawing.', 'drawing.txt', 'A box, seen from above.\n'),
      }),
  },
  'by-local-part': {
    account: 'domain',
    about: 'The part before the @ says who is meant.',
    expected: ['john'],
    write: ({ domain }, date) =>
      mailText({
        id: 'by-local-part',
        date,
        from: RUTH,
        to: `john@${domain}`,
        subject: 'Delivery note',
        body: ['It came today.', '.', 'Thank you!'],
      }),
  },
  'by-alias': {
    account: 'domain',
    about: 'sales@ is an alias of lisa.',
    expected: ['lisa'],
    write: ({ domain }, date) =>
      mailText({ id: 'by-alias', date, from: RUTH, to: `Sales <Sales@${domain}>`, subject: 'An offer, please', body: ['For 200 pieces.'] }),
  },
  'blind-copy': {
    account: 'domain',
    about: 'The header names nobody here; the ISP wrote down whom the envelope named.',
    expected: ['lisa'],
    write: ({ domain }, date) =>
      mailText({
        id: 'blind-copy',
        date,
        envelope: [`Delivered-To: lisa@${domain}`, `X-Original-To: lisa@${domain}`],
        from: RUTH,
        to: 'undisclosed-recipients:;',
        subject: 'In confidence',
        body: ['Nobody else needs to know.'],
      }),
  },
  'unknown-local-part': {
    account: 'domain',
    about: 'Nobody has this local part: the administrator gets it.',
    expected: ['admin1'],
    write: ({ domain }, date) =>
      mailText({
        id: 'unknown-local-part',
        date,
        from: RUTH,
        to: `jhon@${domain}`,
        subject: 'A typing error',
        body: ['Did this reach you?'],
      }),
  },
  'mailing-list': {
    account: 'domain',
    about: 'A mailing list that john reads: the list stands in To, john in the envelope header.',
    expected: ['john'],
    write: ({ domain }, date) =>
      mailText({
        id: 'mailing-list',
        date,
        envelope: [`Delivered-To: john@${domain}`],
        header: ['List-Id: Wood workers <wood.lists.example>', 'List-Unsubscribe: <mailto:wood-leave@lists.example>', 'Precedence: list'],
        from: 'Tom <tom@elsewhere.example>',
        to: 'wood@lists.example',
        subject: '[wood] Oak or beech?',
        body: ['Oak.', '-- ', 'Tom'],
      }),
  },
};

/** The sample messages, oldest first. Same addresses and date, same octets. */
export function sampleMail(to: SampleAddresses): readonly SampleMessage[] {
  const start = (to.date ?? new Date()).getTime();
  return Object.entries(SAMPLES).map(([name, { write, ...about }], index) => ({
    name,
    ...about,
    text: write(to, new Date(start + index * 60_000)),
  }));
}

/** An answer whose sender forgot the name: only the thread (In-Reply-To) says whose mail it answers. */
export function sampleReply(to: SampleAddresses, answered: { readonly messageId: string; readonly subject: string }): string {
  const date = to.date ?? new Date();
  return mailText({
    id: 'reply',
    date,
    header: [`In-Reply-To: ${answered.messageId}`, `References: ${answered.messageId}`],
    from: RUTH,
    to: to.regular,
    subject: `Re: ${answered.subject}`,
    body: ['Yes, that suits me.'],
  });
}

function withAttachment(
  text: string,
  filename: string,
  content: string,
): { readonly header: readonly string[]; readonly body: readonly string[] } {
  const boundary = 'sample-boundary-7f3a';
  return {
    header: [`Content-Type: multipart/mixed; boundary="${boundary}"`],
    body: [
      `--${boundary}`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
      `--${boundary}`,
      `Content-Type: text/plain; charset=utf-8; name="${filename}"`,
      `Content-Disposition: attachment; filename="${filename}"`,
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(content).toString('base64'),
      `--${boundary}--`,
    ],
  };
}
