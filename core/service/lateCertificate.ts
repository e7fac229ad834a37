// Ports with TLS stay closed while there is no certificate, and open with the first one.
import type { Disposable } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import type { Certificates } from '@postroom/sdk/services';
import type { Ports } from '../plugins/contributions/ports.js';

/** Before the ports open. Does nothing where there is a certificate. */
export function openWithCertificate(certificates: Certificates, ports: Ports): Disposable {
  if (missingCertificate(certificates, 'tls') === undefined) return { dispose: () => undefined };
  const waiting = certificates.onDidChange(() => {
    void waiting.dispose();
    const closed = ports.ports.filter(({ security, problem }) => security !== 'plain' && problem !== undefined);
    for (const plugin of new Set(closed.map((port) => port.plugin))) void ports.reopen(plugin);
  });
  return waiting;
}
