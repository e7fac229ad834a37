// Messages of the size that mail has.

/** A message of `octets` octets to a user of works.example. `number` makes it one of its kind. */
export function letterOf(octets: number, number: number, to = `user${number % 64}@works.example`): Buffer {
  const head = [
    `Received: from out.example ([192.0.2.7]) by mx.isp.example with ESMTP id ${number}; Fri, 20 Nov 2026 12:00:00 +0100`,
    'From: Ruth <ruth@customer.example>',
    `To: ${to}`,
    `Subject: Message ${number}`,
    `Message-ID: <m${number}.${process.pid}@customer.example>`,
    'Date: Fri, 20 Nov 2026 11:59:00 +0100',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    '',
  ].join('\r\n');
  const line = `${'x'.repeat(70)}\r\n`;
  const lines = Math.max(1, Math.floor((octets - head.length) / line.length));
  return Buffer.from(head + line.repeat(lines), 'latin1');
}
