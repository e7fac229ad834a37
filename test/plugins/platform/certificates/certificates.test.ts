import '#core/base/injection.js';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { Trial } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ServerCertificates } from '#plugins/platform/certificates/dist/certificates.js';
import { type IssuedCertificate, issueAuthority, issueCertificate } from '#plugins/platform/certificates/dist/issueCertificate.js';
import { FolderDocuments } from '#plugins/platform/store-sqlite/dist/folder/folderDocuments.js';
import { openDirectory } from '../../../core/directory/directoryHost.js';
import { MemoryLeases } from '../../../core/flow/support/memoryLeases.js';
import { folderSecrets } from '../../../kit/folderSecrets.js';
import { playedCase } from '../../../kit/publicCases.js';
import { until } from '../../../kit/until.js';

const leaks = leakCheck();
const DAY = 86_400_000;

describe('ServerCertificates', () => {
  let directory: Awaited<ReturnType<typeof openDirectory>>;
  let clock: VirtualClock;
  let certificates: ServerCertificates;
  let trial: Trial | undefined;
  let addresses: readonly string[];

  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  beforeEach(async () => {
    directory = await openDirectory();
    trial = undefined;
    addresses = ['127.0.0.1', '192.168.1.5', 'fe80::1', 'fd00::5', '169.254.3.4'];
    clock = new VirtualClock(new Date());
    certificates = await make();
    await certificates.open();
  });

  afterEach(async () => {
    await certificates.dispose();
    await directory.close();
  });

  async function make(): Promise<ServerCertificates> {
    const { office, settings } = directory;
    const { path: folder, events, log } = office;
    const kept = { documents: new FolderDocuments(folder), secrets: await folderSecrets(folder, clock, log), leases: new MemoryLeases() };
    return new ServerCertificates({ folder, ...kept, settings, trial: () => trial, clock, events, log, addresses: () => addresses });
  }

  async function restarted(): Promise<void> {
    await certificates.dispose();
    certificates = await make();
    await certificates.open();
  }

  const shown = (): X509Certificate => new X509Certificate(certificates.pem.cert);
  const authority = (): X509Certificate => new X509Certificate(certificates.authority ?? '');

  const changed = (): Promise<void> => new Promise((resolve) => certificates.onDidChange(resolve));
  const problem = (): Promise<string> =>
    new Promise((resolve) => {
      directory.office.events.on((event) => event.type === 'problem' && event.source === 'certificate' && resolve(event.sentence));
    });

  async function writePair(names: readonly string[], which: 'both' | 'cert' = 'both'): Promise<string> {
    const made = await issued(names);
    const folder = join(directory.office.path, 'own');
    await mkdir(folder, { recursive: true });
    if (which === 'both') await writeFile(join(folder, 'key.pem'), made.key);
    await writeFile(join(folder, 'cert.pem'), made.cert);
    return made.cert;
  }

  async function issued(names: readonly string[], now = new Date()): Promise<IssuedCertificate> {
    return issueCertificate(names, await issueAuthority('others', { now }), { now });
  }

  const useOwnFiles = () =>
    directory.settings.edit('test', [
      { path: ['tls.certificateFile'], value: 'own/cert.pem' },
      { path: ['tls.keyFile'], value: 'own/key.pem' },
    ]);

  it('makes a certificate at the first start that clients can check by every name and address that people type', async () => {
    const certificate = shown();
    for (const name of ['post.company.com', 'localhost', hostname()]) expect(certificate.checkHost(name), name).to.equal(name);
    for (const address of ['127.0.0.1', '192.168.1.5']) expect(certificate.checkIP(address)).to.equal(address);
    for (const passing of ['fe80::1', 'fd00::5', '169.254.3.4']) expect(certificate.checkIP(passing), passing).to.equal(undefined);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY;
    expect(days).to.be.within(824, 825);
    for (const file of ['key.pem', 'authority-key.pem'])
      expect((await stat(join(directory.office.path, 'tls', file))).mode & 0o777, file).to.equal(0o600);
  });

  it('has signed it with an authority of its own, good for ten years and for servers alone', () => {
    expect(shown().verify(authority().publicKey)).to.equal(true);
    expect([authority().ca, shown().ca]).to.deep.equal([true, false]);
    expect(authority().subject).to.equal('CN=Postroom of post.company.com');
    expect(Date.parse(authority().validTo) - clock.now().getTime()).to.be.above(3650 * DAY);
    expect(authority().keyUsage, 'the extended one').to.deep.equal(['1.3.6.1.5.5.7.3.1']);
  });

  it('serves TLS that verifies for whoever trusts the authority', async () => {
    const server = createServer({ SNICallback: (_name, answer) => answer(null, certificates.current()) }, (socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'post.company.com',
      ca: certificates.authority,
    });
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    expect([greeting.toString(), socket.authorized]).to.deep.equal(['hello', true]);
    socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('keeps its certificate over a restart, and renews it a month before its end with its key, under the same authority', async () => {
    const { cert, key } = certificates.pem;
    const trusted = certificates.authority;
    await restarted();
    expect(certificates.pem.cert).to.equal(cert);
    const renewed = changed();
    clock.jump(793 * DAY);
    await clock.advance(DAY);
    expect(certificates.pem.cert).to.equal(cert);
    await clock.advance(DAY);
    await renewed;
    expect(certificates.pem.cert).to.not.equal(cert);
    expect([certificates.pem.key, certificates.authority]).to.deep.equal([key, trusted]);
  });

  for (const [what, days] of [
    ['ahead past its end', 1000],
    ['back before its beginning', -1000],
  ] as const) {
    it(`renews it within a minute of a clock that jumps ${what}, and so again when the clock is put right`, async () => {
      for (const jump of [days, -days]) {
        const before = certificates.pem.cert;
        const renewed = changed();
        clock.jump(jump * DAY);
        await clock.advance(60_000);
        await renewed;
        expect(certificates.pem.cert).to.not.equal(before);
        expect(Math.abs(Date.parse(shown().validFrom) - clock.now().getTime())).to.be.below(2 * DAY);
      }
    });
  }

  it('makes a certificate that begins in the time to come anew at the start', async () => {
    const right = clock.now();
    await certificates.dispose();
    clock = new VirtualClock(new Date('2029-07-20T12:00:00Z'));
    await rm(join(directory.office.path, 'tls'), { recursive: true });
    certificates = await make();
    await certificates.open();
    expect(shown().validFrom).to.include('2029');
    clock = new VirtualClock(right);
    await restarted();
    expect(Date.parse(shown().validFrom)).to.be.below(right.getTime());
    expect(Date.parse(authority().validFrom)).to.be.below(right.getTime());
  });

  it('case 063', async function () {
    const file = join(playedCase('063', this), 'input.txt');
    const [wrong = '', right = ''] = readFileSync(file, 'utf8').match(/[A-Z][a-z]+ 20\d\d/g) ?? [];
    await rm(join(directory.office.path, 'tls'), { recursive: true });
    for (const month of [wrong, right]) {
      await certificates.dispose();
      clock = new VirtualClock(new Date(`15 ${month} 12:00 UTC`));
      certificates = await make();
      await certificates.open();
      expect(Math.abs(Date.parse(shown().validFrom) - clock.now().getTime()), month).to.be.below(2 * DAY);
    }
  });

  it('goes on with the name and key of the authority when its end comes near: what people trust stays good until then', async () => {
    const trusted = authority();
    clock.jump(3000 * DAY);
    await restarted();
    expect(authority().fingerprint256).to.not.equal(trusted.fingerprint256);
    expect(authority().subject).to.equal(trusted.subject);
    expect(shown().verify(trusted.publicKey) && shown().checkIssued(trusted)).to.equal(true);
    expect(Date.parse(authority().validTo) - clock.now().getTime()).to.be.above(3650 * DAY);
  });

  it('makes another one, with the same key, when the server gets another name or address, and keeps the former names', async () => {
    const { key } = certificates.pem;
    const renewed = changed();
    await directory.settings.edit('test', [
      { path: ['server.name'], value: 'new.company.com' },
      { path: ['tls.names'], value: ['mail.office.lan', '10.0.0.9'] },
    ]);
    await renewed;
    const certificate = shown();
    for (const name of ['new.company.com', 'mail.office.lan', 'post.company.com']) expect(certificate.checkHost(name)).to.equal(name);
    expect(certificate.checkIP('10.0.0.9')).to.equal('10.0.0.9');
    expect(certificates.pem.key).to.equal(key);

    const moved = changed();
    addresses = ['192.168.7.7'];
    await clock.advance(60_000);
    await moved;
    expect(shown().checkIP('192.168.7.7')).to.equal('192.168.7.7');
  });

  it('shows the former one as long as a change of names waits for its confirmation', async () => {
    const { cert } = certificates.pem;
    trial = { keys: ['server.name'], until: clock.now(), consequences: [] };
    await directory.settings.edit('test', [{ path: ['server.name'], value: 'new.company.com' }]);
    await certificates.reload();
    expect(certificates.pem.cert).to.equal(cert);
    trial = undefined;
    const renewed = changed();
    directory.office.events.emit({ type: 'settings', author: 'postroom' });
    await renewed;
    expect(shown().checkHost('new.company.com')).to.equal('new.company.com');
  });

  it('goes on with the former one where none can be written, and tries again', async () => {
    const { cert } = certificates.pem;
    const folder = join(directory.office.path, 'tls');
    await rename(folder, `${folder}.away`);
    await writeFile(folder, 'in the way');
    addresses = ['10.9.9.9'];
    await certificates.reload();
    expect(certificates.pem.cert).to.equal(cert);
    expect(certificates.problem).to.match(/^A new certificate could not be made: .* The former certificate stays in use\.$/);
    await rm(folder);
    await rename(`${folder}.away`, folder);
    const renewed = changed();
    await clock.advance(60_000);
    await renewed;
    await until('all is well', () => certificates.problem === undefined);
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

  it('complains about files whose certificate is not valid yet', async () => {
    const folder = join(directory.office.path, 'own');
    await mkdir(folder);
    const { cert, key } = await issued(['one.example'], new Date(clock.now().getTime() + 100 * DAY));
    await Promise.all([writeFile(join(folder, 'cert.pem'), cert), writeFile(join(folder, 'key.pem'), key)]);
    const reported = problem();
    await useOwnFiles();
    expect(await reported).to.match(/"tls.certificateFile" begins on \d{4}-\d\d-\d\d, and until then mail programs refuse it/);
    expect([certificates.pem.cert, certificates.authority]).to.deep.equal([cert, undefined]);
  });

  it('starts with its own certificate where the files of the settings are missing', async () => {
    await certificates.dispose();
    await useOwnFiles();
    certificates = await make();
    await certificates.open();
    expect(certificates.problem)
      .to.contain('"tls.certificateFile" can\'t be read')
      .and.to.contain('The self-made certificate stays in use.');
    expect(certificates.pem.cert).to.equal(await readFile(join(directory.office.path, 'tls/certificate.pem'), 'utf8'));
  });
});
