import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCiphers, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';
import { makeCertificate, type TestCertificate } from '../smtp/testCertificate.js';
import { ask, type Door, doorsOf, enter } from './doors.js';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
/** Old versions and suites are offered only where somebody insists. */
const INSIST = { minVersion: 'TLSv1' as const };
const AEAD = /^ecdhe-(?:ecdsa|rsa)-(?:aes(?:128|256)-gcm-sha\d+|chacha20-poly1305)$/;
const OPENSSL = '/usr/bin/openssl';

describe('every TLS door', function () {
  this.timeout(60_000);
  let postroom: Postroom;
  let folder: string;
  let doors: readonly Door[];
  const use = async ({ key, cert }: TestCertificate): Promise<void> => {
    // As a certificate program does: beside, then in place.
    for (const [name, text] of [
      ['key', key],
      ['cert', cert],
    ] as const) {
      await writeFile(path.join(folder, `${name}.new`), text);
      await rename(path.join(folder, `${name}.new`), path.join(folder, `${name}.pem`));
    }
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-tls-'));
    await use(await makeCertificate('first'));
    postroom = await Postroom.start({
      settings: {
        'tls.certificateFile': path.join(folder, 'cert.pem'),
        'tls.keyFile': path.join(folder, 'key.pem'),
        'pop3.listen': [
          { ...LOOPBACK, security: 'starttls' },
          { ...LOOPBACK, security: 'tls' },
        ],
        'smtp.listen': [
          { ...LOOPBACK, security: 'starttls' },
          { ...LOOPBACK, security: 'tls' },
        ],
        'admin-ui.listen': [{ ...LOOPBACK, security: 'tls' }],
      },
    });
    doors = doorsOf(postroom.service(Ports).ports);
  });
  after(async () => {
    await postroom.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const failure = (door: Door, options: object): Promise<string> =>
    enter(door, { ...options, ciphers: 'DEFAULT@SECLEVEL=0' }).then(
      (secure) => {
        secure.destroy();
        return `${door.name} let it in`;
      },
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );

  it('speaks TLS 1.3 and 1.2, and refuses what is older', async () => {
    for (const door of doors) {
      for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
        const secure = await enter(door, { maxVersion: version });
        expect(secure.getProtocol(), door.name).to.equal(version);
        expect(await ask(door, secure)).to.match(door.answer);
        secure.destroy();
      }
      for (const version of ['TLSv1.1', 'TLSv1'] as const) {
        expect(await failure(door, { ...INSIST, maxVersion: version }), door.name).to.match(
          /PROTOCOL_VERSION|closed in the handshake|UNSUPPORTED_PROTOCOL|ECONNRESET/,
        );
      }
    }
  });

  it('takes AEAD suites with ephemeral keys alone, whatever the client offers in TLS 1.2', async () => {
    const offered = getCiphers().filter((name) => !name.startsWith('tls_'));
    for (const door of doors) {
      const taken: string[] = [];
      for (const name of offered) {
        const options = { maxVersion: 'TLSv1.2' as const, ciphers: `${name.toUpperCase()}:@SECLEVEL=0` };
        const secure = await enter(door, options).catch(() => undefined);
        if (secure !== undefined) taken.push(name);
        secure?.destroy();
      }
      expect(
        taken.filter((name) => !AEAD.test(name)),
        door.name,
      ).to.deep.equal([]);
      expect(taken.length, door.name).to.be.above(1);
    }
  });

  it('neither negotiates again inside a session, nor compresses', async function () {
    if (!existsSync(OPENSSL)) this.skip();
    for (const door of doors) {
      const way = door.before.length === 0 ? [] : ['-starttls', door.name.slice(0, 4).toLowerCase()];
      const said = await renegotiation(door.port, way);
      expect(said, door.name).to.match(/RENEGOTIATING[\s\S]*no renegotiation/);
      expect(said, door.name).to.match(/Compression: NONE/);
    }
  });

  it('goes on with open sessions when the certificate is renewed, and shows the new one to new clients, without a restart', async () => {
    const fingerprint = (secure: TLSSocket): string => secure.getPeerCertificate().fingerprint256;
    const open = await Promise.all(doors.map((door) => enter(door)));
    const old = fingerprint(open[0] as TLSSocket);
    // Tickets and session ids of before, as clients keep them.
    const kept = await Promise.all(
      doors.map(async (door) => {
        const secure = await enter(door, { maxVersion: 'TLSv1.2' });
        const session = secure.getSession();
        await ask(door, secure);
        secure.destroy();
        return session;
      }),
    );
    await use(await makeCertificate('second'));
    await until('the new certificate is shown', async () => {
      const shown = await Promise.all(
        doors.map(async (door) => {
          const secure = await enter(door);
          const seen = fingerprint(secure);
          secure.destroy();
          return seen;
        }),
      );
      return shown.every((each) => each !== old);
    });
    for (const [at, door] of doors.entries()) {
      expect(await ask(door, open[at] as TLSSocket), door.name).to.match(door.answer);
      const session = kept[at];
      const secure = await enter(door, { maxVersion: 'TLSv1.2', ...(session !== undefined && { session }) });
      expect(secure.isSessionReused(), `${door.name}: a ticket of the old certificate`).to.equal(false);
      expect(fingerprint(secure), door.name).to.not.equal(old);
      expect(await ask(door, secure)).to.match(door.answer);
      secure.destroy();
    }
    for (const secure of open) {
      const closed = once(secure, 'close');
      secure.destroy();
      await closed;
    }
  });

  it('keeps the certificate that it has where the new files do not fit together', async () => {
    const [door] = doors as [Door];
    const before = await enter(door);
    await writeFile(path.join(folder, 'key.pem'), (await makeCertificate('third')).key);
    await until('it is said', () => /private key belongs to another certificate/.test(postroom.log));
    const secure = await enter(door);
    expect(secure.getPeerCertificate().fingerprint256).to.equal(before.getPeerCertificate().fingerprint256);
    before.destroy();
    secure.destroy();
  });
});

/** What OpenSSL's own client says where it asks for another handshake inside a session. */
async function renegotiation(port: number, way: readonly string[]): Promise<string> {
  const client = spawn(OPENSSL, ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-comp', ...way]);
  let said = '';
  const listen = (octets: Buffer): void => {
    const wasReady = said.includes('Extended master secret');
    said += octets.toString('latin1');
    // Its command for it, once the session stands.
    if (!wasReady && said.includes('Extended master secret')) client.stdin.write('R\n');
  };
  client.stdin.on('error', () => undefined);
  client.stdout.on('data', listen);
  client.stderr.on('data', listen);
  await once(client, 'close');
  return said;
}
