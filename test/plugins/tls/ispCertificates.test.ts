import { expect } from 'chai';
import { generate } from 'selfsigned';
import { ScriptedServer as Pop3Isp } from '../pop3/support/scriptedServer.js';
import { ScriptedServer as SmtpIsp } from '../smtp/scriptedServer.js';
import { type ProbeOutcome, trustingProbe } from './trustingProbe.js';

interface Pem {
  readonly key: string;
  readonly cert: string;
}

const DAY = 86_400_000;
const now = Date.now();

async function authority(): Promise<Pem> {
  const made = await generate([{ name: 'commonName', value: 'Test Authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** A server's certificate, signed by `ca`; `names` are its subject alternative names. */
async function certificate(ca: Pem, names: readonly string[], from = now - DAY, to = now + DAY): Promise<Pem> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    notBeforeDate: new Date(from),
    notAfterDate: new Date(to),
    extensions: [
      { name: 'basicConstraints', cA: false },
      // An empty list would be filled with the common name.
      ...(names.length === 0 ? [] : [{ name: 'subjectAltName' as const, altNames: names.map((value) => ({ type: 2 as const, value })) }]),
    ],
  });
  return { key: made.private, cert: made.cert };
}

describe('the certificate of an ISP', function () {
  this.timeout(60_000);
  let ca: Pem;
  let other: Pem;
  before(async () => {
    [ca, other] = await Promise.all([authority(), authority()]);
  });

  /** Logs in by each protocol and each kind of TLS at a server with this certificate. */
  async function outcomes(pem: Pem, host = 'localhost'): Promise<readonly ProbeOutcome[]> {
    const found: ProbeOutcome[] = [];
    for (const security of ['tls', 'starttls'] as const) {
      const pop3 = new Pop3Isp(pem, security === 'tls');
      const port = await pop3.start();
      found.push(await trustingProbe({ protocol: 'pop3', security, host, port }, ca.cert));
      if (!found.at(-1)?.ok) expect(pop3.commands.join('\n')).to.not.match(/PASS|AUTH|USER/);
      await pop3.stop();
      const smtp = await SmtpIsp.start({ pem, implicitTls: security === 'tls' });
      found.push(await trustingProbe({ protocol: 'smtp', security, host, port: smtp.port }, ca.cert));
      if (!found.at(-1)?.ok) expect(smtp.commands.join('\n')).to.not.match(/AUTH/);
      await smtp.stop();
    }
    return found;
  }

  it('C08 C09 is taken where name, chain and dates are right', async () => {
    for (const outcome of await outcomes(await certificate(ca, ['localhost']))) expect(outcome).to.deep.equal({ ok: true, problem: '' });
  });

  it('C08 is refused under another name, before any password', async () => {
    for (const { ok, problem } of await outcomes(await certificate(ca, ['pop.other.example']))) {
      expect(ok).to.equal(false);
      expect(problem).to.match(/altname|names no host/i);
    }
  });

  it('C08 is refused for an IP address that it does not name, whatever its common name', async () => {
    for (const { ok } of await outcomes(await certificate(ca, ['localhost']), '127.0.0.1')) expect(ok).to.equal(false);
  });

  it('C08 is refused where it has expired, and where it is not valid yet', async () => {
    const expired = await outcomes(await certificate(ca, ['localhost'], now - 10 * DAY, now - DAY));
    for (const { ok, problem } of expired) expect([ok, /expired/i.test(problem)], problem).to.deep.equal([false, true]);
    const early = await outcomes(await certificate(ca, ['localhost'], now + DAY, now + 10 * DAY));
    for (const { ok, problem } of early) expect([ok, /not.yet.valid/i.test(problem)], problem).to.deep.equal([false, true]);
  });

  it('C08 is refused where another authority signed it', async () => {
    for (const { ok, problem } of await outcomes(await certificate(other, ['localhost']))) {
      expect(ok).to.equal(false);
      expect(problem).to.match(/verify|issuer|self.signed|CERT_SIGNATURE_FAILURE|certificate signature failure/i);
    }
  });
});
