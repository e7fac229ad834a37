// A mail program's end of a connection, by the line: enough of SMTP and POP3 for the demo.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class LineDialogue {
  #buffer = '';
  #wake: () => void = () => undefined;
  #hasEnded = false;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#buffer += text;
      this.#wake();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        this.#hasEnded = true;
        this.#wake();
      });
    }
  }

  static async open({ host, port }: { readonly host: string; readonly port: number }): Promise<LineDialogue> {
    const socket = connect({ host, port, noDelay: true });
    const dialogue = new LineDialogue(socket);
    await once(socket, 'connect');
    return dialogue;
  }

  /** Says it, and answers what `answer` finds in what comes back. Rejects where the connection ends before. */
  async say(text: string, answer: RegExp): Promise<string> {
    if (text !== '') this.socket.write(text, 'latin1');
    for (;;) {
      const found = answer.exec(this.#buffer)?.[0];
      if (found !== undefined) {
        this.#buffer = this.#buffer.slice(found.length);
        return found;
      }
      if (this.#hasEnded) throw new Error('The server closed the connection.');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
