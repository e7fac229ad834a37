// A TCP connection by the four numbers that name it: its plain socket and the TLS socket around it have the same.
import type { Socket } from 'node:net';

/** Names of sockets that bear another address than that of their connection. */
const NAMES = new WeakMap<Socket, string>();

/** While the socket is open. Of one behind a proxy: the connection to the proxy. */
export function connectionName(socket: Socket): string {
  return NAMES.get(socket) ?? `${socket.localAddress} ${socket.localPort} ${socket.remoteAddress} ${socket.remotePort}`;
}

/** From now on the socket says that its other end is there. */
export function bearAddress(socket: Socket, { address, port }: ClientAddress): void {
  NAMES.set(socket, connectionName(socket));
  Object.defineProperties(socket, {
    remoteAddress: { value: address, configurable: true },
    remotePort: { value: port, configurable: true },
    remoteFamily: { value: address.includes(':') ? 'IPv6' : 'IPv4', configurable: true },
  });
}

export interface ClientAddress {
  readonly address: string;
  readonly port: number;
}
