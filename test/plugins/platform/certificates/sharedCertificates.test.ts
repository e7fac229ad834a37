// The certificate of a store that several servers share: each of them shows the same one, and one of them makes it.
import '#core/base/injection.js';
import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { checkCertificate } from '#plugins/platform/certificates/dist/certificateCheck.js';
import { ServerCertificates } from '#plugins/platform/certificates/dist/certificates.js';
import { issueAuthority, issueCertificate } from '#plugins/platform/certificates/dist/issueCertificate.js';
import { type OpenSecrets, openSecrets } from '#plugins/platform/secrets/dist/openSecrets.js';
import { FolderDocuments } from '#plugins/platform/store-sqlite/dist/folder/folderDocuments.js';
import { openDirectory } from '../../../core/directory/directoryHost.js';
import { MemoryLeases } from '../../../core/flow/support/memoryLeases.js';
import { failureOf } from '../../../kit/failureOf.js';
import { type ServerDocuments, SharedDocuments } from '../../../kit/sharedDocuments.js';
import { until } from '../../../kit/until.js';

const DAY = 86_400_000;

interface Node {
  readonly folder: string;
  readonly documents: ServerDocuments | FolderDocuments;
  readonly leases: MemoryLeases;
  readonly directory: Awaited<ReturnType<typeof openDirectory>>;
  readonly clock: VirtualClock;
  secrets: OpenSecrets;
  certificates: ServerCertificates;
  addresses: readonly string[];
}

describe('The certificate of several servers', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let shared: SharedDocuments;
  let leases: MemoryLeases;
  let nodes: Node[];
  beforeEach(() => {
    shared = new SharedDocuments();
    leases = new MemoryLeases();
    nodes = [];
  });
  afterEach(async () => {
    for (const { certificates, secrets, directory } of nodes) {
      await certificates.dispose();
      await secrets.dispose();
      await directory.close();
    }
    expect(leases.held).to.deep.equal([]);
  });

  /** A server with its data folder. `prepare`: what lies in that before it starts. */
  async function node(documents?: FolderDocuments, prepare?: (folder: string) => Promise<unknown>): Promise<Node> {
    const directory = await openDirectory();
    const { path: folder, log } = directory.office;
    await prepare?.(folder);
    const clock = new VirtualClock(new Date());
    const made = {
      folder,
      documents: documents ?? shared.server(),
      leases,
      directory,
      clock,
      addresses: [`192.168.1.${nodes.length + 1}`],
    };
    const secrets = await openSecrets({ ...made, log: log.forSource() });
    const each: Node = { ...made, secrets, certificates: certificatesOf({ ...made, secrets }, () => each.addresses) };
    nodes.push(each);
    return each;
  }
  function certificatesOf(
    { folder, documents, directory, clock, secrets }: Omit<Node, 'certificates' | 'addresses'>,
    addresses: () => readonly string[],
  ): ServerCertificates {
    const { office, settings } = directory;
    const kept = { folder, documents, secrets: secrets.store, leases };
    return new ServerCertificates({ ...kept, settings, trial: () => undefined, clock, events: office.events, log: office.log, addresses });
  }
  async function started(prepare?: (folder: string) => Promise<unknown>): Promise<Node> {
    const made = await node(undefined, prepare);
    await made.certificates.open();
    return made;
  }
  async function restart(each: Node): Promise<void> {
    await each.certificates.dispose();
    await each.secrets.dispose();
    each.secrets = await openSecrets({ ...each, log: each.directory.office.log.forSource() });
    each.certificates = certificatesOf(each, () => each.addresses);
    await each.certificates.open();
  }
  const ownKey = (folder: string): Promise<void> => writeFile(join(folder, 'secret.key'), Buffer.alloc(32, 7), { mode: 0o600 });
  const giveKey = (from: Node) => (folder: string) => copyFile(join(from.folder, 'secret.key'), join(folder, 'secret.key'));
  const shown = ({ certificates }: Node): X509Certificate => new X509Certificate(certificates.pem.cert);
  const isSame = (one: Node, other: Node): void => {
    expect(other.certificates.pem).to.deep.equal(one.certificates.pem);
    expect(other.certificates.authority).to.equal(one.certificates.authority);
  };
  const catchesUp = (other: Node, one: Node): Promise<void> =>
    until('the other server shows the same', () => other.certificates.pem.cert === one.certificates.pem.cert);
  const lines = ({ directory }: Node): string => directory.office.log.lines.join('\n');

  it('is made by the first and shown by all, with the names of each; no private key is in the store unsealed', async () => {
    const a = await started();
    const b = await started(giveKey(a));
    await catchesUp(a, b);
    isSame(a, b);
    for (const address of ['192.168.1.1', '192.168.1.2']) expect(shown(a).checkIP(address)).to.equal(address);
    expect(shown(a).verify(new X509Certificate(a.certificates.authority ?? '').publicKey)).to.equal(true);
    expect([...shared.kept.keys()].sort()).to.deep.equal(['secrets.json', 'tls/authority.pem', 'tls/certificate.pem']);
    for (const name of shared.kept.keys()) expect(shared.text(name), name).to.not.match(/PRIVATE KEY|UFJJVkFURSBLRVk/);
    expect([await readdir(a.folder), await readdir(b.folder)].flat()).to.not.include('tls');
  });

  it('stays what it is once it has the names of all: no server makes another one for its own', async () => {
    const a = await started();
    const b = await started(giveKey(a));
    await catchesUp(a, b);
    const { cert } = a.certificates.pem;
    for (const each of [a, b, a, b]) {
      await each.clock.advance(60_000);
      await restart(each);
    }
    expect([a.certificates.pem.cert, b.certificates.pem.cert]).to.deep.equal([cert, cert]);
  });

  it('is renewed by one, with its key, and taken up by the others', async () => {
    const a = await started();
    const b = await started(giveKey(a));
    await catchesUp(a, b);
    const { key } = a.certificates.pem;
    const before = shared.kept.get('tls/certificate.pem')?.version ?? 0;
    for (const { clock } of [a, b]) clock.jump(800 * DAY);
    await Promise.all([a.clock.advance(60_000), b.clock.advance(60_000)]);
    await until('it is renewed', () => Date.parse(shown(a).validTo) > a.clock.now().getTime() + 100 * DAY);
    await catchesUp(b, a);
    isSame(a, b);
    expect(a.certificates.pem.key).to.equal(key);
    expect(shared.kept.get('tls/certificate.pem')?.version, 'once').to.equal(before + 1);
  });

  it('gets the names of a server whose address changes, also for the others', async () => {
    const a = await started();
    const b = await started(giveKey(a));
    b.addresses = ['10.0.0.7'];
    await b.clock.advance(60_000);
    await until('it has the new address', () => shown(b).checkIP('10.0.0.7') !== undefined);
    await catchesUp(a, b);
    expect(shown(a).checkIP('192.168.1.1')).to.equal('192.168.1.1');
  });

  it('is read with its key by a server that has not heard of the key yet', async () => {
    const lease = await leases.take('certificate');
    const [a, b] = [await started(ownKey), await started(ownKey)];
    (b.documents as ServerDocuments).isDeaf = true;
    await lease?.release();
    await a.certificates.reload();
    await b.certificates.reload();
    expect(b.certificates.authority).to.equal(a.certificates.authority);
    await catchesUp(a, b);
    isSame(a, b);
  });

  it('is another one of no server that cannot open its key: that says so, and shows it when the key is there', async () => {
    const a = await started();
    const before = new Map(shared.kept);
    const b = await started();
    const { problem = '' } = b.certificates;
    expect(problem).to.match(
      /^The key file \S+secret\.key is missing\. Copy secret\.key from a server that has it .* Ports with TLS stay closed\.$/,
    );
    const refused = await failureOf(Promise.resolve().then(() => b.certificates.pem));
    expect([refused.code, refused.message]).to.deep.equal(['data/missing', problem]);
    expect(checkCertificate(b.certificates, b.clock)).to.deep.equal({ check: 'certificate', state: 'problem', text: problem });
    expect([...shared.kept]).to.deep.equal([...before]);
    expect(lines(b)).to.include(problem);
    const came = new Promise<void>((resolve) => b.certificates.onDidChange(resolve));
    await giveKey(a)(b.folder);
    await b.clock.advance(5000);
    await came;
    await catchesUp(a, b);
    isSame(a, b);
    await until('all is well', () => b.certificates.problem === undefined);
  });

  it('goes on where the key of the secrets is changed, also on a server that does not have the new one yet', async () => {
    const a = await started();
    const b = await started(giveKey(a));
    await catchesUp(a, b);
    await a.secrets.store.rotateKey();
    await b.certificates.reload();
    isSame(a, b);
    await restart(a);
    isSame(a, b);
  });

  it('is waited for while another server makes it', async () => {
    const lease = await leases.take('certificate');
    const a = await started();
    expect((await failureOf(Promise.resolve().then(() => a.certificates.pem))).message).to.include('There is no certificate yet');
    expect(shared.kept.size).to.equal(0);
    await lease?.release();
    const came = new Promise<void>((resolve) => a.certificates.onDidChange(resolve));
    await a.clock.advance(5000);
    await came;
    expect(a.certificates.authority).to.not.equal(undefined);
  });

  it('is not written over by a server that stood still while it made one', async () => {
    const a = await node(undefined, ownKey);
    let b: Node | undefined;
    const documents = a.documents as ServerDocuments;
    // The first put seals the key of its authority, the second is its certificate.
    documents.beforePut = async () => {
      documents.beforePut = async () => {
        await leases.takeOver('certificate', 'not told').release();
        b = await started(ownKey);
      };
    };
    await a.certificates.open();
    if (b === undefined) throw new Error('The other one did not start.');
    await until('both show one', () => {
      void a.certificates.reload();
      return a.certificates.pem.cert === b?.certificates.pem.cert;
    });
    isSame(b, a);
    for (const each of [a, b]) await restart(each);
    isSame(b, a);
  });

  it('stays in use where the store is away when it should be renewed', async () => {
    const a = await started();
    const { cert } = a.certificates.pem;
    (a.documents as ServerDocuments).trouble = new PostroomError('store/unreachable', 'The database cannot be reached.');
    await a.certificates.reload();
    expect(a.certificates.pem.cert).to.equal(cert);
    expect(a.certificates.problem).to.equal(
      'A new certificate could not be made: The database cannot be reached. The former certificate stays in use.',
    );
    (a.documents as ServerDocuments).trouble = undefined;
    await a.certificates.reload();
    expect(a.certificates.problem).to.equal(undefined);
  });

  it('is no matter of the others where the settings of a server name its files', async () => {
    const a = await started();
    const b = await node(undefined, giveKey(a));
    const now = new Date();
    const own = await issueCertificate(['b.example'], await issueAuthority('others', { now }), { now });
    await mkdir(join(b.folder, 'own'));
    await Promise.all([writeFile(join(b.folder, 'own/cert.pem'), own.cert), writeFile(join(b.folder, 'own/key.pem'), own.key)]);
    await b.directory.settings.edit('test', [
      { path: ['tls.certificateFile'], value: 'own/cert.pem' },
      { path: ['tls.keyFile'], value: 'own/key.pem' },
    ]);
    const before = [...shared.kept];
    await b.certificates.open();
    expect(b.certificates.pem.cert).to.equal(own.cert);
    expect([...shared.kept]).to.deep.equal(before);
    await restart(a);
    expect(shown(a).checkHost('b.example')).to.equal(undefined);
  });

  describe('where a server moves', () => {
    /** One server's certificate in its data folder. */
    async function alone(folder: string): Promise<Node> {
      const documents = new FolderDocuments(folder);
      const directory = await openDirectory();
      const { log } = directory.office;
      const clock = new VirtualClock(new Date());
      const secrets = await openSecrets({ folder, documents, clock, log: log.forSource() });
      const made = { folder, documents, leases, directory, clock, secrets };
      const each: Node = { ...made, addresses: ['192.168.1.99'], certificates: certificatesOf(made, () => each.addresses) };
      await each.certificates.open();
      nodes.push(each);
      return each;
    }

    it('is brought along with its authority where the store has none: nobody has to trust another one', async () => {
      let former: Node | undefined;
      const a = await started(async (folder) => {
        former = await alone(folder);
      });
      expect(a.certificates.authority).to.equal(former?.certificates.authority);
      expect(a.certificates.pem.key).to.equal(former?.certificates.pem.key);
      expect(shown(a).checkIP('192.168.1.99'), 'by the former names as well').to.equal('192.168.1.99');
      await restart(a);
      expect(a.certificates.authority).to.equal(former?.certificates.authority);
      for (const name of shared.kept.keys()) expect(shared.text(name), name).to.not.include('PRIVATE KEY');
    });

    it('stays behind where the store has one, which the log says', async () => {
      const a = await started();
      const before = a.certificates.authority;
      const b = await started(async (folder) => {
        await alone(folder);
        await giveKey(a)(folder);
      });
      expect([a.certificates.authority, b.certificates.authority]).to.deep.equal([before, before]);
      expect(lines(b)).to.include('The files in tls/ of the data folder are of before, and are not looked at');
      expect(await readFile(join(b.folder, 'tls/authority.pem'), 'utf8')).to.not.equal(before);
    });

    it('comes back to one server with its documents, secrets and key', async () => {
      const a = await started();
      const authority = a.certificates.authority;
      const back = await openDirectory();
      const { path: folder } = back.office;
      await mkdir(join(folder, 'tls'));
      for (const [name, { octets }] of shared.kept) await writeFile(join(folder, name), octets);
      await giveKey(a)(folder);
      const one = await alone(folder);
      expect([one.certificates.authority, one.certificates.pem.key]).to.deep.equal([authority, a.certificates.pem.key]);
      await back.close();
    });
  });
});
