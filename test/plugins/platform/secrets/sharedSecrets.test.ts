// Secrets of a store that several servers share: each has its data folder with the key, and all of them the document.
import '#core/base/injection.js';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MailboxRef, PostroomError } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { type OpenSecrets, openSecrets } from '#plugins/platform/secrets/dist/openSecrets.js';
import { checkSecrets, secretProblems } from '#plugins/platform/secrets/dist/secretCheck.js';
import { FolderDocuments } from '#plugins/platform/store-sqlite/dist/folder/folderDocuments.js';
import { KeptLog } from '../../../core/configuration/memoryRevisions.js';
import { failureOf } from '../../../kit/failureOf.js';
import { quickPasswords } from '../../../kit/quickPasswords.js';
import { type ServerDocuments, SharedDocuments } from '../../../kit/sharedDocuments.js';
import { until } from '../../../kit/until.js';

const GREG: MailboxRef = { account: 'company', user: 'greg' };
const UNREACHABLE = new PostroomError('store/unreachable', 'The database cannot be reached.');
const UNKNOWN = new PostroomError('store/unknown', 'The answer was lost.');

interface Server {
  readonly folder: string;
  readonly documents: ServerDocuments;
  readonly clock: VirtualClock;
  readonly log: KeptLog;
  secrets: OpenSecrets;
}

describe('Secrets that several servers share', () => {
  let shared: SharedDocuments;
  let servers: Server[];
  let a: Server;
  let b: Server;
  beforeEach(async () => {
    shared = new SharedDocuments();
    servers = [];
    a = await start();
    b = await start();
  });
  afterEach(async () => {
    for (const { folder, secrets, documents, clock } of servers) {
      await secrets.dispose();
      expect([documents.listeners, clock.pending], 'left behind').to.deep.equal([0, 0]);
      await rm(folder, { recursive: true });
    }
  });

  const folderOf = (): Promise<string> => mkdtemp(join(tmpdir(), 'postroom-shared-secrets-'));
  async function start(folder?: string): Promise<Server> {
    const made = { folder: folder ?? (await folderOf()), documents: shared.server(), clock: new VirtualClock(), log: new KeptLog() };
    const server = { ...made, secrets: await openSecrets({ ...made, log: made.log.forSource() }) };
    servers.push(server);
    return server;
  }
  async function restart(server: Server): Promise<void> {
    await server.secrets.dispose();
    server.secrets = await openSecrets({ ...server, log: server.log.forSource() });
  }
  const keyFile = ({ folder }: Server): string => join(folder, 'secret.key');
  const giveKey = (from: Server, to: Server): Promise<void> => copyFile(keyFile(from), keyFile(to));
  const opened = (server: Server, paths: readonly string[]): Promise<readonly (string | undefined)[]> =>
    Promise.all(paths.map((path) => server.secrets.store.getSecret(path)));
  const problemsOf = (server: Server): Promise<readonly string[]> => secretProblems(server.secrets);
  const heard = (server: Server, what: () => boolean): Promise<void> =>
    until('the other server has heard of it', what).then(() => void server);

  it('lets a user in with a password that was set on another server, and no more with the former one', async () => {
    await a.secrets.store.setUserPassword(GREG, 'one');
    await heard(b, () => b.secrets.store.hasPassword(GREG));
    expect(await b.secrets.store.verifyUserPassword(GREG, 'one')).to.equal(true);
    const told: MailboxRef[] = [];
    b.secrets.store.onDidSetUserPassword((mailbox) => told.push(mailbox));
    await a.secrets.store.setUserPassword(GREG, 'two');
    await heard(b, () => told.length > 0);
    expect(told).to.deep.equal([GREG]);
    expect(b.secrets.store.wasRightLately(GREG, 'one'), 'though it was right a moment ago').to.equal(false);
    expect(await b.secrets.store.verifyUserPassword(GREG, 'one')).to.equal(false);
    expect(await b.secrets.store.verifyUserPassword(GREG, 'two')).to.equal(true);
    await a.secrets.store.removeUser(GREG);
    await heard(b, () => !b.secrets.store.hasPassword(GREG));
    expect(b.secrets.store.wasRightLately(GREG, 'two')).to.equal(false);
  });

  it('looks whether a password was just set elsewhere before it says no, once a second however many are guessed', async () => {
    shared.put('secrets.json', Buffer.from(quickPasswords(['company/greg'])));
    await heard(b, () => b.secrets.store.hasPassword(GREG));
    b.documents.isDeaf = true;
    await a.secrets.store.setUserPassword(GREG, 'new');
    expect(await b.secrets.store.verifyUserPassword(GREG, 'new'), 'not told yet').to.equal(true);
    b.documents.asked = 0;
    const guess = (mailbox: MailboxRef | undefined): Promise<boolean> => b.secrets.store.verifyUserPassword(mailbox, 'wrong');
    await Promise.all([guess(GREG), guess(undefined)]);
    expect(b.documents.asked, 'within the same second').to.equal(0);
    await b.clock.advance(1000);
    expect(await Promise.all([guess(undefined), guess(GREG), guess({ account: 'company', user: 'nobody' })])).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(b.documents.asked).to.equal(1);
  });

  it('lets a user in whose new password is being taken over while the login is looked at', async () => {
    shared.put('secrets.json', Buffer.from(quickPasswords(['company/greg'])));
    await heard(b, () => b.secrets.store.hasPassword(GREG));
    await a.secrets.store.setUserPassword(GREG, 'new');
    expect(await b.secrets.store.verifyUserPassword(GREG, 'new')).to.equal(true);
  });

  it('says no as before where the store is away', async () => {
    shared.put('secrets.json', Buffer.from(quickPasswords(['company/greg'])));
    await heard(b, () => b.secrets.store.hasPassword(GREG));
    b.documents.trouble = UNREACHABLE;
    expect(await b.secrets.store.verifyUserPassword(GREG, 'wrong')).to.equal(false);
    b.documents.trouble = undefined;
  });

  it('keeps what both change at once', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    await giveKey(a, b);
    for (const { documents } of [a, b]) documents.isDeaf = true;
    const paths = Array.from({ length: 20 }, (_, index) => `account${index}/x`);
    await Promise.all(paths.map((path, index) => (index % 2 === 0 ? a : b).secrets.store.setSecret(path, path)));
    const c = await start();
    await giveKey(a, c);
    expect(await opened(c, ['a/x', ...paths])).to.deep.equal(['one', ...paths]);
  });

  it('changes what is there by now: a user who was renamed elsewhere keeps the password under the new name', async () => {
    await a.secrets.store.setUserPassword(GREG, 'one');
    await heard(b, () => b.secrets.store.hasPassword(GREG));
    b.documents.beforePut = () => a.secrets.store.renameAccount('company', 'office');
    await b.secrets.store.removeAccount('company');
    expect(b.secrets.store.hasPassword({ account: 'office', user: 'greg' })).to.equal(true);
  });

  for (const isStored of [true, false]) {
    it(`finds out what became of a change whose answer was lost, where it was ${isStored ? '' : 'not '}stored`, async () => {
      await a.secrets.store.setSecret('a/x', 'one');
      a.documents.nextPut = { fails: UNKNOWN, isStored };
      await a.secrets.store.setSecret('a/y', 'two');
      expect(await opened(a, ['a/x', 'a/y'])).to.deep.equal(['one', 'two']);
      const old = await readFile(keyFile(a));
      a.documents.nextPut = { fails: UNKNOWN, isStored };
      expect(await a.secrets.store.rotateKey()).to.equal(2);
      expect((await readFile(keyFile(a))).equals(old)).to.equal(false);
      expect(await readdir(a.folder)).to.deep.equal(['secret.key']);
      await restart(a);
      expect(await opened(a, ['a/x', 'a/y'])).to.deep.equal(['one', 'two']);
    });
  }

  it('says so where the outcome cannot be found out, and takes over what it was when the store is back', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    a.documents.isDeaf = true;
    a.documents.nextPut = { fails: UNKNOWN, isStored: true, thenTrouble: UNREACHABLE };
    const failure = await failureOf(a.secrets.store.setSecret('a/x', 'two'));
    expect(failure).to.include({ code: 'store/unknown' });
    expect(failure.message).to.include('does not say whether the secrets were changed');
    a.documents.trouble = undefined;
    await a.secrets.store.setSecret('a/y', 'three');
    expect(await opened(a, ['a/x', 'a/y'])).to.deep.equal(['two', 'three']);
  });

  it('changes nothing where the store is away, and goes on with what it has', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    a.documents.trouble = UNREACHABLE;
    const failure = await failureOf(a.secrets.store.setSecret('a/x', 'two'));
    expect([failure.code, failure.message]).to.deep.equal([
      'store/unreachable',
      'The database cannot be reached. The secrets are as before.',
    ]);
    expect(await opened(a, ['a/x'])).to.deep.equal(['one']);
  });

  it('looks again at what it was told of while the store was away', async () => {
    b.documents.trouble = UNREACHABLE;
    await a.secrets.store.setUserPassword(GREG, 'one');
    await heard(b, () => b.clock.pending > 0);
    b.documents.trouble = undefined;
    await b.clock.advance(1000);
    await heard(b, () => b.secrets.store.hasPassword(GREG));
  });

  it('goes on with what it has where the document is damaged, and changes nothing on top of that', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    shared.put('secrets.json', Buffer.from('{"version":'));
    await heard(a, () => a.log.lines.some((line) => line.includes('is damaged') && line.includes('goes on with those that it has')));
    expect(await opened(a, ['a/x'])).to.deep.equal(['one']);
    expect(await failureOf(a.secrets.store.setSecret('a/y', 'two'))).to.include({ code: 'secrets/unreadable' });
    expect(shared.text('secrets.json')).to.equal('{"version":');
  });

  it('writes them again where the document has vanished', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    shared.remove('secrets.json');
    await a.secrets.store.setSecret('a/y', 'two');
    await restart(a);
    expect(await opened(a, ['a/x', 'a/y'])).to.deep.equal(['one', 'two']);
  });

  describe('where a server has not the key of the others', () => {
    let key: string;
    beforeEach(async () => {
      await a.secrets.store.setUserPassword(GREG, 'one');
      await a.secrets.store.setSecret('company/pop3.password', 'isp');
      key = /"key": "(\w+)"/.exec(shared.text('secrets.json') ?? '')?.[1] ?? '?';
      await heard(b, () => b.log.lines.length > 0);
    });

    for (const [what, prepare] of [
      ['none at all', undefined],
      ['another one', () => writeFile(keyFile(b), Buffer.alloc(32, 7), { mode: 0o600 })],
    ] as const) {
      it(`starts with ${what}, lets users in, and says what it cannot do and where the key is`, async () => {
        await prepare?.();
        b.log.lines.length = 0;
        await restart(b);
        expect(await b.secrets.store.verifyUserPassword(GREG, 'one')).to.equal(true);
        const [problem = '', ...others] = await problemsOf(b);
        expect(others).to.deep.equal([]);
        expect(problem)
          .to.include(`1 of 1 encrypted secrets cannot be opened: their key ${key} is not in ${keyFile(b)}.`)
          .and.include('such as collecting and sending, fails on this server. Copy secret.key from a server that has it');
        expect(b.log.lines, 'once').to.deep.equal([problem]);
        expect(await checkSecrets(b.secrets)).to.deep.equal([{ check: 'secrets', state: 'problem', text: problem }]);
        const unread = await failureOf(b.secrets.store.getSecret('company/pop3.password'));
        expect(unread).to.include({ code: 'secrets/unreadable' });
        expect(unread.message).to.include('Copy secret.key from a server that has it').and.include(key);
      });
    }

    it('encrypts nothing with another key, which the others could not open, and makes none', async () => {
      const refused = await failureOf(b.secrets.store.setSecret('works/pop3.password', 'isp'));
      expect(refused).to.include({ code: 'secrets/unreadable' });
      expect(refused.message).to.include(
        `The servers on this store encrypt with the key ${key}, and this one has no key in ${keyFile(b)}.`,
      );
      expect(await readdir(b.folder)).to.deep.equal([]);
      await b.secrets.store.removeSecret('company/pop3.password');
      expect(shared.text('secrets.json'), 'what needs no key goes on').to.not.include(key);
    });

    it('needs no restart once the key file is there', async () => {
      await writeFile(keyFile(b), Buffer.alloc(32, 7));
      await restart(b);
      await failureOf(b.secrets.store.getSecret('company/pop3.password'));
      await giveKey(a, b);
      expect(await opened(b, ['company/pop3.password'])).to.deep.equal(['isp']);
      expect(await problemsOf(b)).to.deep.equal([]);
      expect(await checkSecrets(b.secrets)).to.deep.equal([
        { check: 'secrets', state: 'well', text: `1 encrypted secrets can be opened, with the key ${key}.` },
      ]);
      await b.secrets.store.setSecret('works/pop3.password', 'other');
      await heard(a, () => a.secrets.store.hasSecret('works/pop3.password'));
      expect(await opened(a, ['works/pop3.password'])).to.deep.equal(['other']);
    });

    it('forgets, on demand, what is under a key that is lost everywhere, and nothing that it could open', async () => {
      expect((await failureOf(a.secrets.store.forget(key))).message).to.equal(`This server has the key ${key}: nothing is lost.`);
      await rm(keyFile(a));
      await restart(a);
      expect((await failureOf(a.secrets.store.forget('0123'))).message).to.equal(`Nothing is encrypted with the key 0123. In use: ${key}.`);
      expect(await a.secrets.store.forget(key)).to.equal(1);
      expect([a.secrets.store.hasPassword(GREG), a.secrets.store.hasSecret('company/pop3.password')]).to.deep.equal([true, false]);
      await a.secrets.store.setSecret('company/pop3.password', 'anew');
      expect(await opened(a, ['company/pop3.password'])).to.deep.equal(['anew']);
    });
  });

  it('has one key where the first secrets are set on two servers at once: the second server says which', async () => {
    b.documents.beforePut = () => a.secrets.store.setSecret('a/x', 'one');
    const refused = await failureOf(b.secrets.store.setSecret('b/x', 'two'));
    expect(refused.message).to.match(/The servers on this store encrypt with the key \w+, and this one has the key \w+ in /);
    expect(await opened(a, ['a/x', 'b/x'])).to.deep.equal(['one', undefined]);
    await giveKey(a, b);
    await b.secrets.store.setSecret('b/x', 'two');
    await heard(a, () => a.secrets.store.hasSecret('b/x'));
    expect(await opened(a, ['b/x'])).to.deep.equal(['two']);
  });

  it('changes the key while another server sets a secret, which is under the new key as well; the others say that they need it', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    await giveKey(a, b);
    a.documents.beforePut = () => b.secrets.store.setSecret('b/x', 'two');
    expect(await a.secrets.store.rotateKey()).to.equal(2);
    await restart(a);
    expect(await opened(a, ['a/x', 'b/x'])).to.deep.equal(['one', 'two']);
    await heard(b, () => b.log.lines.length > 0);
    expect(b.log.lines.join()).to.match(/2 of 2 encrypted secrets cannot be opened: their key \w+ is not in /);
    expect(await failureOf(b.secrets.store.getSecret('b/x'))).to.include({ code: 'secrets/unreadable' });
    await giveKey(a, b);
    expect(await opened(b, ['a/x', 'b/x'])).to.deep.equal(['one', 'two']);
  });

  it('changes the key once where two servers do it at once: the second cannot open what the first has encrypted, and leaves it', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    await giveKey(a, b);
    await restart(b);
    a.documents.beforePut = () => b.secrets.store.rotateKey();
    expect(await failureOf(a.secrets.store.rotateKey())).to.include({ code: 'secrets/unreadable' });
    expect(await opened(b, ['a/x'])).to.deep.equal(['one']);
    await giveKey(b, a);
    await restart(a);
    expect(await opened(a, ['a/x'])).to.deep.equal(['one']);
  });

  it('ends a change of the key that was cut after it was stored, at the next start', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    const old = await readFile(keyFile(a));
    await a.secrets.store.rotateKey();
    await rename(keyFile(a), `${keyFile(a)}.next`);
    await writeFile(keyFile(a), old);
    await restart(a);
    expect(await opened(a, ['a/x'])).to.deep.equal(['one']);
    expect(await readdir(a.folder)).to.deep.equal(['secret.key']);
  });

  it('takes one back that was cut before, and lets nothing of it take effect later that was still on its way to the store', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    await writeFile(`${keyFile(a)}.next`, Buffer.alloc(32, 7));
    const before = await a.documents.version('secrets.json');
    await restart(a);
    expect(await readdir(a.folder)).to.deep.equal(['secret.key']);
    expect(await a.documents.put('secrets.json', Buffer.from('late'), before)).to.equal('conflict');
    expect(await opened(a, ['a/x'])).to.deep.equal(['one']);
  });

  it('encrypts with the key that is in use, until the change to the one that systemd gives is ordered', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    await giveKey(a, b);
    const credentials = await folderOf();
    await writeFile(join(credentials, 'postroom.key'), Buffer.alloc(32, 7));
    process.env['CREDENTIALS_DIRECTORY'] = credentials;
    try {
      await restart(a);
    } finally {
      delete process.env['CREDENTIALS_DIRECTORY'];
    }
    await a.secrets.store.setSecret('a/y', 'two');
    await heard(b, () => b.secrets.store.hasSecret('a/y'));
    expect(await opened(b, ['a/x', 'a/y'])).to.deep.equal(['one', 'two']);
    await a.secrets.store.rotateKey();
    expect(await opened(a, ['a/x', 'a/y'])).to.deep.equal(['one', 'two']);
    await copyFile(join(credentials, 'postroom.key'), keyFile(b));
    await heard(b, () => b.log.lines.length > 0);
    expect(await opened(b, ['a/x', 'a/y'])).to.deep.equal(['one', 'two']);
    await rm(credentials, { recursive: true });
  });

  it('holds its own changes back while work needs the secrets unchanged', async () => {
    await a.secrets.store.setSecret('a/x', 'one');
    const before = shared.text('secrets.json');
    let setting: Promise<void> | undefined;
    await a.secrets.store.whileUnchanged(async () => {
      setting = a.secrets.store.setSecret('a/x', 'two');
      await new Promise((resolve) => setImmediate(resolve));
      expect(shared.text('secrets.json')).to.equal(before);
    });
    await setting;
    expect(await opened(a, ['a/x'])).to.deep.equal(['two']);
  });

  describe('of a server that moves to the store', () => {
    /** A data folder with a secret of its own. */
    async function former(value: string): Promise<string> {
      const folder = await folderOf();
      const alone = { folder, documents: new FolderDocuments(folder), clock: new VirtualClock(), log: new KeptLog() };
      const { store } = await openSecrets(alone);
      await store.setSecret('company/pop3.password', value);
      return folder;
    }

    it('are brought along where the store has none; the file stays, and is not looked at any more', async () => {
      const c = await start(await former('isp'));
      expect(c.log.lines.join()).to.include('The passwords are in the store from now on');
      expect(await opened(c, ['company/pop3.password'])).to.deep.equal(['isp']);
      await heard(a, () => a.secrets.store.hasSecret('company/pop3.password'));
      await c.secrets.store.setSecret('company/pop3.password', 'new');
      await restart(c);
      expect(c.log.lines.at(-1)).to.include('The file in the data folder is of before, and is not looked at');
      expect(await opened(c, ['company/pop3.password'])).to.deep.equal(['new']);
    });

    it('stay behind where the store has some, also of two that move at once', async () => {
      const [one, two] = [await former('one'), await former('two')];
      const [c, d] = await Promise.all([start(one), start(two)]);
      const imported = [c, d].filter(({ log }) => log.lines.join().includes('from now on'));
      expect(imported).to.have.length(1);
      const [winner = c] = imported;
      const loser = winner === c ? d : c;
      expect(await opened(winner, ['company/pop3.password'])).to.deep.equal([winner === c ? 'one' : 'two']);
      expect(await failureOf(loser.secrets.store.getSecret('company/pop3.password'))).to.include({ code: 'secrets/unreadable' });
      expect(await readdir(loser.folder)).to.have.members(['secret.key', 'secrets.json']);
    });

    it('keep the server from starting where the file is damaged', async () => {
      const folder = await former('isp');
      await writeFile(join(folder, 'secrets.json'), '{');
      const refused = await failureOf(start(folder));
      expect(refused).to.include({ code: 'secrets/unreadable' });
      expect(shared.text('secrets.json')).to.equal(undefined);
      await rm(folder, { recursive: true });
    });
  });
});
