// A port that is shared in earnest, on a newer Node.js: a second server, a door, and clients, in a process of their own.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { JoinedPort, openPort } from '@postroom/sdk/network';
import { failureOf } from '../../../kit/failureOf.js';

const greeting = (name: string) => (socket: Socket) => void socket.end(name);

async function greeters(port: number): Promise<readonly string[]> {
  const greeted: string[] = [];
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    greeted.push(String(((await once(socket, 'data')) as [Buffer])[0]));
    socket.destroy();
  }
  return [...new Set(greeted)].sort();
}

const main = createServer(greeting('main'));
const { address, port } = await openPort(main, { host: '127.0.0.1', port: 0 }, true);
console.log(`a second server: ${String((await failureOf(openPort(createServer(), { host: '127.0.0.1', port }, true))).code)}`);
const joined = await JoinedPort.join({ address, port }, greeting('door'));
console.log('a door: joined');
console.log(`greeted by both: ${String((await greeters(port)).join() === 'door,main')}`);
await joined.close();
console.log(`after the door left: ${(await greeters(port)).join()}`);
main.close();
