// A port of 127.0.0.1 where nobody listens. One that was free a moment ago would not do: other tests, which run beside, may be given it meanwhile.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface ClosedPort {
  readonly port: number;
  readonly release: () => void;
}

/** The system gives it to nobody else until it is released. */
export async function closedPort(): Promise<ClosedPort> {
  const server = createServer();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  const [served] = await accepted;
  server.close();
  // What a client sends from is taken, and not listened at.
  return {
    port: client.localPort ?? 0,
    release: () => {
      client.destroy();
      served.destroy();
    },
  };
}
