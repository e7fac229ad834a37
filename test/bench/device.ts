// The device of the licence: something that answers on a port, for every server of a run.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

let listening: Promise<number> | undefined;

/** Its port on 127.0.0.1. It does not keep the process alive. */
export function devicePort(): Promise<number> {
  listening ??= listen();
  return listening;
}

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  server.unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
