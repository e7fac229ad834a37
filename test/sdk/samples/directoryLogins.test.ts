// The sample that provides a service: logins of a directory, in the place of Postroom's own.
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { Postroom } from '../../kit/postroom.js';
import { PASSWORD } from '../../kit/quickPasswords.js';
import { ROOT } from '../../kit/sourceFiles.js';
import { RawClient } from '../../plugins/pop3/support/rawClient.js';
import { SAMPLES } from './fakes.js';

const ID = 'sample.directory-logins';
const ANDREW = { name: 'uid=andrew,ou=people,dc=office,dc=example', password: 'of the directory' };

/** A directory with one person; it answers simple binds (RFC 4511 section 4.2) and lets anybody in without a password. */
class Directory {
  /** Names that were asked for. */
  readonly asked: string[] = [];
  readonly #sockets = new Set<TLSSocket>();

  private constructor(
    readonly server: Server,
    readonly cert: string,
  ) {}

  static async start(): Promise<Directory> {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const server = createServer({ key: made.private, cert: made.cert });
    const directory = new Directory(server, made.cert);
    server.on('secureConnection', (socket) => directory.#serve(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return directory;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #serve(socket: TLSSocket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (octets) => {
      const [, , name = '', password = ''] = leaves(octets).map((each) => each.toString());
      this.asked.push(name);
      const code = password === '' || (name === ANDREW.name && password === ANDREW.password) ? 0 : 49;
      socket.end(Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x01, 0x61, 0x07, 0x0a, 0x01, code, 0x04, 0x00, 0x04, 0x00]));
    });
  }
}

/** The contents of the elements that hold no others. */
function leaves(octets: Buffer): readonly Buffer[] {
  if (octets.length === 0) return [];
  const length = octets.readUInt16BE(2);
  const [content, rest] = [octets.subarray(4, 4 + length), octets.subarray(4 + length)];
  return [...((octets[0] ?? 0) & 0x20 ? leaves(content) : [content]), ...leaves(rest)];
}

describe('the sample for logins of a directory', function () {
  this.timeout(60_000);
  let postroom: Postroom;
  let directory: Directory;

  before(async () => {
    directory = await Directory.start();
    postroom = await Postroom.start();
    await cp(path.join(SAMPLES, 'directory-logins'), path.join(postroom.dataDir, 'plugins', ID), { recursive: true });
    await writeFile(path.join(postroom.dataDir, 'boot.json'), JSON.stringify({ trusted: [ID] }));
    await postroom.close();
    await postroom.open();
  });
  after(async () => {
    await postroom.stop();
    await directory.stop();
  });

  async function login(user: string, password: string): Promise<string> {
    const client = await RawClient.connect(postroom.port('pop3'));
    try {
      return await client.login(user, password);
    } finally {
      client.destroy();
    }
  }

  const states = async (...ids: readonly string[]): Promise<readonly string[]> => {
    const all = (await postroom.run('plugins.list')) as readonly { readonly plugin: string; readonly state: string }[];
    return ids.map((id) => all.find(({ plugin }) => plugin === id)?.state ?? 'not enabled');
  };

  it('changes nothing while it is not enabled', async () => {
    expect(await login('andrew', PASSWORD)).to.match(/^\+OK/);
    expect(directory.asked).to.deep.equal([]);
  });

  it('is refused beside the provider that is there, and both say so', async () => {
    await postroom.run('plugins.enable', { plugin: ID });
    expect(await states(ID, 'postroom.logins', 'postroom.pop3')).to.deep.equal(['failed', 'failed', 'failed']);
    const all = (await postroom.run('plugins.list')) as readonly { readonly plugin: string; readonly problems: unknown }[];
    expect(String(all.find(({ plugin }) => plugin === ID)?.problems)).to.include(
      'It provides the service Authenticator, and so does postroom.logins; a service has one provider.',
    );
  });

  it("takes its place where that is switched off: the directory's passwords count, and no others", async () => {
    await postroom.run('plugins.disable', { plugin: 'postroom.logins' });
    expect(await states(ID, 'postroom.logins', 'postroom.pop3')).to.deep.equal(['active', 'not enabled', 'active']);
    await postroom.run('config.set', {
      key: 'directory.port',
      value: String(directory.port),
      more: ['directory.authorityFile', path.join(postroom.dataDir, 'authority.pem')],
    });
    await writeFile(path.join(postroom.dataDir, 'authority.pem'), directory.cert);
    expect(await login('Andrew@company', ANDREW.password)).to.match(/^\+OK/);
    expect(await login('andrew', PASSWORD)).to.match(/^-ERR \[AUTH\] Wrong name or password/);
    expect(directory.asked).to.deep.equal([ANDREW.name, ANDREW.name]);
    expect(await login('nobody', 'x'), 'who is nobody here is not asked for').to.match(/^-ERR \[AUTH\] Wrong/);
    expect(directory.asked).to.have.length(2);
  });

  it('does not ask with an empty password, with which directories let anybody in', async () => {
    const before = directory.asked.length;
    expect(await login('andrew', '')).to.match(/^-ERR/);
    expect(directory.asked).to.have.length(before);
  });

  it('says in the order of the start who provides the service', async () => {
    const order = (await postroom.run('plugins.order', { services: true })) as readonly {
      readonly plugin: string;
      readonly requires: string;
    }[];
    expect(order.find(({ plugin }) => plugin === 'postroom.pop3')?.requires).to.include(`${ID}: Authenticator`);
  });

  it('tells mail programs to try again later while the directory is away, and lets ADMIN1 in all the same', async () => {
    await directory.stop();
    expect(await login('andrew', ANDREW.password)).to.match(/^-ERR \[AUTH\] Too many failed logins, try again later/);
    expect(postroom.log).to.include('The directory does not answer');
    expect(await login('admin1', PASSWORD)).to.match(/^\+OK/);
    directory = await Directory.start();
  });

  it('stands on its page as it is', async () => {
    const page = await readFile(path.join(ROOT, 'docs', 'plugins', 'services.md'), 'utf8');
    expect(page).to.include(await readFile(path.join(SAMPLES, 'directory-logins', 'plugin.js'), 'utf8'));
  });
});
