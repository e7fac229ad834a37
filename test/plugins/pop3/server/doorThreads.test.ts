// POP3 in real door threads, on the newer Node.js: what clients get is what the main thread serves, and doors that are killed lose and double nothing.
// `DOOR_KILLS=100` is the long form.
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DoorsState } from '@postroom/sdk/services';
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { NewerServer, needsNewerNode } from '../../../kit/newerNode/newerNode.js';
import { REGULAR } from '../../../kit/officeSettings.js';
import { type PickedUp, Postroom } from '../../../kit/postroom.js';
import { PASSWORD } from '../../../kit/quickPasswords.js';
import { ROOT } from '../../../kit/sourceFiles.js';
import { until } from '../../../kit/until.js';
import { MailReader } from '../support/mailReader.js';
import { RawClient } from '../support/rawClient.js';
import { listing, retrieved } from '../support/realOffice.js';

const KILLS = Number(process.env['DOOR_KILLS'] ?? 6);
const USERS = ['andrew', 'greg', 'carolyn'];
const LETTERS = 40;
/** Sessions of each kind of port: of five at a port with two doors, hardly one is the main thread's. */
const SESSIONS = 5;

describe('POP3 in door threads', function () {
  this.timeout(120_000 + KILLS * 10_000);
  let postroom: Postroom;
  let server: NewerServer | undefined;
  let ports: ReadonlyMap<string, number>;
  const stored = new Map<string, readonly PickedUp[]>();

  before(async function () {
    needsNewerNode(this);
    const listen = ['plain', 'starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
    postroom = await Postroom.start({ settings: { 'pop3.listen': listen, 'server.doors': 2 } });
    for (let number = 0; number < LETTERS; number += 1) {
      const body = number % 10 === 9 ? `${'.long line\r\n'.repeat(40_000)}${number}` : `.${number}\r\n${'text\r\n'.repeat(500)}`;
      postroom.isp.mailbox('mail').put(letter({ to: `PUBLIC1 <${REGULAR}>`, body }));
    }
    await postroom.round();
    for (const user of USERS) stored.set(user, await postroom.pickUp(user));
    await postroom.close();
    await withEcho(postroom.dataDir);
    server = await NewerServer.serve(postroom.dataDir);
    ports = openPorts(server);
  });
  after(async () => {
    await server?.stop();
    await postroom?.stop();
  });

  const running = (): NewerServer => {
    if (server === undefined) throw new Error('No server runs.');
    return server;
  };
  const crashed = async (): Promise<number> => (await running().run<{ readonly state: DoorsState }>('echo.state')).state.crashed;

  async function setDoors(count: number): Promise<void> {
    await running().run('config.set', { key: 'server.doors', value: String(count) });
    await until(`${count} doors are open`, async () => (await running().run<{ readonly doors: number }>('echo.state')).doors === count);
  }

  for (const security of ['plain', 'starttls', 'tls']) {
    it(`serves what the main thread serves, octet for octet (${security})`, async () => {
      for (let session = 0; session < SESSIONS; session += 1) {
        for (const user of USERS) {
          const port = ports.get(security) ?? 0;
          const client = security === 'tls' ? await RawClient.connectTls(port) : await RawClient.connect(port);
          const expected = stored.get(user) ?? [];
          await client.line();
          if (security === 'starttls') {
            expect(await client.ask('STLS')).to.match(/^\+OK/);
            await client.secure();
          }
          await client.ask(`USER ${user}`);
          expect(await client.ask(`PASS ${PASSWORD}`)).to.equal(
            `+OK Mailbox open, ${LETTERS} messages, ${expected.reduce((sum, { size }) => sum + size, 0)} octets`,
          );
          expect([...(await listing(client, 'UIDL')).values()]).to.deep.equal(expected.map(({ uidl }) => uidl));
          for await (const { number, wire } of retrieved(
            client,
            [...expected.keys()].map((index) => index + 1),
          )) {
            expect(wire.replace(/^\.\./gm, '.') === expected[number - 1]?.text, `message ${number}`).to.equal(true);
          }
          expect(await client.askMultiline('TOP 10 0')).to.match(/\r\n\r\n$/);
          expect(await client.ask('QUIT')).to.equal('+OK Bye');
          client.destroy();
        }
      }
    });
  }

  it('P13 P15 loses and doubles nothing, and removes all that QUIT asked for or nothing of it, while doors come, go and are killed', async () => {
    const readers = USERS.map((user) => new MailReader(ports.get('plain') ?? 0, user, stored.get(user) ?? []));
    const reading = readers.map((reader) => reader.start());
    const sessions = (): number => readers.reduce((sum, { whole, cut }) => sum + whole + cut, 0);
    for (let kills = 0; kills < KILLS; kills += 1) {
      await setDoors(2);
      const before = sessions();
      await until('every client has had sessions', () => sessions() >= before + 4 * USERS.length);
      await running().run('echo.kill', { how: kills % 2 === 0 ? 'exit' : 'throw' });
      await until('the killed one is told', async () => (await crashed()) === kills + 1);
      await setDoors(0);
    }
    for (const reader of readers) reader.stop();
    await Promise.all(reading);
    const [cut, unserved] = (['cut', 'unserved'] as const).map((end) => readers.reduce((sum, reader) => sum + reader[end], 0));
    process.stderr.write(`      ${KILLS} kills: ${sessions()} sessions, ${cut} of them cut; ${unserved} connections unserved\n`);
    expect(cut, 'sessions were in the doors').to.be.greaterThan(0);
    expect(cut, 'a door that is only closed lets sessions end').to.be.at.most(KILLS * USERS.length);
    // One more session each, with nothing under way: what is left is what should be.
    for (const reader of readers) expect(await reader.session()).to.equal('whole');
  });
});

/** The plugin that can kill a door. */
async function withEcho(dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'settings.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const enabled = (settings['plugins.enabled'] ?? []) as readonly string[];
  await writeFile(file, JSON.stringify({ ...settings, 'plugins.enabled': [...enabled, 'test.echo'] }));
  await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify({ trusted: ['test.echo'] }));
  await cp(path.join(ROOT, 'test/fixtures/doors/echo'), path.join(dataDir, 'plugins', 'test.echo'), { recursive: true });
}

/** Of POP3, by their security. */
function openPorts(server: NewerServer): ReadonlyMap<string, number> {
  const line = server.log.find((each) => each.startsWith('{"event":"ready"')) ?? '{}';
  const { pop3 = [] } = JSON.parse(line) as { readonly pop3?: readonly { readonly security: string; readonly port: number }[] };
  return new Map(pop3.map(({ security, port }) => [security, port]));
}
