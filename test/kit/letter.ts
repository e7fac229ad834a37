// Short messages for tests.

export interface Letter {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  /** Without angle brackets; '' for a message without one. */
  readonly id?: string;
  /** Further header lines. */
  readonly header?: readonly string[];
  /** Lines above the ISP's Received, which only the ISP writes. */
  readonly envelope?: readonly string[];
  readonly body?: string;
}

let count = 0;

/** CRLF line ends; a Message-ID of its own where none is given. */
export function letter({
  from = 'Olga <olga@out.example>',
  to,
  subject = 'Letter',
  id,
  header = [],
  envelope = [],
  body = 'Hello.',
}: Letter): string {
  count += 1;
  const messageId = id ?? `letter-${count}@out.example`;
  return [
    ...envelope,
    'Received: from out.example ([192.0.2.7]) by mx.isp.example with ESMTP id 4Xy7; Fri, 20 Nov 2026 12:00:00 +0100',
    `From: ${from}`,
    ...(to === undefined ? [] : [`To: ${to}`]),
    `Subject: ${subject}`,
    ...(messageId === '' ? [] : [`Message-ID: <${messageId}>`]),
    'Date: Fri, 20 Nov 2026 11:59:00 +0100',
    ...header,
    '',
    body,
    '',
  ].join('\r\n');
}
