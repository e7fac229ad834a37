// Puts sample messages together: header lines and a body, CRLF line ends, a Message-ID and a date that follow from the arguments.

export interface MailText {
  readonly from: string;
  readonly to?: string;
  readonly subject: string;
  /** Local part of the Message-ID: `invoice-17`. */
  readonly id: string;
  readonly date: Date;
  /** What the ISP writes down of the envelope, above its Received: `Delivered-To: lisa@works.example`. */
  readonly envelope?: readonly string[];
  /** Further header lines of the sender's. */
  readonly header?: readonly string[];
  /** Default: plain text. A body with its own Content-Type in `header` is taken as it is. */
  readonly body: readonly string[];
}

export function mailText(mail: MailText): string {
  const own = (mail.header ?? []).some((line) => /^content-type:/i.test(line));
  return [
    ...(mail.envelope ?? []),
    'Received: from mail.customer.example (mail.customer.example [192.0.2.25])',
    ` by mx.isp.example with ESMTPS id ${mail.id}; ${mailDate(mail.date)}`,
    ...(mail.header ?? []),
    `From: ${mail.from}`,
    ...(mail.to === undefined ? [] : [`To: ${mail.to}`]),
    `Subject: ${mail.subject}`,
    `Message-ID: <${mail.id}@sample.example>`,
    `Date: ${mailDate(mail.date)}`,
    'MIME-Version: 1.0',
    ...(own ? [] : ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit']),
    '',
    ...mail.body,
    '',
  ].join('\r\n');
}

/** RFC 5322 section 3.3, in UTC. */
function mailDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}
