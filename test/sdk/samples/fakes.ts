// What the samples speak to, faked at the edge of the world: rspamd's HTTP check, clamd, a web address.
import { once } from 'node:events';
import { createServer as createWebServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const SAMPLES = fileURLToPath(new URL('../../../../sdk/samples/', import.meta.url));

export interface FakeServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface WebRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers every request with what `answer` says. */
export async function webServer(answer: (request: WebRequest) => object): Promise<FakeServer> {
  const server = createWebServer((request, response) => {
    void buffer(request).then((body) => response.end(JSON.stringify(answer({ headers: request.headers, body }))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** clamd's INSTREAM as clamd(8) describes it: `answer` gets the octets of the stream. */
export async function clamd(answer: (octets: Buffer) => string): Promise<FakeServer> {
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (octets: Buffer) => {
      received = Buffer.concat([received, octets]);
      const stream = streamIn(received);
      if (stream !== undefined) socket.end(`${answer(stream)}\0`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** The octets of a stream that is complete. */
function streamIn(received: Buffer): Buffer | undefined {
  const command = 'zINSTREAM\0';
  if (received.length < command.length) return undefined;
  if (received.toString('latin1', 0, command.length) !== command) return Buffer.from('no command');
  const pieces: Buffer[] = [];
  let at = command.length;
  while (at + 4 <= received.length) {
    const length = received.readUInt32BE(at);
    if (length === 0) return Buffer.concat(pieces);
    pieces.push(received.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}
