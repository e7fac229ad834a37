// What a client has said before DATA, out of the library's session.
import { ADMIN1, type MailboxRef } from '@postroom/sdk';
import type { SMTPServerSession } from 'smtp-server';
import type { SubmittedEnvelope } from '../submissionDesk.js';

/** RFC 5321 section 4.5.1: `<Postmaster>` without a domain is who runs this server. */
const POSTMASTER = `${ADMIN1.user}@localhost`;

/** Who logged in; the library clears it at STARTTLS. */
export function userOf(session: SMTPServerSession): MailboxRef | undefined {
  return (session.user as MailboxRef | false | undefined) || undefined;
}

/** The envelope, as the core takes it. */
export function submittedEnvelope(session: SMTPServerSession): SubmittedEnvelope {
  const { mailFrom, rcptTo, dsn, smtpUtf8 } = session.envelope;
  const ret = dsn?.ret === 'FULL' || dsn?.ret === 'HDRS' ? dsn.ret : undefined;
  const tls = session.tlsOptions;
  return {
    user: userOf(session),
    from: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map((recipient) => ({
      address: recipient.address === 'postmaster' ? POSTMASTER : recipient.address,
      ...(recipient.dsn
        ? {
            dsn: {
              ...(recipient.dsn.notify ? { notify: recipient.dsn.notify } : {}),
              ...(recipient.dsn.orcpt ? { orcpt: recipient.dsn.orcpt } : {}),
            },
          }
        : {}),
    })),
    client: {
      helo: session.hostNameAppearsAs,
      address: session.remoteAddress,
      // RFC 6531 section 4.3: UTF8SMTP... instead of ESMTP...
      protocol: smtpUtf8 ? session.transmissionType.replace(/^ESMTP/, 'UTF8SMTP') : session.transmissionType,
      ...(tls ? { tls: `${tls.version} ${tls.standardName}` } : {}),
    },
    ...(ret || dsn?.envid ? { dsn: { ...(ret ? { ret } : {}), ...(dsn?.envid ? { envid: dsn.envid } : {}) } } : {}),
  };
}
