import '#core/base/injection.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADMIN1, type MailboxRef } from '@postroom/sdk';
import { secretPath } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { DocumentSecretStore } from '#plugins/platform/secrets/dist/secretStore.js';
import { clearLeftovers } from '#plugins/platform/store-sqlite/dist/folder/leftovers.js';
import { Office } from '../../../core/configuration/memoryRevisions.js';
import { folderSecrets } from '../../../kit/folderSecrets.js';

const GREG: MailboxRef = { account: 'company', user: 'greg' };
const PLANTED = 'Grüße-hunter2';

describe('Secrets in the data folder', () => {
  let office: Office;
  let clock: VirtualClock;
  let store: DocumentSecretStore;

  async function reopen(): Promise<void> {
    store = await folderSecrets(office.path, clock, office.log);
  }

  beforeEach(async () => {
    office = await Office.open();
    clock = new VirtualClock();
    await reopen();
  });

  afterEach(() => office.close());

  async function rejection(promise: Promise<unknown>): Promise<string> {
    return promise.then(
      () => 'no rejection',
      (error: Error) => error.message,
    );
  }

  it('knows a right password, also after a restart and in the other way to write accents', async () => {
    await store.setUserPassword(GREG, PLANTED);
    await reopen();
    expect(await store.verifyUserPassword({ account: 'company', user: 'GREG' }, PLANTED.normalize('NFD'))).to.equal(true);
    expect(await store.verifyUserPassword(GREG, 'wrong')).to.equal(false);
    expect(await store.verifyUserPassword(GREG, '')).to.equal(false);
    expect(await store.verifyUserPassword(undefined, PLANTED)).to.equal(false);
    expect(await store.verifyUserPassword(ADMIN1, PLANTED)).to.equal(false);
    expect([store.hasPassword(GREG), store.hasPassword(ADMIN1)]).to.deep.equal([true, false]);
  });

  it('writes neither kind of secret in clear text, and nobody else may read the files', async () => {
    await store.setUserPassword(GREG, PLANTED);
    await store.setSecret(secretPath('pop3.password', 'company'), PLANTED);
    for (const name of ['secrets.json', 'secret.key']) {
      const octets = await readFile(join(office.path, name));
      expect(octets.includes(PLANTED)).to.equal(false);
      expect(octets.includes(Buffer.from(PLANTED).toString('base64'))).to.equal(false);
      expect((await stat(join(office.path, name))).mode & 0o777).to.equal(0o600);
    }
    await reopen();
    expect(await store.getSecret('company/pop3.password')).to.equal(PLANTED);
  });

  it('remembers a right password for ten minutes, and forgets it when it is changed', async () => {
    await store.setUserPassword(GREG, 'one');
    expect(store.wasRightLately(GREG, 'one')).to.equal(false);
    await store.verifyUserPassword(GREG, 'one');
    expect([store.wasRightLately(GREG, 'one'), store.wasRightLately(GREG, 'two')]).to.deep.equal([true, false]);
    await clock.advance(10 * 60_000);
    expect(store.wasRightLately(GREG, 'one')).to.equal(false);
    await store.verifyUserPassword(GREG, 'one');
    await store.setUserPassword(GREG, 'two');
    expect(store.wasRightLately(GREG, 'one')).to.equal(false);
    expect(await store.verifyUserPassword(GREG, 'one')).to.equal(false);
  });

  it('refuses an empty and an overlong password', async () => {
    expect(await rejection(store.setUserPassword(GREG, ''))).to.contain('must not be empty');
    expect(await rejection(store.setUserPassword(GREG, 'x'.repeat(1025)))).to.contain('longer than 1024');
  });

  it('P76 S58 takes no password with NULs behind the right one, which scrypt would take for the same', async () => {
    await store.setUserPassword(GREG, 'one');
    expect(await store.verifyUserPassword(GREG, 'one\0')).to.equal(false);
    expect(await store.verifyUserPassword(GREG, 'one')).to.equal(true);
    expect(store.wasRightLately(GREG, 'one\0')).to.equal(false);
    expect(await rejection(store.setUserPassword(GREG, 'two\0'))).to.contain('holds a NUL');
  });

  it('says what to do where the key file is missing or another one', async () => {
    await store.setSecret('company/pop3.password', PLANTED);
    await rename(join(office.path, 'secret.key'), join(office.path, 'away'));
    await reopen();
    const missing = await rejection(store.getSecret('company/pop3.password'));
    expect(missing).to.contain('is missing. Put the right key file back from a backup').and.to.not.contain(PLANTED);
    await writeFile(join(office.path, 'secret.key'), Buffer.alloc(32, 7));
    await reopen();
    expect(await rejection(store.getSecret('company/pop3.password'))).to.contain('is not the one that encrypted the secret');
    await writeFile(join(office.path, 'secret.key'), 'short');
    await reopen();
    expect(await rejection(store.getSecret('company/pop3.password'))).to.contain('holds no key');
    await rm(join(office.path, 'secret.key'));
    await reopen();
    await store.setSecret('company/pop3.password', 'anew');
    expect(await store.getSecret('company/pop3.password')).to.equal('anew');
  });

  it('does not open a secret that was moved to another place', async () => {
    await store.setSecret('a/pop3.password', PLANTED);
    const path = join(office.path, 'secrets.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('a/pop3.password', 'b/pop3.password'));
    await reopen();
    expect(await rejection(store.getSecret('b/pop3.password'))).to.contain('is damaged');
  });

  it('changes the key, while other secrets are set', async () => {
    await store.setSecret('a/x', 'one');
    const old = await readFile(join(office.path, 'secret.key'));
    await Promise.all([store.setSecret('a/y', 'two'), store.rotateKey(), store.setSecret('a/z', 'three')]);
    expect((await readFile(join(office.path, 'secret.key'))).equals(old)).to.equal(false);
    await reopen();
    expect(await Promise.all(['a/x', 'a/y', 'a/z'].map((path) => store.getSecret(path)))).to.deep.equal(['one', 'two', 'three']);
  });

  it('tells who reads while the key is changed nothing untrue: each secret opens at any moment', async () => {
    const paths = ['a/x', 'b/y', 'c/z'];
    for (const path of paths) await store.setSecret(path, `value of ${path}`);
    let isChanging = true;
    let reads = 0;
    const reading = Promise.all(
      paths.map(async (path) => {
        while (isChanging) {
          expect(await store.getSecret(path)).to.equal(`value of ${path}`);
          reads += 1;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }),
    );
    const changing = (async () => {
      for (let change = 0; change < 20; change += 1)
        await Promise.all([store.rotateKey(), store.rotateKey(), store.setSecret('d/w', 'new')]);
      isChanging = false;
    })();
    await Promise.all([reading, changing]);
    expect(reads).to.be.greaterThan(100);
    await reopen();
    expect(await Promise.all(paths.map((path) => store.getSecret(path)))).to.deep.equal(paths.map((path) => `value of ${path}`));
  });

  it('keeps every secret wherever a change of the key is killed, and the next start leaves nothing of it behind', async function () {
    this.timeout(120_000);
    await store.setSecret('a/x', 'one');
    await store.setSecret('a/y', 'two');
    const victim = fileURLToPath(new URL('./rotatingVictim.js', import.meta.url));
    let kills = 0;
    for (let isDone = false; !isDone; kills += 1) {
      const child = spawn(process.execPath, [victim, office.path, String(kills + 1)], { stdio: ['ignore', 'ignore', 'inherit'] });
      isDone = ((await once(child, 'exit')) as [number | null])[0] === 0;
      await clearLeftovers(office.path);
      await reopen();
      expect(await Promise.all(['a/x', 'a/y'].map((path) => store.getSecret(path))), `killed before step ${kills + 1}`).to.deep.equal([
        'one',
        'two',
      ]);
      expect(await readdir(office.path)).to.have.members(['secret.key', 'secrets.json']);
    }
    expect(kills, 'two files, and their places').to.be.at.least(12);
  });

  it('does not show what is not durable yet, and nothing of a change that fails', async () => {
    await store.setSecret('a/x', 'one');
    const setting = store.setSecret('a/x', 'two');
    expect(await store.getSecret('a/x')).to.equal('one');
    await setting;
    await rm(join(office.path, 'secrets.json'));
    await mkdir(join(office.path, 'secrets.json'));
    expect(await rejection(store.setSecret('a/x', 'three'))).to.contain('The secrets are as before');
    expect(await rejection(store.rotateKey())).to.contain('The secrets are as before');
    expect(await store.getSecret('a/x')).to.equal('two');
  });

  it('ends a change of the key that was cut after the secrets were written', async () => {
    await store.setSecret('a/x', 'one');
    const old = await readFile(join(office.path, 'secret.key'));
    await store.rotateKey();
    await rename(join(office.path, 'secret.key'), join(office.path, 'secret.key.next'));
    await writeFile(join(office.path, 'secret.key'), old);
    await reopen();
    expect(await store.getSecret('a/x')).to.equal('one');
  });

  it('takes the key that systemd hands over, once the secrets are sealed with it', async () => {
    await store.setSecret('a/x', 'one');
    const credentials = await mkdtemp(join(tmpdir(), 'postroom-credentials-'));
    process.env['CREDENTIALS_DIRECTORY'] = credentials;
    try {
      await writeFile(join(credentials, 'postroom.key'), Buffer.alloc(32, 7));
      await reopen();
      expect(await store.getSecret('a/x'), 'sealed with the key file').to.equal('one');
      await store.setSecret('a/y', 'two');
      expect(await store.rotateKey()).to.equal(2);
      expect(await stat(join(office.path, 'secret.key')).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ENOENT');
      await reopen();
      expect(await Promise.all(['a/x', 'a/y'].map((path) => store.getSecret(path)))).to.deep.equal(['one', 'two']);
      await writeFile(join(credentials, 'postroom.key'), Buffer.alloc(32, 8));
      await reopen();
      expect(await rejection(store.getSecret('a/x'))).to.contain('is not the one that encrypted the secret');
    } finally {
      delete process.env['CREDENTIALS_DIRECTORY'];
      await rm(credentials, { recursive: true });
    }
  });

  it('follows accounts and users that are renamed or removed', async () => {
    await store.setUserPassword(GREG, 'one');
    await store.setSecret('company/pop3.password', 'isp');
    await store.renameAccount('company', 'office');
    await store.renameUser('office', 'greg', 'gregory');
    const gregory = { account: 'office', user: 'gregory' };
    expect(await store.verifyUserPassword(gregory, 'one')).to.equal(true);
    expect([store.hasPassword(GREG), store.hasSecret('company/pop3.password')]).to.deep.equal([false, false]);
    expect(await store.getSecret('office/pop3.password')).to.equal('isp');
    await store.removeUser(gregory);
    expect(store.wasRightLately(gregory, 'one')).to.equal(false);
    await store.removeAccount('office');
    expect(store.hasSecret('office/pop3.password')).to.equal(false);
  });

  it('refuses to start over a damaged file instead of losing every password', async () => {
    await writeFile(join(office.path, 'secrets.json'), '{"version":');
    expect(await rejection(reopen())).to.contain('is damaged. Put it back from a backup');
  });
});
