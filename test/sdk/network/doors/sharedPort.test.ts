import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { openPort } from '@postroom/sdk/network';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { failureOf } from '../../../kit/failureOf.js';
import { needsNewerNode, runOnNewerNode } from '../../../kit/newerNode/newerNode.js';

describe('a port that doors may join', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  const servers: Server[] = [];
  const server = (): Server => {
    const made = createServer((socket) => socket.end('here\n'));
    servers.push(made);
    return made;
  };
  afterEach(() => {
    for (const each of servers.splice(0)) each.close();
  });

  for (const shared of [false, true]) {
    it(`opens where it is asked to, and answers where that is (${shared ? 'shared' : 'not shared'})`, async () => {
      const own = server();
      const at = await openPort(own, { host: '127.0.0.1', port: 0 }, shared);
      expect(at).to.deep.equal(own.address() as AddressInfo);
      const socket = connect(at.port, '127.0.0.1');
      const [piece] = (await once(socket, 'data')) as [Buffer];
      expect(String(piece)).to.equal('here\n');
      socket.destroy();
    });

    it(`is refused where another server has it (${shared ? 'shared' : 'not shared'})`, async () => {
      const { port } = await openPort(server(), { host: '127.0.0.1', port: 0 }, shared);
      expect(await failureOf(openPort(server(), { host: '127.0.0.1', port }, shared))).to.include({ code: 'EADDRINUSE' });
    });
  }

  it('is refused where another server shares it, which the system alone would let in; a door joins it, and leaves it', async function () {
    needsNewerNode(this);
    expect(await runOnNewerNode(new URL('./sharingProcess.js', import.meta.url))).to.deep.equal([
      'a second server: EADDRINUSE',
      'a door: joined',
      'greeted by both: true',
      'after the door left: main',
    ]);
  });
});
