// A process of its own that opens many connections and says nothing, or a little: its descriptors are not the server's.
// Arguments: port, connections, what each says. Prints one line of JSON for each change; ends with its standard input.
import { connect, type Socket } from 'node:net';

const [port = '0', count = '0', greeting = ''] = process.argv.slice(2);
/** One address has so many ports; a network has many addresses. */
const A_PIECE = 100;
/** A server that was busy meanwhile finds them all at its door in one turn: a bound on how many it holds has to leave room for so many. */
const AT_ONCE = 80;

let open = 0;
let refused = 0;
let closed = 0;
const sockets = new Set<Socket>();

function one(index: number): Promise<void> {
  return new Promise((resolve) => {
    const place = Math.floor(index / A_PIECE);
    const localAddress = `127.0.${1 + Math.floor(place / 200)}.${1 + (place % 200)}`;
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
    sockets.add(socket);
    let settled = false;
    const settle = (counts: () => void): void => {
      if (settled) return;
      settled = true;
      counts();
      resolve();
    };
    socket.once('data', (answer) => {
      if (/^(?:-ERR|4|5)/.test(answer.toString('latin1'))) return settle(() => (refused += 1));
      if (greeting !== '') socket.write(greeting);
      settle(() => (open += 1));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      closed += 1;
      settle(() => (refused += 1));
    });
  });
}

for (let next = 0; next < Number(count); next += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - next) }, (_, index) => one(next + index)));
}
process.stdout.write(`${JSON.stringify({ open, refused, closed })}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  for (const socket of sockets) socket.destroy();
});
