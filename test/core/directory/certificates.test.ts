import '#core/base/injection.js';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ServerCertificates } from '#core/directory/certificates.js';
import { makeCertificate } from '#core/directory/selfMadeCertificate.js';
import { openDirectory } from './directoryHost.js';

const leaks = leakCheck();

describe('ServerCertificates', () => {
  let directory: Awaited<ReturnType<typeof openDirectory>>;
  let clock: VirtualClock;
  let certificates: ServerCertificates;

  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  beforeEach(async () => {
    directory = await openDirectory();
    clock = new VirtualClock(new Date());
    certificates = make();
    await certificates.open();
  });

  afterEach(async () => {
    await certificates.dispose();
    await directory.close();
  });

  function make(): ServerCertificates {
    const { office, settings } = directory;
    return new ServerCertificates(settings, office, clock, office.events, office.log);
  }

  const changed = (): Promise<void> => new Promise((resolve) => certificates.onDidChange(resolve));
  const problem = (): Promise<string> =>
    new Promise((resolve) => {
      directory.office.events.on((event) => event.type === 'problem' && event.source === 'certificate' && resolve(event.sentence));
    });

  async function writePair(names: readonly string[], which: 'both' | 'cert' = 'both'): Promise<string> {
    const made = await makeCertificate(names, new Date());
    const folder = join(directory.office.path, 'own');
    await mkdir(folder, { recursive: true });
    if (which === 'both') await writeFile(join(folder, 'key.pem'), made.key);
    await writeFile(join(folder, 'cert.pem'), made.cert);
    return made.cert;
  }

  const useOwnFiles = () =>
    directory.settings.edit('test', [
      { path: ['tls.certificateFile'], value: 'own/cert.pem' },
      { path: ['tls.keyFile'], value: 'own/key.pem' },
    ]);

  it('makes a certificate at the first start that clients can check by name and address', async () => {
    const certificate = new X509Certificate(certificates.pem.cert);
    for (const name of ['post.company.com', 'localhost']) expect(certificate.checkHost(name), name).to.equal(name);
    expect(certificate.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    expect(days).to.be.within(824, 825);
    expect((await stat(join(directory.office.path, 'tls/key.pem'))).mode & 0o777).to.equal(0o600);
  });

  it('serves TLS that verifies against that certificate', async () => {
    const server = createServer({ SNICallback: (_name, answer) => answer(null, certificates.current()) }, (socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'post.company.com',
      ca: certificates.pem.cert,
    });
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    expect([greeting.toString(), socket.authorized]).to.deep.equal(['hello', true]);
    socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('keeps its certificate over a restart and renews it a month before its end', async () => {
    const { cert } = certificates.pem;
    await certificates.dispose();
    certificates = make();
    await certificates.open();
    expect(certificates.pem.cert).to.equal(cert);
    clock.jump(800 * 86_400_000);
    const renewed = changed();
    await clock.advance(86_400_000);
    await renewed;
    expect(certificates.pem.cert).to.not.equal(cert);
  });

  it('makes another one when the server gets another name', async () => {
    const renewed = changed();
    await directory.settings.edit('test', [{ path: ['tls.names'], value: ['mail.office.lan', '10.0.0.9'] }]);
    await renewed;
    const certificate = new X509Certificate(certificates.pem.cert);
    expect([certificate.checkHost('mail.office.lan'), certificate.checkIP('10.0.0.9')]).to.deep.equal(['mail.office.lan', '10.0.0.9']);
  });

  it('takes files from the settings, and new ones when they are replaced on disk', async () => {
    const first = await writePair(['one.example']);
    const used = changed();
    await useOwnFiles();
    await used;
    expect(certificates.pem.cert).to.equal(first);
    const context = certificates.current();
    const second = await (async () => {
      const replaced = changed();
      const made = await writePair(['two.example']);
      await replaced;
      return made;
    })();
    expect(certificates.pem.cert).to.equal(second);
    expect(certificates.current()).to.not.equal(context);
  });

  it('keeps the last good pair while the files do not fit, and says so', async () => {
    const first = await writePair(['one.example']);
    const used = changed();
    await useOwnFiles();
    await used;
    const reported = problem();
    await writePair(['two.example'], 'cert');
    const sentence = await reported;
    expect(sentence).to.contain('the private key belongs to another certificate. The former certificate stays in use.');
    expect(certificates.pem.cert).to.equal(first);
    expect(sentence).to.not.contain('PRIVATE KEY');
  });

  it('starts with its own certificate where the files of the settings are missing', async () => {
    await certificates.dispose();
    await useOwnFiles();
    certificates = make();
    await certificates.open();
    expect(certificates.problem)
      .to.contain('"tls.certificateFile" can\'t be read')
      .and.to.contain('The self-made certificate stays in use.');
    expect(certificates.pem.cert).to.equal(await readFile(join(directory.office.path, 'tls/certificate.pem'), 'utf8'));
  });
});
