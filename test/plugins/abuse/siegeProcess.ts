// A process of its own that holds connections and says nothing on them. Arguments: a port of loopback or a path of a socket, and how many.
// Prints a line once each was opened or refused, and comes again for each that is closed until it has tried twice as often. Ends with its input.
import { connect, type Socket } from 'node:net';

const [target = '', count = '0'] = process.argv.slice(2);
/** One address may hold only some; a network has many addresses. */
const OF_AN_ADDRESS = 50;
const AT_ONCE = 200;

const sockets = new Set<Socket>();
let tries = 0;

function one(): Promise<void> {
  const place = Math.floor(tries / OF_AN_ADDRESS) % 50_000;
  tries += 1;
  const localAddress = `127.1.${Math.floor(place / 250)}.${1 + (place % 250)}`;
  const socket = /^\d+$/.test(target) ? connect({ port: Number(target), host: '127.0.0.1', localAddress }) : connect(target);
  return new Promise((resolve) => {
    socket.on('connect', () => {
      sockets.add(socket);
      resolve();
    });
    socket.on('error', () => undefined);
    // What is said must be read, or the end of the connection would not be seen.
    socket.resume();
    socket.on('close', () => {
      sockets.delete(socket);
      resolve();
    });
  });
}

while (tries < Number(count)) await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - tries) }, one));
process.stdout.write(`${JSON.stringify({ open: sockets.size, tries })}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
