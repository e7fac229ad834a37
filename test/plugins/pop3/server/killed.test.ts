// The server is a process of its own here, and ends by SIGKILL in the middle of a session; another one then opens the same data folder.
import { expect } from 'chai';
import type { KillPoint } from '../../../faults/killPoints.js';
import { VictimProcess } from '../../../faults/victimProcess.js';
import { letter } from '../../../kit/letter.js';
import { Postroom } from '../../../kit/postroom.js';
import { RawClient } from '../support/rawClient.js';
import { listing } from '../support/realOffice.js';

const KILLS = 4;

describe('POP3 server killed in a session', function () {
  this.timeout(180_000);

  let postroom: Postroom;
  /** Each lives until it is killed; the next one then serves. They load side by side. */
  let servers: VictimProcess[];
  let server: VictimProcess | undefined;
  before(async () => {
    servers = Array.from({ length: KILLS + 1 }, () => VictimProcess.spawn());
    postroom = await Postroom.start();
    for (const body of ['one', 'two', 'three', 'four']) {
      postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', envelope: ['Delivered-To: lisa@works.example'], body }));
    }
    await postroom.round();
    await postroom.close();
  });
  after(async () => {
    for (const each of [server, ...servers]) await each?.kill();
    await postroom.stop();
  });

  /** A client that has logged in as lisa, at the server that runs or at the next one. */
  async function session(): Promise<{ readonly server: VictimProcess; readonly client: RawClient }> {
    if (server?.isAlive !== true) {
      server = servers.shift();
      await server?.open(postroom.dataDir);
    }
    if (server === undefined) throw new Error('No server is left.');
    const client = await RawClient.connect(server.pop3Port);
    expect(await client.login('lisa')).to.match(/^\+OK/);
    return { server, client };
  }

  /** The unique ids in lisa's mailbox, in order. */
  async function uidls(): Promise<readonly string[]> {
    const { client } = await session();
    const answer = await listing(client, 'UIDL');
    await client.ask('QUIT');
    await client.rest();
    return [...answer.values()];
  }

  it('P13 has deleted nothing of a client that had not said QUIT, and has the mailbox free', async () => {
    const before = await uidls();
    expect(before).to.have.length(4);
    const { server, client } = await session();
    expect(await client.askMultiline('RETR 1')).to.match(/one\r\n$/);
    expect(await client.ask('DELE 1')).to.match(/^\+OK/);
    await server.kill();
    await client.rest();
    expect(await uidls()).to.deep.equal(before);
  });

  it('P15 has deleted for good what QUIT was answered +OK for', async () => {
    const before = await uidls();
    const { server, client } = await session();
    expect(await client.ask('DELE 1')).to.match(/^\+OK/);
    expect(await client.ask('QUIT')).to.match(/^\+OK/);
    await server.kill();
    expect(await uidls()).to.deep.equal(before.slice(1));
  });

  const windows: readonly (KillPoint & { readonly when: string; readonly deleted: 0 | 1 })[] = [
    { place: 'commit', nth: 1, when: 'before the deletion is committed', deleted: 0 },
    { place: 'committed', nth: 1, when: 'between the commit and the answer', deleted: 1 },
  ];
  for (const { when, deleted, ...point } of windows) {
    it(`P15 has deleted ${deleted === 0 ? 'nothing' : 'what was marked'}, and has not said +OK, when it is killed ${when}`, async () => {
      const before = await uidls();
      const { server, client } = await session();
      await client.ask('DELE 1');
      // Takes along what the start wrote to the Log and nobody waits for: the next commit is QUIT's.
      await server.run('network-device.look');
      server.arm(point);
      // An order and its answer: the point is set before QUIT is heard.
      await server.memory();
      client.send('QUIT\r\n');
      expect(await client.rest()).to.equal('');
      await server.ended;
      expect(await uidls()).to.deep.equal(before.slice(deleted));
    });
  }
});
