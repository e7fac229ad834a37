// An office moves to PostgreSQL and back, as its administrator does it: server stopped, copied, boot.json written, server started.
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommandProgress } from '@postroom/sdk';
import { Certificates, Journal, MailStore, Outbox, SecretStore, StoreMaintenance } from '@postroom/sdk/services';
import { PRACTICE_PASSWORD } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { failureOf } from '../../../kit/failureOf.js';
import { letter } from '../../../kit/letter.js';
import { REGULAR } from '../../../kit/officeSettings.js';
import { type Cluster, GUARDED } from '../../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { Postroom } from '../../../kit/postroom.js';
import { type CopyAnswer, runStore } from './standaloneStore.js';

describe('An office whose store is copied', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  let office: Postroom;
  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
    office = await Postroom.start({ settings: { 'pop3.deleteAfterDays': 7 } });
  });
  afterEach(async () => {
    await office.stop();
    await database.drop();
  });

  const arrive = (subject: string): unknown => office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject }));
  const boot = (content: object): Promise<void> => writeFile(path.join(office.dataDir, 'boot.json'), JSON.stringify(content));
  const copy = (to: string, args: object = {}, progress?: CommandProgress[]): Promise<CopyAnswer> =>
    runStore('store.copy', office.dataDir, { to, yes: true, ...args }, progress);

  /** What people have of it. */
  async function seen(): Promise<object> {
    const { pem, authority } = office.service(Certificates);
    const mailboxes = await Promise.all(['andrew', 'greg', 'lisa'].map((user) => office.pickUp(user)));
    const messages = await office.service(MailStore).recent(100);
    return {
      mailboxes,
      traces: messages.map(({ id, subject, trail }) => [id, subject, trail]),
      outbox: (await office.service(Outbox).list()).map(({ id, recipient, state }) => [id, recipient, state]),
      journal: [...(await office.service(Journal).entries('company')).keys()],
      octets: (await office.service(StoreMaintenance).census()).octets,
      isp: await office.service(SecretStore).getSecret('company/pop3.password'),
      certificate: pem,
      authority,
      settings: await office.run('config.show', {}),
    };
  }

  it('is the same for everybody on PostgreSQL, and back on SQLite: mail, UIDLs, Outbox, passwords, certificate, settings', async () => {
    arrive('first');
    arrive('second');
    await office.round();
    await office.submit('andrew', ['bob@far.example'], letter({ subject: 'to be sent' }));
    const before = await seen();
    await office.close();
    const progress: CommandProgress[] = [];
    const there = await copy(database.url(), {}, progress);
    expect(there).to.deep.include({ copied: true, messages: 3, hashed: 3 });
    expect(there.next).to.include(`"store": "${database.url()}"`).and.to.include('postroom store use');
    expect(progress.at(-1)).to.deep.equal({ what: 'Checking messages', done: 3, of: 3 });
    expect(String((await failureOf(office.open())).message))
      .to.include('was copied to the database')
      .and.to.include('postroom store use');

    await boot({ store: database.url() });
    await office.open();
    expect(await seen()).to.deep.equal(before);
    expect(before).to.have.property('isp', PRACTICE_PASSWORD);
    const keys = await database.query(`SELECT name FROM document WHERE convert_from(octets, 'UTF8') LIKE '%PRIVATE KEY%'`);
    expect(keys).to.deep.equal([]);
    arrive('third');
    await office.round();
    expect(office.isp.outgoing.map(({ recipients }) => recipients)).to.deep.equal([['bob@far.example']]);
    expect(await office.subjects('andrew')).to.deep.equal(['first', 'second', 'third']);
    const later = await seen();
    await office.close();

    // The former store stands in the way of the one that comes.
    expect((await failureOf(copy('sqlite'))).message).to.match(/There is a postroom\.db in .* already, which is not written over/);
    await rename(path.join(office.dataDir, 'postroom.db'), path.join(office.dataDir, 'former.db'));
    // Keys of before are no keys of the certificate that comes.
    await writeFile(path.join(office.dataDir, 'tls', 'key.pem'), 'of before');
    await copy('sqlite');
    expect((await failureOf(office.open())).message).to.include('was copied to the database in');
    await boot({});
    await office.open();
    expect(await seen()).to.deep.equal(later);
    arrive('fourth');
    await office.round();
    expect(await office.subjects('andrew')).to.deep.equal(['first', 'second', 'third', 'fourth']);
  });

  it('keeps its certificate over a second way to PostgreSQL, whose key came back sealed', async () => {
    const { pem } = office.service(Certificates);
    await office.close();
    await copy(database.url());
    await boot({ store: database.url() });
    await office.open();
    await office.close();
    await rename(path.join(office.dataDir, 'postroom.db'), path.join(office.dataDir, 'former.db'));
    for (const name of ['key.pem', 'authority-key.pem'])
      await rename(path.join(office.dataDir, 'tls', name), path.join(office.dataDir, name));
    await copy('sqlite');
    await boot({});
    await office.open();
    expect(office.service(Certificates).pem).to.deep.equal(pem);
    await office.close();
    const other = await cluster.database();
    await copy(other.url());
    await boot({ store: other.url() });
    await office.open();
    expect(office.service(Certificates).pem).to.deep.equal(pem);
    await office.close();
    await other.drop();
  });

  it('goes on with the former store after all, when it is taken up again', async () => {
    await office.close();
    await copy(database.url());
    const use = await runStore<{ readonly next: string; readonly copiedTo: string }>('store.use', office.dataDir);
    expect(use.copiedTo).to.match(/^the database p\w+ at 127\.0\.0\.1:\d+$/);
    expect(use.next).to.include('collected twice');
    await office.open();
    expect(await office.subjects('andrew')).to.deep.equal([]);
    await office.close();
    expect((await runStore<{ readonly next: string }>('store.use', office.dataDir)).next).to.include('Nothing keeps a server');
    await boot({ store: database.url() });
    await office.open();
  });

  it('says what it would do, and does nothing, before somebody agrees', async () => {
    arrive('first');
    await office.round();
    await office.close();
    const proposal = await copy(database.url(), { yes: false });
    expect(proposal).to.deep.include({ copied: false, messages: 1, copies: 1 });
    expect(proposal.confirm).to.match(/^Copy everything from the database in .* to the database p\w+ at .*\?$/);
    expect(await database.query('SELECT 1 FROM message')).to.deep.equal([]);
    await office.open();
  });

  it('is refused with a sentence for what makes no sense, and is as it was', async () => {
    const refused = async (to: string, args: object = {}): Promise<string> => (await failureOf(copy(to, args))).message;
    expect(await office.refusal('store.copy', { to: 'sqlite' })).to.match(/A server runs on .* Stop it, and every other one on its store/);
    await office.close();
    expect(await refused('sqlite'))
      .to.include('to itself')
      .and.to.include('--from');
    expect(await refused('mysql://office/mail')).to.include(
      'No installed plugin has a store "mysql"; there are postgres, postgresql, sqlite.',
    );
    expect(await refused('postgres://postroom@127.0.0.1:1/postroom')).to.include('connection was refused');
    expect(await refused('postgres://postroom@127.0.0.1:1/postroom?mode=1')).to.include('has "mode", which means nothing here');
    expect(await refused('sqlite:/tmp/mail')).to.include('has no address');
    const guarded = database.url({ ...GUARDED, password: 'guessed', parameters: { sslmode: 'disable' } });
    expect(await refused(guarded))
      .to.include('refuses the user')
      .and.not.to.include('guessed');
    expect(await refused(database.url(), { from: database.url({ user: 'stranger' }) })).to.match(/to itself|no store of Postroom/);
    expect(await refused('sqlite', { from: database.url() })).to.include('There is no store of Postroom in the database');
    // A server is on the one that is to take everything.
    const other = await Postroom.start({ boot: { store: database.url(), node: 'other' } });
    expect(await refused(database.url()))
      .to.include('Servers are on this database')
      .and.to.include('"other"');
    await other.stop();
    expect(await refused(database.url()))
      .to.include('something in the database')
      .and.to.include('createdb');
    await office.open();
  });

  it('takes settings along that somebody made a slip in, and what counts until that is mended', async () => {
    await office.close();
    const file = path.join(office.dataDir, 'settings.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}]`);
    await copy(database.url());
    await boot({ store: database.url() });
    await office.open();
    expect(await office.subjects('andrew')).to.deep.equal([]);
    await writeFile(file, text);
    await office.editFile((same) => same);
    arrive('mended');
    await office.round();
    expect(await office.subjects('andrew')).to.deep.equal(['mended']);
  });

  it('says which message is damaged, and is not finished', async () => {
    arrive('whole');
    arrive('damaged');
    await office.round();
    await office.close();
    const { Connection } = await import('#plugins/platform/store-sqlite/dist/engine/connection.js');
    const connection = await Connection.open(path.join(office.dataDir, 'postroom.db'), 'write');
    await connection.run(
      "UPDATE chunk SET octets = zeroblob(length(octets)) WHERE id = (SELECT id << 20 FROM message WHERE subject = 'damaged')",
    );
    await connection.close();
    const failure = await failureOf(copy(database.url()));
    expect(failure.message).to.match(
      /^The octets of message \d+ \("damaged", from Olga <olga@out\.example>\) in the database in .* are not those that came in\. The copy is not finished\./,
    );
    await office.open();
    await office.close();
    await boot({ store: database.url() });
    expect((await failureOf(office.open())).message)
      .to.include('was interrupted')
      .and.to.include('postroom store copy');
    expect(await readFile(path.join(office.dataDir, 'settings.json'), 'utf8')).to.include('company');
  });
});
