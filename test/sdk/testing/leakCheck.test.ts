import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';

describe('leakCheck', () => {
  it('says nothing where all was closed', async () => {
    const leaks = leakCheck();
    await leaks.begin();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    expect(await leaks.end()).to.deep.equal([]);
  });

  it('names servers, sockets, timers and process listeners that are left', async function () {
    this.timeout(10_000);
    const leaks = leakCheck();
    await leaks.begin();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    await Promise.all([once(client, 'connect'), once(server, 'connection')]);
    const timer = setTimeout(() => undefined, 60_000);
    const listener = (): void => undefined;
    process.on('SIGHUP', listener);
    try {
      const found = (await leaks.end()).join(' ');
      expect(found)
        .to.match(/listening server/)
        .and.to.match(/2 × socket/)
        .and.to.match(/timer/)
        .and.to.match(/'SIGHUP'/);
    } finally {
      process.off('SIGHUP', listener);
      clearTimeout(timer);
      client.destroy();
      server.close();
    }
  });
});
