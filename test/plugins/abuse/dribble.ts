// SMTP clients that say one octet now and then, each stuck at another stage of a session.
import { connect, type Socket } from 'node:net';

const LOGIN = `AUTH PLAIN ${Buffer.from('\0lisa\0open sesame').toString('base64')}\r\n`;
const MAIL = 'MAIL FROM:<lisa@works.example>\r\n';
const RCPT = 'RCPT TO:<john@works.example>\r\n';

/** What is said at once, and what comes octet by octet, again and again. */
export const STAGES: readonly (readonly [stage: string, atOnce: string, dribbled: string])[] = [
  ['before the greeting', '', ''],
  ['in EHLO', '', 'EHLO a.example'],
  ['in AUTH', 'EHLO a.example\r\n', 'AUTH PLAIN '],
  ['in its response', 'EHLO a.example\r\nAUTH PLAIN\r\n', 'AAAA'],
  ['in MAIL', `EHLO a.example\r\n${LOGIN}`, 'MAIL FROM:<lisa'],
  ['in RCPT', `EHLO a.example\r\n${LOGIN}${MAIL}`, 'RCPT TO:<john'],
  ['in the text', `EHLO a.example\r\n${LOGIN}${MAIL}${RCPT}DATA\r\n`, 'Subject: never\r\n'],
  ['behind CRLF and a dot', `EHLO a.example\r\n${LOGIN}${MAIL}${RCPT}DATA\r\nSubject: x\r\n\r\nx\r\n.`, '\r'],
  ['in TLS', 'EHLO a.example\r\nSTARTTLS\r\n', '\x16\x03\x01'],
];

export class Dribblers {
  readonly #open = new Set<Socket>();
  readonly #sockets: { readonly socket: Socket; readonly text: string; at: number }[] = [];
  /** What each was told, by stage. */
  readonly told = new Map<string, string>();

  /** Opens `count` sessions, the stages in turn. Resolves when all are connected. */
  async begin(port: number, count: number): Promise<void> {
    const one = (index: number): Promise<void> => {
      const [stage, atOnce, text] = STAGES[index % STAGES.length] ?? ['', '', ''];
      const place = Math.floor(index / 100);
      const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.${20 + Math.floor(place / 200)}.${1 + (place % 200)}` });
      this.#open.add(socket);
      this.#sockets.push({ socket, text, at: 0 });
      socket.on('data', (octets: Buffer) => this.told.set(stage, `${this.told.get(stage) ?? ''}${octets.toString('latin1')}`));
      socket.on('error', () => undefined);
      return new Promise((resolve) => {
        socket.on('close', () => {
          this.#open.delete(socket);
          resolve();
        });
        socket.on('connect', () => socket.write(atOnce, () => resolve()));
      });
    };
    for (let next = 0; next < count; next += 50) {
      await Promise.all(Array.from({ length: Math.min(50, count - next) }, (_, index) => one(next + index)));
    }
  }

  /** Each says its next octet. */
  dribble(): void {
    for (const session of this.#sockets) {
      if (session.text === '' || !session.socket.writable) continue;
      session.socket.write(Buffer.from(session.text.charAt(session.at % session.text.length), 'latin1'));
      session.at += 1;
    }
  }

  get open(): number {
    return this.#open.size;
  }

  end(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
