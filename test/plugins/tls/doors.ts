// Every TLS door of a server: how one gets to its handshake, and what shows that a session behind it goes on.
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

export interface Door {
  readonly name: string;
  readonly port: number;
  /** What is said in clear text before the handshake, each with the answer that it has to get; empty: TLS from the first octet. */
  readonly before: readonly (readonly [say: string, answer: RegExp])[];
  /** Said in TLS. */
  readonly ask: string;
  readonly answer: RegExp;
  /** The server greets behind the handshake. */
  readonly greets: boolean;
}

export function doorsOf(
  ports: readonly { readonly protocol: string; readonly security: string; readonly port: number }[],
): readonly Door[] {
  const port = (protocol: string, security: string): number =>
    ports.find((each) => each.protocol === protocol && each.security === security)?.port ?? 0;
  const pop3 = { ask: 'CAPA\r\n', answer: /\+OK[\s\S]*\r\n\.\r\n$/ };
  const smtp = { ask: 'NOOP\r\n', answer: /^250 .*\r\n$/ };
  return [
    { name: 'POP3 with TLS', port: port('pop3', 'tls'), before: [], greets: true, ...pop3 },
    {
      name: 'POP3 with STLS',
      port: port('pop3', 'starttls'),
      before: [
        ['', /^\+OK/],
        ['STLS\r\n', /^\+OK/],
      ],
      greets: false,
      ...pop3,
    },
    { name: 'SMTP with TLS', port: port('smtp', 'tls'), before: [], greets: true, ...smtp },
    {
      name: 'SMTP with STARTTLS',
      port: port('smtp', 'starttls'),
      before: [
        ['', /^220/],
        ['EHLO a.example\r\n', /^250 /m],
        ['STARTTLS\r\n', /^220/],
      ],
      greets: false,
      ...smtp,
    },
    {
      name: 'the manager with TLS',
      port: port('http', 'tls'),
      before: [],
      greets: false,
      ask: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      answer: /^HTTP\/1\.1 \d{3} [\s\S]*<\/html>/,
    },
  ];
}

/** Reads until `answer` fits what has come; rejects where the connection ends before. */
export function answered(socket: Socket, answer: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const done = (settle: () => void): void => {
      socket.off('data', more).off('close', closed);
      settle();
    };
    const more = (octets: Buffer): void => {
      said += octets.toString('latin1');
      if (answer.test(said)) done(() => resolve(said));
    };
    const closed = (): void => done(() => reject(new Error(`The connection ended behind ${JSON.stringify(said)}.`)));
    socket.on('data', more).on('close', closed);
  });
}

/** Goes through the door; rejects with what the handshake failed of. */
export async function enter(door: Door, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const plain = connectPlain(door.port, '127.0.0.1');
  plain.on('error', () => undefined);
  await once(plain, 'connect');
  for (const [say, answer] of door.before) {
    const reply = answered(plain, answer);
    if (say !== '') plain.write(say);
    await reply;
  }
  const secure = connectTls({ socket: plain, servername: 'localhost', rejectUnauthorized: false, ...options });
  const greeting = door.greets ? answered(secure, /\r\n$/) : Promise.resolve('');
  greeting.catch(() => undefined);
  try {
    await Promise.race([
      once(secure, 'secureConnect'),
      once(secure, 'close').then(() => {
        throw new Error('The connection was closed in the handshake.');
      }),
    ]);
    await greeting;
  } catch (error) {
    secure.destroy();
    throw error;
  }
  secure.on('error', () => undefined);
  return secure;
}

/** What a session behind the door answers. */
export async function ask(door: Door, secure: TLSSocket): Promise<string> {
  const reply = answered(secure, door.answer);
  secure.write(door.ask);
  return reply;
}
