import { X509Certificate } from 'node:crypto';
import { get } from 'node:https';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { Postroom } from '../../kit/postroom.js';
import { ManagerHost } from './managerHost.js';

interface Shown {
  readonly sha256: string;
  readonly names: readonly string[];
  readonly authority?: { readonly name: string; readonly sha256: string };
}

function download(port: number, ca: string): Promise<readonly [type: string | undefined, text: string]> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/authority.crt', ca }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve([answer.headers['content-type'], text.trimEnd()]));
    }).on('error', reject);
  });
}

describe("the authority of the server's certificate", () => {
  it('is handed out to everybody as the file that mail programs import, with the fingerprints where they are asked for', async () => {
    const listen = [{ host: '127.0.0.1', port: 0, security: 'tls' }];
    const office = await Postroom.start({ settings: { 'admin-ui.listen': listen } });
    try {
      const shown = await office.run<Shown>('certificate.show');
      const pem = await office.run<string>('certificate.authority');
      const authority = new X509Certificate(pem);
      expect(shown.authority?.sha256).to.equal(authority.fingerprint256);
      expect(shown.names).to.include.members(['localhost', '127.0.0.1']);
      const port = office.service(Ports).ports.find(({ protocol }) => protocol === 'http')?.port ?? 0;
      // Whoever trusts it is asked nothing by the very server that hands it out.
      expect(await download(port, pem)).to.deep.equal(['application/x-x509-ca-cert', pem]);
      const findings = await office.run<readonly { check: string; text: string }[]>('doctor');
      const sentence = findings.find(({ check }) => check === 'certificate')?.text ?? '';
      for (const part of [shown.sha256, authority.fingerprint256, 'Renewed by itself on 20', 'postroom certificate authority'])
        expect(sentence).to.include(part);
    } finally {
      await office.stop();
    }
  });

  it('is downloaded without a login, and said to be missing where the certificate is not of our making', async () => {
    const manager = await ManagerHost.start();
    try {
      // No server runs here that would have made one.
      const answer = await manager.ask('GET', '/authority.crt');
      expect(answer.statusCode).to.equal(404);
      expect(answer.body).to.include('ask who has signed it for the authority');
    } finally {
      await manager.stop();
    }
  });
});
