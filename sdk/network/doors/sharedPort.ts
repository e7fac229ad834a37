// Opens a port of the main thread, if need be so that doors can join it: each thread has a listening socket of its own, and the system deals connections
// out among them (SO_REUSEPORT).
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net';

export interface PortPlace {
  /** Every address of the machine where it is missing. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
}

/** Since Node 22.12; older ones take no notice of it. */
export interface SharedListenOptions extends ListenOptions {
  readonly reusePort?: boolean;
}

/**
 * Lets the server listen. `shared`: doors may join the port, by `JoinedPort.join`. Resolves with where it listens; rejects with the system's error, as EADDRINUSE
 * where another program has the port.
 */
export async function openPort(server: Server, place: PortPlace, shared: boolean): Promise<AddressInfo> {
  if (!shared) return listenAt(server, place);
  // A port that is opened to be shared opens beside another program of the same user that shares it, a second Postroom say: only one that is not shared
  // finds out whether it is free.
  const probe = createServer((early) => early.destroy());
  const { port } = await listenAt(probe, place);
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return listenAt(server, { ...place, port, reusePort: true });
}

/** Resolves with where it listens; rejects with the system's error. */
export function listenAt(server: Server, options: PortPlace & { readonly reusePort?: boolean }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options as SharedListenOptions, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
