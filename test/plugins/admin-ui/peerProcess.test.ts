// Whose program is at the other end of a connection of this machine: asked of the real system, with real programs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { platform } from 'node:os';
import { expect } from 'chai';
import { type PeerProcess, peerOf } from '#plugins/admin-ui/dist/server/peerProcess.js';
import { listenersIn, peerIn } from '#plugins/admin-ui/dist/server/tcpTable.js';

const CONNECTS = "require('node:net').connect(Number(process.argv[1]), process.argv[2]).on('error', () => process.exit()).resume()";
const LISTENS_TOO = `require('node:net').createServer().listen(0, '127.0.0.1', () => ${CONNECTS})`;

describe('the program at the other end of a connection', () => {
  before(function () {
    // Elsewhere nothing tells, and the code is asked for.
    if (platform() !== 'linux') this.skip();
  });

  let server: Server;
  let port: number;
  const children: ChildProcess[] = [];
  const sockets: Socket[] = [];
  for (const [family, host] of [
    ['IPv4', '127.0.0.1'],
    ['IPv4 on a port for both families', '::'],
    ['IPv6', '::1'],
  ] as const) {
    describe(`by ${family}`, () => {
      const target = host === '::1' ? '::1' : '127.0.0.1';
      beforeEach(async () => {
        server = createServer().listen({ port: 0, host });
        await once(server, 'listening');
        port = (server.address() as AddressInfo).port;
      });
      afterEach(async () => {
        for (const socket of sockets.splice(0)) socket.destroy();
        for (const child of children.splice(0)) {
          child.kill('SIGKILL');
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        }
        server.close();
        await once(server, 'close');
      });

      const accepted = async (): Promise<Socket> => {
        const [socket] = (await once(server, 'connection')) as [Socket];
        socket.on('error', () => undefined);
        sockets.push(socket);
        return socket;
      };
      const askedBy = async (program: string, uid?: number): Promise<PeerProcess> => {
        const coming = accepted();
        const child = spawn(process.execPath, ['--eval', program, String(port), target], {
          stdio: 'ignore',
          ...(uid !== undefined && { uid, gid: uid }),
        });
        children.push(child);
        return peerOf(await coming);
      };

      it("is the owner's where it runs as the server's own user", async () => {
        expect(await askedBy(CONNECTS)).to.equal('own');
      });

      it('is nobody known where it runs as another user', async function () {
        // Only root may start programs as somebody else.
        if (process.getuid?.() !== 0) this.skip();
        expect(await askedBy(CONNECTS, 65_534)).to.equal('unknown');
      });

      it('is nobody known where it waits for connections itself, as a proxy does', async () => {
        expect(await askedBy(LISTENS_TOO)).to.equal('unknown');
        const coming = accepted();
        sockets.push(connect(port, target).resume());
        expect(await peerOf(await coming), 'this very process, which has a port open').to.equal('unknown');
      });

      it('is nobody once the connection is closed', async () => {
        const coming = accepted();
        const child = spawn(process.execPath, ['--eval', CONNECTS, String(port), target], { stdio: 'ignore' });
        children.push(child);
        const socket = await coming;
        socket.resume();
        child.kill('SIGKILL');
        await once(socket, 'close');
        expect(await peerOf(socket)).to.equal('unknown');
      });
    });
  }

  it('is read from the table by both ends, and only where the connection is open and stands there once', () => {
    const connection = { localAddress: '127.0.0.1', localPort: 8110, remoteAddress: '127.0.0.1', remotePort: 40_000 };
    const row = (local: string, remote: string, state: string, uid: number, inode = 7): string =>
      `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;
    const [ours, theirs] = ['0100007F:1FAE', '0100007F:9C40'];
    const open = row(theirs, ours, '01', 1000);
    expect(peerIn(`  sl  local_address rem_address   st\n${open}\n${row(ours, theirs, '01', 0)}`, connection)).to.deep.equal({
      uid: 1000,
      inode: '7',
    });
    for (const table of [
      '',
      'nonsense\n: : :\n',
      row(theirs, ours, '06', 1000),
      row(theirs, '00000000:0000', '0A', 1000),
      row('0200007F:9C40', ours, '01', 1000),
      row(theirs, '0100007F:1FAF', '01', 1000),
      `${open}\n${open}`,
      row(theirs, ours, '01', Number.NaN),
    ]) {
      expect(peerIn(table, connection), table).to.equal(undefined);
    }
    const mapped = `0000000000000000FFFF0000${theirs}`;
    expect(
      peerIn(row(mapped, `0000000000000000FFFF0000${ours}`, '01', 1000), { ...connection, remoteAddress: '::ffff:127.0.0.1' })?.uid,
    ).to.equal(1000);
    expect(peerIn(open, {})).to.equal(undefined);
    expect([...listenersIn(`${open}\n${row(ours, '00000000:0000', '0A', 0, 9)}`)]).to.deep.equal(['9']);
  });
});
