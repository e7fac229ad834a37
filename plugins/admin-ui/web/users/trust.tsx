// What a person trusts once so that no mail program asks about certificates, and by what to know it.
import type { ReactNode } from 'react';
import type { CertificateShowAnswer, StatusAnswer } from '../answers.generated.js';

/** Rows of a client sheet. */
export function TrustRows({
  server,
  ports,
  certificate: { authority, sha256 },
}: {
  readonly server: string;
  readonly ports: StatusAnswer['ports'];
  readonly certificate: CertificateShowAnswer;
}): ReactNode {
  if (authority === undefined) return <Fingerprint title="Certificate">{sha256}</Fingerprint>;
  const manager = ports.find(({ protocol, security, state }) => protocol === 'http' && security === 'tls' && state === 'open');
  return (
    <>
      <dt>Authority to trust</dt>
      <dd>
        {authority.name},{' '}
        {manager === undefined ? (
          'a file that ADMIN1 has'
        ) : (
          <span className="address">{`https://${server}:${manager.port}/authority.crt`}</span>
        )}
      </dd>
      <Fingerprint title="Its fingerprint">{authority.sha256}</Fingerprint>
      <Fingerprint title="The certificate's">{sha256}</Fingerprint>
    </>
  );
}

function Fingerprint({ title, children }: { readonly title: string; readonly children: string }): ReactNode {
  return (
    <>
      <dt>{title}</dt>
      <dd className="hint">SHA-256 {children}</dd>
    </>
  );
}

export function TrustHint({ certificate }: { readonly certificate: CertificateShowAnswer | undefined }): ReactNode {
  if (certificate?.authority === undefined) return null;
  return (
    <p className="hint">
      Trust the authority first, and nothing is asked about certificates, now or later. Thunderbird: <em>Settings</em>,{' '}
      <em>Privacy and Security</em>, <em>Manage Certificates</em>, <em>Authorities</em>, <em>Import</em>, and tick{' '}
      <em>identify websites</em>. Outlook: open the file, <em>Install Certificate</em>, <em>Trusted Root Certification Authorities</em>.
    </p>
  );
}
