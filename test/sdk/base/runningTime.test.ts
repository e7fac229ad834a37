import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterRunning } from '@postroom/sdk/base';
import { expect } from 'chai';

/** This process does nothing else for `ms`, as on a machine that stands still. */
function standStill(ms: number): void {
  const began = performance.now();
  while (performance.now() - began < ms);
}

describe('a time limit', () => {
  it('comes once, not before its time', async () => {
    const began = performance.now();
    let calls = 0;
    await new Promise<void>((resolve) => {
      afterRunning(40, () => {
        calls += 1;
        resolve();
      });
    });
    expect(performance.now() - began).to.be.greaterThan(38);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(calls).to.equal(1);
  });

  it('does not come when it was disposed', async () => {
    let called = false;
    const limit = afterRunning(4, () => {
      called = true;
    });
    limit.dispose();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(called).to.equal(false);
  });

  it('is not used up by a standstill: an answer that came meanwhile is heard first', async () => {
    const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    const heard: string[] = [];
    const socket = connect(port, '127.0.0.1').once('data', () => heard.push('the answer'));
    const over = new Promise<void>((resolve) => {
      afterRunning(100, () => {
        heard.push('the limit');
        resolve();
      });
    });
    standStill(400);
    await over;
    expect(heard).to.deep.equal(['the answer', 'the limit']);
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
