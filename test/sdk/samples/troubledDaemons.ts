// Daemons in every trouble that a scanner's daemon can be in, faked at the edge of the world.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface TroubledDaemon {
  readonly port: number;
  close(): Promise<void>;
}

/** `talk` gets every connection. */
async function daemon(talk: (socket: Socket) => void): Promise<TroubledDaemon> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    talk(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers that, whatever is asked, as soon as anything is. */
const saying = (answer: string) => (): Promise<TroubledDaemon> =>
  daemon((socket) => {
    socket.once('data', () => socket.end(answer));
    socket.resume();
  });

/** Answers `octet` without end. */
const flooding = (head: string) => (): Promise<TroubledDaemon> =>
  daemon((socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(65_536)));
    };
    socket.once('data', () => {
      socket.write(head);
      more();
    });
    socket.on('drain', more).resume();
  });

const http = (body: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;

/** By what is wrong. */
type Troubles = Readonly<Record<string, () => Promise<TroubledDaemon>>>;

const COMMON: Troubles = {
  'is away': async () => {
    const gone = await daemon(() => undefined);
    await gone.close();
    return { port: gone.port, close: async () => undefined };
  },
  'takes the connection and says nothing': () => daemon((socket) => void socket.resume()),
  'takes the connection and reads nothing': () => daemon((socket) => void socket.pause()),
  'hangs up at once': () => daemon((socket) => void socket.destroy()),
  'hangs up in the middle': () => daemon((socket) => void socket.once('data', () => socket.resetAndDestroy())),
  'says one octet and no more': () =>
    daemon((socket) => {
      socket.once('data', () => socket.write('s'));
      socket.resume();
    }),
  'answers nonsense': saying('\u0000\u0001\u0002 hello\r\n'),
};

export const CLAMD_TROUBLES: Troubles = {
  ...COMMON,
  'says nothing and ends': saying(''),
  'has reached its limit': saying('INSTREAM size limit exceeded. ERROR\0'),
  'is about to load its signatures': saying("stream: Can't allocate memory ERROR\0"),
  'says OK among other things': saying('stream: OK, or rather not\0'),
  'says OK of something else': saying('/tmp/x: OK\0'),
  'says OK and then finds something': saying('stream: OK\0stream: Eicar FOUND\0'),
  'answers without end': flooding('stream: '),
};

export const RSPAMD_TROUBLES: Troubles = {
  ...COMMON,
  'answers 500': saying(http('{"error":"no"}', '500 Internal Server Error')),
  'answers 403 to its password': saying(http('{"error":"Unauthorized"}', '403 Unauthorized')),
  'answers no JSON': saying(http('<html>It works!</html>')),
  'answers an empty verdict': saying(http('{}')),
  'answers null': saying(http('null')),
  'advises what nobody knows': saying(http('{"action":"deliver twice","score":1,"required_score":15}')),
  'advises without a score': saying(http('{"action":"no action"}')),
  'ends before its answer does': saying(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"action":"no action"`),
  'answers without end': flooding('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"action":"'),
};
