// The office of the peers: three accounts, each reaching its ISP another way.
import { X509Certificate } from 'node:crypto';
import { doorThreads } from '../kit/doorThreads.js';
import type { Dovecot } from './dovecot.js';
import type { Postfix } from './postfix.js';
import type { WorkFolder } from './workFolder.js';

/** Every user's password here. */
export const PASSWORD = 'office secret 2';
export const COMPANY = 'mail@company.example';
export const WORKS = 'works.example';
export const BRANCH = 'branch@company.example';

export interface Places {
  readonly work: WorkFolder;
  readonly dovecot: Dovecot;
  readonly postfix: Postfix;
  readonly devicePort: number;
}

/** `company`: regular, clear text. `works`: domain, STLS. `branch`: regular, TLS, mail stays at the ISP for three days. */
export function settings({ work, dovecot, postfix, devicePort }: Places): object {
  const pin = new X509Certificate(work.certificate.cert).fingerprint256;
  const smtp = { 'smtp.host': '127.0.0.1', 'smtp.port': postfix.port, 'smtp.security': 'starttls', 'smtp.tls.pin': pin };
  const pop3 = { 'pop3.host': '127.0.0.1', 'pop3.port': dovecot.port, 'pop3.tls.pin': pin, ...smtp };
  const port = (security: string): object => ({ host: '127.0.0.1', port: 0, security });
  return {
    'plugins.enabled': ['postroom.licensing-pro'],
    'server.name': 'post.office.example',
    'licensing.device.address': '127.0.0.1',
    'licensing.device.port': devicePort,
    'timer.everyMinutes': 0,
    'timer.outboxCount': 1,
    'pop3.listen': [port('plain'), port('starttls'), port('tls')],
    'smtp.listen': [port('plain'), port('starttls'), port('tls')],
    'smtp.trustedNetworks': ['127.0.0.1'],
    ...doorThreads(),
    'tls.certificateFile': `${work.path}/cert.pem`,
    'tls.keyFile': `${work.path}/key.pem`,
    accounts: {
      company: { kind: 'regular', address: COMPANY, ...pop3, 'pop3.security': 'plain', users: { andrew: {}, greg: {}, carolyn: {} } },
      works: {
        kind: 'domain',
        address: `post@${WORKS}`,
        ...pop3,
        'pop3.security': 'starttls',
        users: { lisa: { aliases: ['sales'] }, john: {} },
      },
      branch: {
        kind: 'regular',
        address: BRANCH,
        ...pop3,
        'pop3.port': dovecot.tlsPort,
        'pop3.security': 'tls',
        'pop3.leaveOnServerDays': 3,
        users: { maria: {} },
      },
    },
  };
}

/** The mailboxes by login, with the account that each belongs to. */
export const USERS: Readonly<Record<string, string>> = {
  andrew: 'company',
  greg: 'company',
  carolyn: 'company',
  lisa: 'works',
  john: 'works',
  maria: 'branch',
};
export const ACCOUNTS = ['company', 'works', 'branch'] as const;
