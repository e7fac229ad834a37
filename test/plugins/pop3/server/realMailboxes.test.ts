import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { mendedCopy } from '../../../kit/mendedCopy.js';
import { Postroom } from '../../../kit/postroom.js';
import { PASSWORD } from '../../../kit/quickPasswords.js';
import { until } from '../../../kit/until.js';
import { RawClient } from '../support/rawClient.js';
import {
  afterPowerCut,
  corpusMessages,
  crlf,
  hostileMessages,
  listing,
  onDatabase,
  retrieved,
  withoutOurLines,
} from '../support/realOffice.js';

/** Octets of the slow reader from one look at the memory to the next. */
const LOOK_EVERY = 4 * 2 ** 20;
const PRESENT = 'SELECT count(*) AS present FROM placement WHERE removed_at IS NULL';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('POP3 on the real store', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let postroom: Postroom;
  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  /** Letters with these bodies for lisa, collected. */
  async function deliver(...bodies: readonly string[]): Promise<void> {
    for (const body of bodies)
      postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', envelope: ['Delivered-To: lisa@works.example'], body }));
    await postroom.round();
  }

  async function uidls(user = 'lisa'): Promise<readonly string[]> {
    return (await postroom.pickUp(user)).map(({ uidl }) => uidl);
  }

  /** Cuts lisa's session without QUIT and waits until her mailbox is free. */
  async function vanish(client: RawClient): Promise<void> {
    const closed = postroom.next((event) => event.type === 'session' && event.protocol === 'pop3' && event.state === 'closed');
    client.destroy();
    await closed;
  }

  it('P29 P30 P31 P32 P33 lists the octets that RETR sends, for hostile mail and every message of the corpus, in CRLF form and byte for byte (90, 91, 92)', async function () {
    this.timeout(180_000);
    const sources = [...hostileMessages(), ...corpusMessages()];
    for (const source of sources) postroom.isp.mailbox('post').put(source);
    const report = await postroom.round();
    expect(report.accounts.flatMap(({ failed }) => failed)).to.deep.equal([]);
    const wanted = new Set(sources.map((source) => mendedCopy(crlf(source))));
    const mended = sources.filter((source) => mendedCopy(crlf(source)) !== crlf(source));
    expect(mended.length, 'most are shown as they came').to.be.below(sources.length / 10);
    const found = new Set<string>();
    for (const user of ['admin1', 'lisa', 'john']) {
      const client = await postroom.pop3(user);
      const sizes = await listing(client, 'LIST');
      const total = [...sizes.values()].reduce((sum, size) => sum + Number(size), 0);
      expect(await client.ask('STAT')).to.equal(`+OK ${sizes.size} ${total}`);
      for await (const { number, wire } of retrieved(client, [...sizes.keys()])) {
        const text = wire.replaceAll(/(^|\r\n)\./g, '$1');
        expect(text.length, `size of message ${number}`).to.equal(Number(sizes.get(number)));
        expect(text, `line ends of message ${number}`).to.not.match(/\r(?!\n)|(?<!\r)\n/);
        expect(/(?:^|\r\n)\.(?!\.)/.test(wire), `stuffing of message ${number}`).to.equal(false);
        const source = withoutOurLines(text).find((each) => wanted.has(each));
        expect(source, `octets of message ${number}: ${text.slice(0, 400)}`).to.not.equal(undefined);
        found.add(source ?? '');
      }
      await client.ask('QUIT');
    }
    // What intake takes for a second copy of the same message is kept once; everything else is there.
    const duplicates = report.accounts.reduce((sum, account) => sum + account.duplicates, 0);
    expect(found.size).to.be.at.least(wanted.size - duplicates);
  });

  it('P15 QUIT says +OK only after the deletion is committed: a power cut then finds it done, before it finds nothing done', async () => {
    await deliver('one', 'two');
    const client = await postroom.pop3('lisa');
    await client.ask('DELE 1');
    expect(await afterPowerCut(postroom.dataDir, PRESENT)).to.deep.equal([{ present: 2 }]);
    expect(await client.ask('QUIT')).to.match(/^\+OK/);
    expect(await afterPowerCut(postroom.dataDir, PRESENT)).to.deep.equal([{ present: 1 }]);
  });

  it('P13 P16 P17 a client that vanishes deletes nothing, and the mailbox is free at once', async () => {
    await deliver('one', 'two');
    const first = await postroom.pop3('lisa');
    await first.ask('DELE 1');
    await vanish(first);
    expect(await uidls()).to.have.length(2);
  });

  it('P23 P24 keeps the numbers of the login, and shows what came meanwhile to the next session', async () => {
    await deliver('one', 'two');
    const client = await postroom.pop3('lisa');
    await client.ask('DELE 1');
    await deliver('three');
    expect([...(await listing(client, 'LIST')).keys()]).to.deep.equal([2]);
    expect(await client.ask('RETR 3')).to.match(/^-ERR/);
    expect(await client.askMultiline('RETR 2')).to.match(/\r\n\r\ntwo\r\n$/);
    await client.ask('QUIT');
    const next = await postroom.pop3('lisa');
    expect([...(await listing(next, 'LIST')).keys()]).to.deep.equal([1, 2]);
    expect(await next.askMultiline('RETR 2')).to.match(/\r\n\r\nthree\r\n$/);
  });

  it('P25 answers -ERR for a message that the administrator gave to somebody else meanwhile, and never another one', async () => {
    await deliver('one', 'two');
    const shown = await postroom.run<{ messages?: { message: string }[] } | { message: string }[]>('mailboxes.show', { mailbox: 'lisa' });
    const messages = Array.isArray(shown) ? shown : (shown.messages ?? []);
    const client = await postroom.pop3('lisa');
    const oldest = messages.map(({ message }) => Number(message)).sort((a, b) => a - b)[0];
    await postroom.run('mailboxes.move', { message: String(oldest), user: 'john' });
    expect(await client.ask('RETR 1')).to.match(/^-ERR/);
    expect(await client.askMultiline('RETR 2')).to.match(/\r\n\r\ntwo\r\n$/);
    expect(await client.ask('TOP 1 0')).to.match(/^-ERR/);
    await client.ask('QUIT');
    expect((await postroom.pickUp('john'))[0]?.text).to.match(/\r\n\r\none\r\n$/);
  });

  it('P34 P64 answers [SYS/PERM] for a message whose octets are gone from the disk, and serves its neighbours', async () => {
    await deliver('one', 'two', 'three');
    await postroom.close();
    await onDatabase(postroom.dataDir, 'DELETE FROM chunk WHERE id = (SELECT id FROM chunk ORDER BY id LIMIT 1 OFFSET 1)');
    await postroom.open();
    const client = await postroom.pop3('lisa');
    expect(await client.askMultiline('RETR 1')).to.match(/\r\n\r\none\r\n$/);
    expect(await client.ask('RETR 2')).to.match(/^-ERR \[SYS\/PERM\]/);
    expect(await client.askMultiline('RETR 3')).to.match(/\r\n\r\nthree\r\n$/);
  });

  it('P34 cuts the connection where the octets of a large message end too early, and never ends it well', async () => {
    await deliver(`${'x'.repeat(76)}\r\n`.repeat(20_000));
    await postroom.close();
    await onDatabase(postroom.dataDir, 'DELETE FROM chunk WHERE id = (SELECT max(id) FROM chunk)');
    await postroom.open();
    const client = await postroom.pop3('lisa');
    client.send('RETR 1\r\n');
    const all = await client.rest();
    expect(all.length).to.be.above(100_000);
    expect(all).to.not.match(/\r\n\.\r\n$/);
  });

  it('P44 keeps UIDLs over sessions, restarts, a vanished client, a renamed user and a restored backup', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-backup-'));
    try {
      await deliver('one', 'two');
      const before = await uidls();
      expect(await uidls(), 'next session').to.deep.equal(before);
      const vanished = await postroom.pop3('lisa');
      await vanished.ask('DELE 1');
      await vanish(vanished);
      expect(await uidls(), 'after a vanished client').to.deep.equal(before);
      await postroom.close();
      await postroom.open();
      expect(await uidls(), 'after a restart').to.deep.equal(before);
      const backup = await postroom.run<{ folder: string }>('backup.create', { into: folder, secrets: true });
      await postroom.run('users.rename', { account: 'works', user: 'lisa', name: 'elisabeth' });
      expect(await uidls('elisabeth'), 'after the user was renamed').to.deep.equal(before);
      const last = await postroom.pop3('elisabeth');
      await last.ask('DELE 1');
      await last.ask('QUIT');
      await postroom.close();
      await promisify(execFile)(process.execPath, [
        'core/bin/postroom.mjs',
        'backup',
        'restore',
        backup.folder,
        '--data',
        postroom.dataDir,
      ]);
      await postroom.open();
      expect(await uidls('lisa'), 'after the backup was restored').to.deep.equal(before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('P45 never gives a UIDL again, after all mail was deleted and the server was started anew', async () => {
    await deliver('one', 'two');
    const seen = new Set(await uidls());
    for (const round of [1, 2]) {
      const client = await postroom.pop3('lisa');
      for (const number of (await listing(client, 'UIDL')).keys()) await client.ask(`DELE ${number}`);
      await client.ask('QUIT');
      await client.rest();
      await postroom.close();
      await postroom.open();
      await deliver(`again ${round}`);
      for (const uidl of await uidls()) {
        expect(seen.has(uidl), uidl).to.equal(false);
        seen.add(uidl);
      }
    }
  });

  it('P43 P46 gives two identical messages different UIDLs of the form that RFC 1939 asks for', async () => {
    const text = letter({ to: 'lisa@works.example', id: 'same@out.example' });
    await postroom.submit('john', ['lisa@works.example'], text);
    await postroom.submit('john', ['lisa@works.example'], text);
    const both = await uidls();
    expect(both).to.have.length(2);
    expect(new Set(both).size).to.equal(2);
    for (const uidl of both) expect(uidl).to.match(/^[\x21-\x7e]{1,70}$/);
  });

  it('P35 a slow reader of 100 MB leaves the heap flat', async () => {
    await postroom.editFile((text) => text.replace('{', '{ "smtp.maxMessageBytes": 200000000,'));
    const line = Buffer.from(`${'x'.repeat(998)}\r\n`);
    const octets = Buffer.alloc(100 * 1024 * 1024, line);
    postroom.isp.mailbox('post').put(Buffer.concat([Buffer.from('To: lisa@works.example\r\nSubject: large\r\n\r\n'), octets]));
    await postroom.editFile((text) =>
      text.replace('"address": "post@works.example"', '"address": "post@works.example", "pop3.maxMessageBytes": 200000000'),
    );
    const report = await postroom.round();
    expect(report.accounts.flatMap(({ failed }) => failed)).to.deep.equal([]);
    postroom.isp.mailbox('post').clear();
    const client = await RawClient.connect(postroom.port('pop3'));
    await client.login('lisa', PASSWORD);
    client.socket.removeAllListeners('data');
    const before = heldOctets();
    let most = 0;
    let got = 0;
    let looked = 0;
    const socket = client.socket;
    await new Promise<void>((resolve) => {
      socket.on('data', (piece: Buffer) => {
        got += piece.length;
        if (got - looked > LOOK_EVERY) {
          looked = got;
          most = Math.max(most, heldOctets() - before);
        }
        socket.pause();
        setImmediate(() => socket.resume());
        if (got > octets.length) resolve();
      });
      socket.write('RETR 1\r\n');
    });
    expect(looked).to.be.above(0);
    expect(most / 2 ** 20).to.be.below(32);
    client.destroy();
    await until('the mailbox is free', () => postroom.events.some((event) => event.type === 'session' && event.state === 'closed'));
  });
});

/** What is in use, without what the collector has not got to yet: when it does is its own affair. */
function heldOctets(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
