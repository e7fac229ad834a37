// Mail that a user sends, handed in as the SMTP server does.
import { Submissions } from '@postroom/sdk/services';
import { service } from '#core/base/bindings.js';
import type { Manager } from './manager.js';

export const SHARED = 'mail@company.example';

/** As a mail client of Andrew's would. */
export async function submit(manager: Manager, to: string, subject: string): Promise<void> {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`From: Andrew <${SHARED}>\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\nHello\r\n`);
  };
  await service(manager.server.container, Submissions).submit(source(), {
    author: { account: 'company', user: 'andrew' },
    from: SHARED,
    recipients: [{ address: to }],
    client: { helo: 'andrews-pc', address: '127.0.0.1', protocol: 'ESMTPSA' },
  });
}
