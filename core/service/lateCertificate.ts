// Ports with TLS stay closed while there is no certificate, and open with the first one.
import type { Disposable } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import type { Certificates } from '@postroom/sdk/services';
import type { Doors } from '../plugins/contributions/doors.js';

/** Before the doors open. Does nothing where there is a certificate. */
export function openWithCertificate(certificates: Certificates, doors: Doors): Disposable {
  if (missingCertificate(certificates, 'tls') === undefined) return { dispose: () => undefined };
  const waiting = certificates.onDidChange(() => {
    void waiting.dispose();
    const closed = doors.ports.filter(({ security, problem }) => security !== 'plain' && problem !== undefined);
    for (const plugin of new Set(closed.map((port) => port.plugin))) void doors.reopen(plugin);
  });
  return waiting;
}
