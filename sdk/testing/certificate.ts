// The practice ISP's certificate: made by itself, for localhost and 127.0.0.1, once in a process.

/** PEM texts. Give `cert` to a client as its `ca` to make it trust the practice ISP. */
export interface PracticeCertificate {
  readonly key: string;
  readonly cert: string;
}

let made: Promise<PracticeCertificate> | undefined;

export function practiceCertificate(): Promise<PracticeCertificate> {
  made ??= make();
  return made;
}

async function make(): Promise<PracticeCertificate> {
  // Two hundred modules, for those who speak TLS.
  const { generate } = await import('selfsigned');
  const result = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 30 * 24 * 3600 * 1000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: result.private, cert: result.cert };
}
