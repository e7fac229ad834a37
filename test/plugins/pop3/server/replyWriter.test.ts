// What answers cost that a client does not read.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ReplyWriter } from '#plugins/pop3/dist/server/front/replyWriter.js';
import { SLAB_SIZE, Slabs } from '#plugins/pop3/dist/server/front/slabs.js';

class CountedSlabs extends Slabs {
  inUse = 0;

  override take(): Buffer {
    this.inUse += 1;
    return super.take();
  }

  override release(slab: Buffer): void {
    this.inUse -= 1;
    super.release(slab);
  }
}

describe('the answers to a client that does not read', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  /** Writes answers of so many octets, each sent by itself, until the session has to wait. Answers the octets that wait, and the memory for them. */
  async function fill(octets: number, hasLoggedIn: boolean): Promise<{ readonly waiting: number; readonly memory: number }> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as { port: number }).port, '127.0.0.1').pause();
    const [socket] = (await once(server, 'connection')) as [Socket];
    const slabs = new CountedSlabs();
    const out = new ReplyWriter(socket, slabs);
    if (hasLoggedIn) out.loggedIn();
    while (!out.isBackedUp) {
      out.text('x'.repeat(octets));
      out.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const waiting = socket.writableLength;
    const memory = waiting + slabs.inUse * SLAB_SIZE;
    client.destroy();
    socket.destroy();
    server.close();
    await once(server, 'close');
    return { waiting, memory };
  }

  it('take the memory that they are long, however short each one is', async function () {
    this.timeout(60_000);
    const { waiting, memory } = await fill(4_000, true);
    expect(waiting).to.be.within(256 * 1024, 300 * 1024);
    expect(memory, 'a piece that the system had begun with may hold its buffer').to.be.below(waiting + 4 * SLAB_SIZE);
  });

  it('are far fewer before the login', async function () {
    this.timeout(60_000);
    expect((await fill(4_000, false)).waiting).to.be.within(16 * 1024, 24 * 1024);
  });
});
