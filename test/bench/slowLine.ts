// A line with a delay: what goes in on one side comes out on the other so many milliseconds later, in order.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SlowLine {
  readonly port: number;
  close(): Promise<void>;
}

/** A port that leads to another one of 127.0.0.1. `oneWayMs`: half the round trip. */
export async function slowLine(target: number, oneWayMs: number): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.setNoDelay(true);
    carry(near, far, oneWayMs);
    carry(far, near, oneWayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** Timers of one length fire in the order in which they were set. */
function carry(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (octets: Buffer) => void setTimeout(() => to.write(octets), delayMs));
  from.on('end', () => void setTimeout(() => to.end(), delayMs));
}
